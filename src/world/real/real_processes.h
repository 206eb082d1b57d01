#pragma once

#include "world/process.h"
#include "world/real/loop.h"

namespace rondo::world {

/// Programs as children in a process group of their own, found on our PATH. A program that ends
/// while one of its own children still holds its output is read for `drain_grace` more, then let
/// go. A child still running when the loop ends is killed with its group.
class RealProcesses final : public Processes {
 public:
  static constexpr Duration drain_grace = std::chrono::seconds{2};

  explicit RealProcesses(Loop& loop) : loop_(loop) {}
  Task<Result<ProcessResult>> run(ProcessSpec spec) override;

 private:
  Loop& loop_;
};

}  // namespace rondo::world
