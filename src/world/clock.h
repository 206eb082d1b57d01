#pragma once

#include "base/task.h"
#include "base/time.h"

namespace rondo::world {

class Clock {
 public:
  virtual ~Clock() = default;
  /// Wall clock, UTC. May jump; for what people read and what is stored.
  [[nodiscard]] virtual Time now() const = 0;
  /// Never goes back; for measuring and for deadlines. Its zero means nothing.
  [[nodiscard]] virtual Duration monotonic() const = 0;
  /// Goes on after at least `wait`; at once for zero or less.
  virtual Task<void> sleep(Duration wait) = 0;
};

}  // namespace rondo::world
