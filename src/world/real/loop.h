#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/time.h"

namespace boost::asio {
class io_context;
}

namespace rondo::world {

/// Something that holds descriptors, threads or processes and must let go of them before its loop
/// ends.
class Closable {
 public:
  virtual ~Closable() = default;
  virtual void close_now() = 0;
};

/// The one event loop of a RealWorld, behind a small face so that Asio's headers stay in few files.
/// Everything but `post` and `stop` belongs to the thread that calls `run`.
class Loop {
 public:
  using Work = std::function<void()>;
  /// What a watched descriptor wants or has; `broken` is reported whether asked for or not.
  enum Readiness : unsigned { readable = 1, writable = 2, broken = 4 };
  using Ready = std::function<void(unsigned)>;

  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void run();            ///< until `stop`; may be called again afterwards
  void stop();           ///< from any thread
  void post(Work work);  ///< from any thread; runs soon, in order

  /// Calls `ready` as often as the descriptor is ready (level triggered) until `unwatch`. Watching
  /// again changes what is wanted. The descriptor stays the caller's, who unwatches it before
  /// closing it.
  void watch(int descriptor, unsigned wanted, Ready ready);
  void unwatch(int descriptor);

  /// Closed, newest first, by `close_all` or when the loop is destroyed, unless forgotten before.
  void remember(Closable& closable);
  void forget(Closable& closable);
  void close_all();

  [[nodiscard]] boost::asio::io_context& context();

 private:
  friend class Timer;
  struct Implementation;
  std::vector<Closable*>
      closables_;  // outlives the handlers, which may own what still forgets itself
  std::unique_ptr<Implementation> implementation_;
};

/// One alarm. Starting it again replaces the earlier one; after `cancel` or destruction it never
/// rings.
class Timer {
 public:
  explicit Timer(Loop& loop);
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  void start(Duration wait, Loop::Work work);
  void cancel();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace rondo::world
