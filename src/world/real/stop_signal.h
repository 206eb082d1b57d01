#pragma once

#include "world/real/loop.h"

namespace rondo::world {

/// SIGINT and SIGTERM of this process, of which there is one: a later `catch_stop_signal` replaces
/// an earlier one. The first signal runs `stop` on the loop; the second ends the process as if
/// nobody had caught it, even if the loop is stuck.
class StopSignal final : public Closable {
 public:
  StopSignal(Loop& loop, Loop::Work stop);
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;
  ~StopSignal() override;
  void close_now() override;

 private:
  Loop& loop_;
  int event_ = -1;
};

}  // namespace rondo::world
