#include "world/sim/sim_random.h"

#include <bit>

#include "base/hash.h"

namespace rondo::world {
namespace {

std::uint64_t splitmix64(std::uint64_t& state) {
  std::uint64_t z = (state += 0x9e3779b97f4a7c15ULL);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

}  // namespace

SimRandom::SimRandom(std::uint64_t seed, std::string_view stream) {
  std::uint64_t state = seed ^ table_hash(stream, 0).low;
  for (std::uint64_t& part : state_) part = splitmix64(state);
}

std::uint64_t SimRandom::next() {
  auto& s = state_;
  const std::uint64_t result = std::rotl(s[0] + s[3], 23) + s[0];
  const std::uint64_t shifted = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= shifted;
  s[3] = std::rotl(s[3], 45);
  return result;
}

Duration SimRandom::up_to(Duration most) {
  const auto bound = static_cast<std::uint64_t>(most.count() < 0 ? 0 : most.count()) + 1;
  return Duration{static_cast<Duration::rep>(below(bound))};
}

}  // namespace rondo::world
