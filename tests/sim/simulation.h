#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::sim {

/// One scenario; everything that happens in it comes from the seed.
struct Scene {
  std::string_view name;
  /// What went wrong, one line a fault; empty if nothing did.
  std::string (*run)(std::uint64_t seed);
  /// Run only every so-many-th seed: for scenes that are long.
  std::uint64_t every = 1;
};

[[nodiscard]] std::span<const Scene> delivery_scenes();

/// `SEEDS [WORD | WORD=SEED]`: every scene (whose name holds WORD) under that many seeds, or under
/// one. Prints `ok …` and `FAIL …`, last `N passed, N failed`. Answers the exit code.
int run_deliveries(std::span<const std::string> arguments);

}  // namespace rondo::sim
