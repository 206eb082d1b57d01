#pragma once

#include "base/async.h"
#include "base/task.h"
#include "world/real/real_world.h"

namespace rondo::cli {

/// Ends at the first SIGINT or SIGTERM.
inline Task<void> wait_for_stop(world::RealWorld& world) {
  Signal stop;
  world.on_stop_signal([&stop] { stop.set(); });
  co_await stop;
}

}  // namespace rondo::cli
