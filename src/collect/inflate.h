#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace rondo::collect {

/// A body may unpack to this much; a small one that grows without end is an attack (R0312).
constexpr std::size_t inflated_bytes_max = 8U << 20;

/// Unpacks gzip or zlib data, several gzip members in a row too. Errors, `rejected`: R0313 damaged
/// or cut off, R0312 more than `bytes_max` come out.
[[nodiscard]] Result<std::string> inflate(std::string_view packed,
                                          std::size_t bytes_max = inflated_bytes_max);

}  // namespace rondo::collect
