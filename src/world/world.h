#pragma once

#include "world/clock.h"
#include "world/disk.h"
#include "world/environment.h"
#include "world/network.h"
#include "world/process.h"
#include "world/random.h"

namespace rondo::world {

/// Everything outside the program, handed in by constructor. `real/` and `sim/` each make one;
/// whoever holds a World must not outlive it. All of a World's tasks run on the one thread of its
/// loop.
struct World {
  Clock& clock;
  Random& random;
  Disk& disk;
  Network& network;
  Processes& processes;
  Environment& environment;
};

}  // namespace rondo::world
