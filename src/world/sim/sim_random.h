#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/time.h"
#include "world/random.h"

namespace rondo::world {

/// xoshiro256++ 1.0 (Blackman and Vigna, 2019, public domain), its state filled by splitmix64 from
/// a seed and the name of the stream: streams of one seed do not disturb each other.
class SimRandom final : public Random {
 public:
  SimRandom(std::uint64_t seed, std::string_view stream);

  std::uint64_t next() override;
  /// True with that probability. Draws for 0 and 1 too, so that changing a chance shifts nothing
  /// else.
  bool happens(double probability) { return unit() < probability; }
  /// Uniform in [0, most].
  Duration up_to(Duration most);

 private:
  std::array<std::uint64_t, 4> state_{};
};

}  // namespace rondo::world
