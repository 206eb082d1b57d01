#pragma once

#include <cstdint>
#include <string>

namespace rondo {

/// A place in a user's file. Lines and columns count from 1; `length` is in characters of that
/// line.
struct Position {
  std::string file;  ///< relative to the project's folder, with '/'
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  std::uint32_t length = 1;

  friend bool operator==(const Position&, const Position&) = default;
};

}  // namespace rondo
