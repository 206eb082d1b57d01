#pragma once

#include <sys/types.h>

#include "world/process.h"

namespace rondo::world {

/// A child and our ends of its three pipes: non-blocking, closed on exec, the caller's to close.
struct SpawnedProcess {
  pid_t pid = -1;
  int input = -1;
  int output = -1;
  int error_output = -1;
  int exit_watch = -1;  ///< pidfd, readable once the child has ended
};

/// Starts the program. Errors: permanent R0040 (no such program or directory, not executable),
/// transient R0041 (the machine has no descriptors or processes left).
[[nodiscard]] Result<SpawnedProcess> spawn_process(const ProcessSpec& spec);

}  // namespace rondo::world
