#pragma once

#include <cstdint>

#include "base/hash.h"

namespace rondo::world {

class Random {
 public:
  virtual ~Random() = default;
  virtual std::uint64_t next() = 0;

  /// Uniform in [0, 1), 53 bits.
  double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  /// Uniform in [0, bound); bound > 0. Lemire's multiply-shift; its bias is below 2^-32 for our
  /// bounds.
  std::uint64_t below(std::uint64_t bound) {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>((static_cast<Wide>(next()) * bound) >> 64);
  }
  Hash128 id() { return {next(), next()}; }
};

}  // namespace rondo::world
