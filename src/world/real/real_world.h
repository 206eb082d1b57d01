#pragma once

#include <functional>
#include <memory>

#include "base/task.h"
#include "world/world.h"

namespace rondo::world {

/// The machine we run on: system clock, kernel randomness, files, sockets, processes. One loop, one
/// thread: whoever calls `run` becomes that thread. Two RealWorlds in one process share nothing, so
/// the collector and the control loop each have their own.
class RealWorld {
 public:
  RealWorld();
  ~RealWorld();
  RealWorld(const RealWorld&) = delete;
  RealWorld& operator=(const RealWorld&) = delete;

  [[nodiscard]] World view();

  /// Runs the loop until `task` has ended.
  void run(Task<void> task);
  template <class T>
  T run(Task<T> task);

  /// From any thread, and from a signal handler's thread: `work` runs on the loop soon.
  void post(std::function<void()> work);

  /// The first SIGINT or SIGTERM calls `stop` on the loop's thread; the second ends the process.
  void on_stop_signal(std::function<void()> stop);

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

template <class T>
T RealWorld::run(Task<T> task) {
  std::optional<T> result;
  run([](Task<T> owned, std::optional<T>& into) -> Task<void> {
    into.emplace(co_await std::move(owned));
  }(std::move(task), result));
  return std::move(*result);
}

/// A second thread with a RealWorld of its own, on which `body` runs to its end; joined by the
/// destructor. The only way in the program to get a thread.
class WorldThread {
 public:
  explicit WorldThread(std::function<Task<void>(RealWorld&)> body);
  ~WorldThread();
  WorldThread(const WorldThread&) = delete;
  WorldThread& operator=(const WorldThread&) = delete;
  /// Runs `work` on that thread's loop; false once its body has ended.
  bool post(std::function<void()> work);

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace rondo::world
