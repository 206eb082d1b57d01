#pragma once

#include <string>

#include "base/result.h"
#include "log/segment.h"

namespace rondo::log {

/// What stands in the last segment of a log.
struct Tail {
  std::uint64_t good_bytes = 0;  ///< up to the end of the last whole frame
  std::uint64_t frames = 0;
};

/// Goes through a segment from its start. What follows the first frame that is not whole is a torn
/// write, unless a group stands behind it that was written later: then error R0301, for good data
/// would be cut away.
[[nodiscard]] Result<Tail> examine(world::File& file, const std::string& path, std::uint64_t bytes);

}  // namespace rondo::log
