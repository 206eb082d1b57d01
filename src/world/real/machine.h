#pragma once

#include <array>

#include "world/clock.h"
#include "world/environment.h"
#include "world/random.h"
#include "world/real/loop.h"

// The small twins of the machine: its clock, its chance, its environment.
namespace rondo::world {

class RealClock final : public Clock {
 public:
  explicit RealClock(Loop& loop) : loop_(loop) {}
  [[nodiscard]] Time now() const override;
  [[nodiscard]] Duration monotonic() const override;
  Task<void> sleep(Duration wait) override;

 private:
  Loop& loop_;
};

/// xoshiro256** (Blackman and Vigna 2018, public domain), seeded by the kernel. Not for secrets
/// that must stay unguessable after its outputs were seen.
class RealRandom final : public Random {
 public:
  RealRandom();
  std::uint64_t next() override;

 private:
  std::array<std::uint64_t, 4> state_{};
};

class RealEnvironment final : public Environment {
 public:
  [[nodiscard]] std::optional<std::string> variable(const std::string& name) const override;
};

}  // namespace rondo::world
