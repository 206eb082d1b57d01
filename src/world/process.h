#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "base/time.h"

namespace rondo::world {

struct ProcessSpec {
  std::vector<std::string> command;  ///< program first; no shell in between
  std::string directory{};           ///< empty: ours
  std::vector<std::pair<std::string, std::string>> environment{};  ///< added to ours
  std::string input{};
  Duration timeout = std::chrono::minutes{30};
  std::size_t output_bytes_max = 16U << 20;  ///< of each stream; the rest is dropped and said
};

struct ProcessResult {
  int exit_code = 0;  ///< 128 + signal if it was killed
  std::string output;
  std::string error_output;
};

class Processes {
 public:
  virtual ~Processes() = default;
  /// Errors: permanent R0040 (no such program), transient R0041 (ran out of time: its whole group
  /// is killed).
  virtual Task<Result<ProcessResult>> run(ProcessSpec spec) = 0;
};

}  // namespace rondo::world
