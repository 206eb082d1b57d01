#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/task.h"
#include "world/world.h"

namespace rondo::world {

/// How cruel the twins are. Chances are per operation, in [0, 1]; drawn from the seed.
struct SimOptions {
  std::uint64_t seed = 1;
  Time start = Time{std::chrono::seconds{1'767'225'600}};  ///< 2026-01-01T00:00:00Z
  // network: requests that we send to servers of the same simulation
  double drop_request = 0;   ///< never arrives; the sender sees a timeout (unknown_outcome)
  double drop_response = 0;  ///< was handled, but the sender sees a timeout
  double duplicate = 0;      ///< handled twice, the second answer is lost
  double refuse = 0;         ///< no connection: transient, nothing was sent
  double answer_429 = 0;     ///< answered by the network itself, with Retry-After
  double answer_500 = 0;
  Duration delay_max = std::chrono::milliseconds{50};  ///< of each direction, uniform
  // disk
  double sync_fails = 0;  ///< fdatasync answers EIO and the unsynced bytes are gone
  double no_space = 0;    ///< a write answers ENOSPC
  Duration sync_delay_max = std::chrono::milliseconds{5};
};

/// The whole outside in one thread and virtual time. Everything that happens comes from the seed,
/// so the same seed and program give the same trace, byte for byte.
///
/// A crash (`crash()`) is a power cut: unfinished tasks never go on, all files are closed, bytes
/// not synced are lost except for a random prefix of the last write (a torn write), names not
/// synced with their directory are lost or kept at random. What was synced survives. Then a new
/// life starts with `run` on the same disk.
class SimWorld {
 public:
  explicit SimWorld(SimOptions options);
  ~SimWorld();
  SimWorld(const SimWorld&) = delete;
  SimWorld& operator=(const SimWorld&) = delete;

  [[nodiscard]] World view();
  [[nodiscard]] SimOptions& options();  ///< may be changed between two steps
  void set_variable(std::string name, std::string value);
  void set_mail_routes(std::string domain, MailRoutes routes);  ///< all others: no such domain
  /// What a process of that name does; without one `run` answers R0040.
  void set_process(std::string program, std::function<ProcessResult(const ProcessSpec&)> behaviour);

  /// Runs until `task` ended; false if a crash came first or nothing can happen any more
  /// (deadlock).
  bool run(Task<void> task);
  template <class T>
  std::optional<T> run(Task<T> task) {
    std::optional<T> result;
    run([](Task<T> owned, std::optional<T>& into) -> Task<void> {
      into.emplace(co_await std::move(owned));
    }(std::move(task), result));
    return result;
  }
  /// Runs everything that is due within `span` of virtual time.
  void run_for(Duration span);

  /// The power goes off after `steps` more disk or network operations, in the middle of the last
  /// one.
  void crash_after(std::uint64_t steps);
  [[nodiscard]] bool crashed() const;  ///< since the last `restart`
  /// The power comes back: same disk, empty network, no tasks. Servers on the network that were
  /// started with `outlives_crash` (other companies' machines) stay.
  void restart();

  /// Marks servers started inside `body` as other people's machines: a crash does not touch them.
  void as_other_machine(const std::function<void()>& body);

  /// One line per operation on any twin: virtual time, what, result. The proof of sameness.
  [[nodiscard]] const std::string& trace() const;
  [[nodiscard]] std::uint64_t steps() const;  ///< disk and network operations so far

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace rondo::world
