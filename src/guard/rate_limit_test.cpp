#include "guard/rate_limit.h"

#include <algorithm>

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace rondo::guard {
namespace {

using namespace std::chrono_literals;

bool goes(RateLimiter& limiter, Duration now) {
  if (limiter.wait_time(now) > 0s) return false;
  limiter.take(now);
  return true;
}

TEST_CASE("rates are read as people write them") {
  const auto rate = parse_rate("190/10s");
  REQUIRE(rate);
  CHECK(rate->count == 190);
  CHECK(rate->window == 10s);
  CHECK(parse_rate("650000/1d")->window == 24h);
  for (const char* bad : {"", "190", "/10s", "0/1s", "5/0s", "-1/1s", "1.5/1s", "5/", "5/1y",
                          "5//1s", "4294967296/1s", " 5/1s"}) {
    CAPTURE(bad);
    CHECK(parse_rate(bad).error().code == "R0014");
  }
}

TEST_CASE("as many as the limit says go at once, the next one waits for the window") {
  RateLimiter limiter({{.count = 3, .window = 10s}});
  for (int i = 0; i < 3; ++i) CHECK(goes(limiter, 0s));
  const Duration wait = limiter.wait_time(0s);
  CHECK(wait >= 10s);
  CHECK(wait <= 10s + Duration{10s} / 64 + 1us);
  CHECK_FALSE(goes(limiter, wait - 1us));
  CHECK(goes(limiter, wait));
}

TEST_CASE("of several limits the strictest decides") {
  RateLimiter limiter({{.count = 2, .window = 1s}, {.count = 3, .window = 1min}});
  CHECK(goes(limiter, 0s));
  CHECK(goes(limiter, 0s));
  CHECK_FALSE(goes(limiter, 0s));
  CHECK(goes(limiter, 2s));
  CHECK_FALSE(goes(limiter, 4s));
  CHECK(limiter.wait_time(4s) >= 56s);
}

TEST_CASE("a reserve is left to others, but never everything") {
  CHECK(RateLimit{.count = 100, .window = 1s, .reserve = 0.1}.ours() == 90);
  CHECK(RateLimit{.count = 1, .window = 1s, .reserve = 0.9}.ours() == 1);
}

TEST_CASE("a pause is kept, and the longest one counts") {
  RateLimiter limiter({{.count = 10, .window = 1s}});
  limiter.pause(5s, 0s);
  limiter.pause(1s, 0s);
  CHECK(limiter.wait_time(2s) == 3s);
  CHECK(goes(limiter, 5s));
}

TEST_CASE("a smaller count that the other side names is kept from now on") {
  RateLimiter limiter({{.count = 10, .window = 10s}});
  for (int i = 0; i < 5; ++i) CHECK(goes(limiter, 0s));
  limiter.observe(0, {.max = 3}, 0s);
  CHECK(limiter.wait_time(0s) >= 10s);
  int went = 0;
  while (goes(limiter, 30s)) ++went;
  CHECK(went == 3);
}

TEST_CASE("when others have used it up, we wait until it is full again") {
  RateLimiter limiter({{.count = 100, .window = 64s, .reserve = 0.1}});
  limiter.observe(0, {.left = 11}, 0s);
  CHECK(limiter.wait_time(0s) == 0s);
  limiter.observe(0, {.left = 10}, 0s);
  CHECK(limiter.wait_time(0s) == 1s);  // a slice: nobody said how long
  limiter.observe(0, {.left = 0, .resets_in = 7s}, 0s);
  CHECK(limiter.wait_time(0s) == 7s);
}

TEST_CASE("a limit of a million a day stays small and quick") {
  RateLimiter limiter({{.count = 1'000'000, .window = 24h}});
  int went = 0;
  while (went < 1'000'001 && goes(limiter, Duration{went * 10})) ++went;
  CHECK(went == 1'000'000);
}

std::vector<RateLimit> any_limits() {
  std::vector<RateLimit> limits;
  for (auto left = *rc::gen::inRange(1, 4); left > 0; --left) {
    limits.push_back({.count = *rc::gen::inRange(1U, 20U),
                      .window = std::chrono::milliseconds{*rc::gen::inRange(1, 5'000)},
                      .reserve = *rc::gen::inRange(0, 10) / 10.0});
  }
  return limits;
}

TEST_CASE(
    "any limits, any moments: no window ever holds more than it may, and waiting always helps") {
  CHECK(rc::check([] {
    const auto limits = any_limits();
    RateLimiter limiter(limits);
    std::vector<Duration> sent;
    Duration now{0};
    for (int i = 0; i < 150; ++i) {
      now += Duration{*rc::gen::inRange(0, 300'000)};
      const Duration wait = limiter.wait_time(now);
      if (wait > 0s && *rc::gen::arbitrary<bool>()) continue;
      now += wait;
      RC_ASSERT(limiter.wait_time(now) == 0s);
      limiter.take(now);
      sent.push_back(now);
    }
    for (const RateLimit& limit : limits) {
      for (std::size_t i = 0; i < sent.size(); ++i) {
        const auto in_window = std::count_if(sent.begin(), sent.end(), [&](Duration at) {
          return at >= sent[i] && at < sent[i] + limit.window;
        });
        RC_ASSERT(in_window <= static_cast<std::ptrdiff_t>(limit.ours()));
      }
    }
  }));
}

TEST_CASE("nothing goes before a pause is over, whatever else is said") {
  CHECK(rc::check([] {
    RateLimiter limiter(any_limits());
    Duration now{0};
    Duration quiet_until{0};
    for (int i = 0; i < 100; ++i) {
      now += Duration{*rc::gen::inRange(0, 300'000)};
      switch (*rc::gen::inRange(0, 3)) {
        case 0: {
          const Duration wait{*rc::gen::inRange(0, 1'000'000)};
          limiter.pause(wait, now);
          quiet_until = std::max(quiet_until, now + wait);
          break;
        }
        case 1:
          limiter.observe(
              0, {.max = *rc::gen::inRange(1U, 30U), .left = *rc::gen::inRange(0U, 30U)}, now);
          break;
        default:
          if (goes(limiter, now)) RC_ASSERT(now >= quiet_until);
      }
    }
  }));
}

}  // namespace
}  // namespace rondo::guard
