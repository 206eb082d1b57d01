#include "world/sim/sim_random.h"

#include <array>
#include <cstdint>

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace rondo::world {
namespace {

TEST_CASE("the same seed and stream give the same numbers, another stream gives others") {
  SimRandom a(7, "disk");
  SimRandom again(7, "disk");
  SimRandom other(7, "network");
  SimRandom other_seed(8, "disk");
  int same_as_other = 0;
  int same_as_other_seed = 0;
  for (int i = 0; i < 1'000; ++i) {
    const auto number = a.next();
    CHECK(again.next() == number);
    same_as_other += other.next() == number ? 1 : 0;
    same_as_other_seed += other_seed.next() == number ? 1 : 0;
  }
  CHECK(same_as_other == 0);
  CHECK(same_as_other_seed == 0);
}

TEST_CASE("numbers are spread evenly enough: chi-squared of 16 classes") {
  SimRandom random(1, "program");
  std::array<int, 16> classes{};
  constexpr int draws = 160'000;
  for (int i = 0; i < draws; ++i) ++classes[random.below(16)];
  double chi_squared = 0;
  for (const int count : classes) {
    const double off = count - draws / 16.0;
    chi_squared += off * off / (draws / 16.0);
  }
  CHECK(chi_squared < 37.7);  // 0.1 % for 15 degrees of freedom; the seed is fixed
}

TEST_CASE("a chance of 0 never happens, of 1 always, of a quarter about every fourth time") {
  SimRandom random(2, "program");
  int quarter = 0;
  for (int i = 0; i < 10'000; ++i) {
    CHECK_FALSE(random.happens(0));
    CHECK(random.happens(1));
    quarter += random.happens(0.25) ? 1 : 0;
  }
  CHECK(quarter > 2'300);
  CHECK(quarter < 2'700);
}

TEST_CASE("bounds are kept") {
  CHECK(rc::check([](std::uint64_t seed) {
    SimRandom random(seed, "x");
    const auto bound = *rc::gen::inRange<std::uint64_t>(1, 1'000'000);
    RC_ASSERT(random.below(bound) < bound);
    const Duration most{*rc::gen::inRange<std::int64_t>(0, 1'000)};
    const Duration got = random.up_to(most);
    RC_ASSERT(got >= Duration{0});
    RC_ASSERT(got <= most);
    RC_ASSERT(random.unit() < 1.0);
  }));
  SimRandom random(1, "x");
  CHECK(random.up_to(Duration{0}) == Duration{0});
}

}  // namespace
}  // namespace rondo::world
