#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/task.h"
#include "world/sim/sim_options.h"
#include "world/world.h"

namespace rondo::world {

/// The whole outside in one thread and virtual time. Everything that happens comes from the seed,
/// so the same seed and program give the same trace, byte for byte.
///
/// A crash is a power cut: unfinished tasks never go on (their frames are freed), all files are
/// closed, bytes not synced are lost except for a random prefix of each file's last write (a torn
/// write), names not synced with their directory are lost or kept at random. What was synced
/// survives. After `restart` a new life starts with `run` on the same disk.
///
/// Code that runs when the power goes off inside one of its operations gets an error from that and
/// every later one, without effect, and never comes back from its next wait.
///
/// Nobody who holds something of this world (a file, a server, a task) may outlive it.
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

  /// Runs until `task` ended; other tasks that it started go on at the next `run` or `run_for`.
  /// False if the power is off or went off, if nothing can happen any more (deadlock), or if
  /// `run_time_max` has passed: then all of our unfinished tasks are freed.
  bool run(Task<void> task);
  template <class T>
  std::optional<T> run(Task<T> task) {
    std::optional<T> result;
    const bool ended = run([](Task<T> owned, std::optional<T>& into) -> Task<void> {
      into.emplace(co_await std::move(owned));
    }(std::move(task), result));
    if (!ended) result.reset();
    return result;
  }
  /// Runs everything that is due within `span` of virtual time, and lets it pass; stops at a crash.
  void run_for(Duration span);

  /// The power goes off in the middle of the disk or network operation that comes `steps` from now;
  /// 1 is the next one.
  void crash_after(std::uint64_t steps);
  /// The power goes off now; from inside a task, as soon as it waits.
  void crash();
  [[nodiscard]] bool crashed() const;  ///< since the last `restart`
  /// The power comes back after `restart_time`, in which the machines of others go on and take in
  /// what was on its way to them: same disk, no tasks, no servers of ours.
  void restart();

  /// Servers and tasks started inside `body` are other companies' machines: a crash does not touch
  /// them. What they refer to must not live in our tasks.
  void as_other_machine(const std::function<void()>& body);

  [[nodiscard]] Duration elapsed() const;  ///< virtual time since the start
  /// One line for each operation on any twin but reading the clock or drawing a number: virtual
  /// time, what, result; written bytes by their checksum. The proof of sameness.
  [[nodiscard]] const std::string& trace() const;
  [[nodiscard]] std::uint64_t steps() const;  ///< disk and network operations so far

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace rondo::world
