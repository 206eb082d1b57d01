#pragma once

#include <coroutine>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "base/task.h"
#include "world/sim/sim_options.h"

namespace rondo::world {

/// Whose code runs: a power cut ends ours, the machines of other companies go on.
enum class Machine { ours, others };

/// What the twins share: virtual time and what is due in it, the power, the trace.
class SimCore {
 public:
  using EventId =
      std::pair<Duration, std::uint64_t>;  ///< when, and the how-manieth: ties keep order

  explicit SimCore(SimOptions with) : options(with) {}
  SimCore(const SimCore&) = delete;
  SimCore& operator=(const SimCore&) = delete;

  SimOptions options;

  [[nodiscard]] Duration now() const { return now_; }  ///< since the start of the simulation
  [[nodiscard]] Machine machine() const { return machine_; }

  /// `work` runs `wait` from now as code of `machine`.
  EventId after(Duration wait, Machine machine, std::function<void()> work);
  void cancel(EventId id) { events_.erase(id); }

  /// Runs the next event if it is due at `until` at the latest; false if there is none. Afterwards
  /// the power may be off (see `needs_fall`).
  bool step(Duration until);
  /// Time passes to `moment` with nothing happening.
  void idle_until(Duration moment) { now_ = std::max(now_, moment); }

  /// What becomes of an operation that begins now.
  enum class Fate {
    done,  ///< nothing special
    cut,   ///< the power goes off in its middle: it may have an effect, but gives no good answer
    off,   ///< the power is off already: no effect
  };
  Fate begin_operation();
  [[nodiscard]] std::uint64_t operations() const { return operations_; }

  void power_off_after(std::uint64_t operations) { last_operation_ = operations_ + operations; }
  void power_off();
  void power_on() { power_ = true; }
  [[nodiscard]] bool power() const { return power_; }

  /// Frees our unfinished tasks and forgets what they waited for.
  void abandon_ours();

  /// Runs `body` as code of `machine`: its tasks belong there.
  void as(Machine machine, const std::function<void()>& body);

  /// One line, with the time before it.
  void note(std::string_view what);
  [[nodiscard]] const std::string& trace() const { return trace_; }

  /// Frees all tasks of both kinds; the destructors of what they hold may still use the twins.
  void end();

 private:
  struct Event {
    Machine machine;
    std::function<void()> work;
  };

  Duration now_{0};
  Machine machine_ = Machine::ours;
  bool power_ = true;
  std::uint64_t operations_ = 0;
  std::uint64_t last_operation_ = 0;  ///< 0: none is going to be
  std::uint64_t events_made_ = 0;
  std::map<EventId, Event> events_;
  RootList ours_;
  RootList others_;
  std::string trace_;
};

/// `Pause pause(core, 5ms); co_await pause;` Forgets its event when its frame is freed while it
/// waits.
class Pause {
 public:
  Pause(SimCore& core, Duration wait) : core_(core), wait_(wait) {}
  Pause(const Pause&) = delete;
  Pause& operator=(const Pause&) = delete;
  ~Pause() {
    if (waiting_) core_.cancel(id_);
  }

  [[nodiscard]] bool await_ready() const noexcept { return wait_ <= Duration{0}; }
  void await_suspend(std::coroutine_handle<> waiter) {
    waiting_ = true;
    id_ = core_.after(wait_, core_.machine(), [this, waiter] {
      waiting_ = false;
      waiter.resume();
    });
  }
  void await_resume() const noexcept {}

 private:
  SimCore& core_;
  Duration wait_;
  SimCore::EventId id_{};
  bool waiting_ = false;
};

/// What code waits for after the power went off.
struct Never {
  [[nodiscard]] bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<>) const noexcept {}
  void await_resume() const noexcept {}
};

}  // namespace rondo::world
