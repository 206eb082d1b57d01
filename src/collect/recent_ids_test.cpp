#include "collect/recent_ids.h"

#include <set>

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace rondo::collect {
namespace {

TEST_CASE("an id is new once") {
  RecentIds ids(1);
  CHECK(ids.insert({1, 2}));
  CHECK_FALSE(ids.insert({1, 2}));
  CHECK(ids.insert({2, 1}));
  CHECK(ids.contains({1, 2}));
  CHECK_FALSE(ids.contains({7, 7}));
  CHECK(ids.insert({0, 0}));  // the mark of an empty place is an id like any other
  CHECK_FALSE(ids.insert({0, 0}));
}

TEST_CASE("the youngest are known: at least the limit, at most twice of it") {
  constexpr std::uint64_t limit = 3'000;
  RecentIds ids(99, limit);
  for (std::uint64_t i = 1; i <= 10 * limit + limit / 2; ++i) {
    REQUIRE(ids.insert({i, i * 31}));
    REQUIRE(ids.size() <= 2 * limit);
    REQUIRE_FALSE(ids.insert({i, i * 31}));
    if (i > limit) REQUIRE(ids.contains({i - limit, (i - limit) * 31}));
  }
  CHECK_FALSE(ids.contains({1, 31}));
}

TEST_CASE("below the limit it answers like a set, whatever the ids") {
  CHECK(rc::check(
      [](const std::vector<std::pair<std::uint8_t, std::uint8_t>>& all, std::uint64_t seed) {
        RecentIds ids(seed);
        std::set<Hash128> plain;
        for (const auto& [high, low] : all) {
          const Hash128 id{high, std::uint64_t{low} + 2};
          RC_ASSERT(ids.insert(id) == plain.insert(id).second);
        }
        RC_ASSERT(ids.size() == plain.size());
      }));
}

}  // namespace
}  // namespace rondo::collect
