#include "guard/idempotency.h"

#include <algorithm>
#include <vector>

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace rondo::guard {
namespace {

using namespace std::chrono_literals;

Hash128 id(std::uint64_t number) { return {0, number}; }

TEST_CASE("the same effect gets the same key for ever") {
  // Written down: a change here would send everything under way a second time.
  CHECK(idempotency_key("hubspot/upsert", {"contacts", "ada@example.com"}) ==
        "074cf74e42b60d6138aea8ed8934e873");
}

TEST_CASE("another scope, part, order or border between parts gets another key") {
  const auto key = idempotency_key("a", {"b", "cd"});
  CHECK(key.size() == 32);
  CHECK(key != idempotency_key("A", {"b", "cd"}));
  CHECK(key != idempotency_key("a", {"cd", "b"}));
  CHECK(key != idempotency_key("a", {"bc", "d"}));
  CHECK(key != idempotency_key("a", {"b", "cd", ""}));
  CHECK(key != idempotency_key("ab", {"cd"}));
  CHECK(idempotency_key("a", {"1:b"}) != idempotency_key("a", {"1", "b"}));
}

TEST_CASE("an id is new once within the window, and new again exactly when it is over") {
  Deduplicator seen(100, 10s);
  CHECK(seen.is_new(id(1), 0s));
  CHECK_FALSE(seen.is_new(id(1), 5s));  // does not prolong
  CHECK_FALSE(seen.is_new(id(1), 10s - 1us));
  CHECK(seen.is_new(id(1), 10s));
}

TEST_CASE("at the limit the oldest goes, one for one") {
  Deduplicator seen(3, 1h);
  for (std::uint64_t i = 1; i <= 3; ++i) CHECK(seen.is_new(id(i), 0s));
  CHECK_FALSE(seen.is_new(id(1), 1s));
  CHECK(seen.is_new(id(4), 1s));
  CHECK(seen.size() == 3);
  CHECK_FALSE(seen.is_new(id(2), 1s));
  CHECK(seen.is_new(id(1), 1s));  // pushed out by 4, and pushes out 2
  CHECK(seen.is_new(id(2), 1s));
}

TEST_CASE("what was taken back is new again, and lives a window of its own") {
  Deduplicator seen(100, 10s);
  CHECK(seen.is_new(id(1), 0s));
  seen.forget(id(1));
  seen.forget(id(7));
  CHECK(seen.is_new(id(1), 5s));
  CHECK_FALSE(seen.is_new(id(1), 12s));
  CHECK(seen.is_new(id(1), 15s));
}

/// The promise, word for word and slow.
struct Plain {
  std::size_t ids_max;
  Duration window;
  std::vector<std::pair<Hash128, Duration>> held{};

  bool is_new(const Hash128& one, Duration now) {
    std::erase_if(held, [&](const auto& entry) { return entry.second + window <= now; });
    const auto same = [&](const auto& entry) { return entry.first == one; };
    if (std::any_of(held.begin(), held.end(), same)) return false;
    held.emplace_back(one, now);
    if (held.size() > ids_max) held.erase(held.begin());
    return true;
  }
  void forget(const Hash128& one) {
    std::erase_if(held, [&](const auto& entry) { return entry.first == one; });
  }
};

TEST_CASE("any sequence is answered exactly as the promise says") {
  CHECK(rc::check([] {
    const auto ids_max = *rc::gen::inRange<std::size_t>(1, 12);
    const Duration window{*rc::gen::inRange(1, 40)};
    Deduplicator seen(ids_max, window);
    Plain plain{ids_max, window};
    Duration now{0};
    for (int i = 0; i < 200; ++i) {
      now += Duration{*rc::gen::inRange(0, 4)};
      const Hash128 one = id(*rc::gen::inRange<std::uint64_t>(0, 20));
      if (*rc::gen::inRange(0, 10) == 0) {
        seen.forget(one);
        plain.forget(one);
      } else {
        RC_ASSERT(seen.is_new(one, now) == plain.is_new(one, now));
      }
      RC_ASSERT(seen.size() == plain.held.size());
      RC_ASSERT(seen.places() <= 2 * ids_max);
    }
  }));
}

TEST_CASE("taking back again and again takes no memory without end") {
  Deduplicator seen(10, 1h);
  for (int i = 0; i < 1'000; ++i) {
    CHECK(seen.is_new(id(1), Duration{i}));
    CHECK(seen.places() <= 20);
    seen.forget(id(1));
  }
  CHECK(seen.size() == 0);
}

}  // namespace
}  // namespace rondo::guard
