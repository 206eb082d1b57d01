#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace rondo::sim {

/// One scenario; everything that happens in it comes from the seed.
struct Simulation {
  std::string_view name;
  /// What went wrong, one line a fault; empty if nothing did.
  std::string (*run)(std::uint64_t seed);
  /// Run only every so-many-th seed: for scenarios that are long.
  std::uint64_t every = 1;
};

/// All of them; each file of this folder adds its own in main.cpp.
[[nodiscard]] std::span<const Simulation> delivery_simulations();

}  // namespace rondo::sim
