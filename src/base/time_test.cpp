#include "base/time.h"

#include <array>

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace rondo {
namespace {

using namespace std::chrono_literals;

std::string read_again(std::string_view text) {
  const auto time = parse_time(text);
  return time ? to_text(*time) : time.error().code;
}

TEST_CASE("times: the examples of RFC 3339, section 5.8, and what else we read") {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 17> cases{{
      {"1985-04-12T23:20:50.52Z", "1985-04-12T23:20:50.520000Z"},
      {"1996-12-19T16:39:57-08:00", "1996-12-20T00:39:57.000000Z"},
      {"1990-12-31T23:59:60Z", "1991-01-01T00:00:00.000000Z"},
      {"1990-12-31T15:59:60-08:00", "1991-01-01T00:00:00.000000Z"},
      {"1937-01-01T12:00:27.87+00:20", "1937-01-01T11:40:27.870000Z"},
      {"2026-11-24", "2026-11-24T00:00:00.000000Z"},
      {"2026-11-24 10:15:00Z", "2026-11-24T10:15:00.000000Z"},
      {"2026-11-24t10:15:00z", "2026-11-24T10:15:00.000000Z"},
      {"2026-11-24T10:15:00.123456789Z", "2026-11-24T10:15:00.123456Z"},
      {"2026-11-24T10:15:00.1Z", "2026-11-24T10:15:00.100000Z"},
      {"2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000000Z"},
      {"0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000000Z"},
      {"9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"},
      {"1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"},
      {"2026-01-01T00:00:00+23:59", "2025-12-31T00:01:00.000000Z"},
      {"2000-02-29", "2000-02-29T00:00:00.000000Z"},
      {"2026-01-01T00:00:00-00:00", "2026-01-01T00:00:00.000000Z"},
  }};
  for (const auto& one : cases) {
    CAPTURE(one.first);
    CHECK(read_again(one.first) == one.second);
  }
}

TEST_CASE("what is no time is R0011") {
  for (const char* text : {"",
                           "now",
                           "2026",
                           "2026-13-01",
                           "2026-02-29",
                           "1900-02-29",
                           "2026-00-10",
                           "2026-01-00",
                           "2026-11-24T10:15:00",
                           "2026-11-24T10:15Z",
                           "2026-11-24T24:00:00Z",
                           "2026-11-24T10:60:00Z",
                           "2026-11-24T10:15:61Z",
                           "2026-11-24T10:15:00.Z",
                           "2026-11-24T10:15:00.1234567890Z",
                           "2026-11-24T10:15:00+0100",
                           "2026-11-24T10:15:00+24:00",
                           "2026-11-24T10:15:00Z ",
                           "26-11-24",
                           "2026-1-1",
                           "+2026-11-24",
                           "2026-11-24T10:15:00+01:0",
                           "2026-11-24_10:15:00Z"}) {
    CAPTURE(text);
    CHECK(read_again(text) == "R0011");
  }
}

TEST_CASE("an error quotes no more than the start of what it got") {
  const auto time = parse_time(std::string(10'000, 'x'));
  CHECK(time.error().message.size() < 100);
}

TEST_CASE(
    "any time of the years 0 to 9999 survives the way through text, and text sorts like time") {
  CHECK(rc::check([] {
    const auto any =
        rc::gen::inRange<std::int64_t>(-62'167'219'200'000'000, 253'402'300'800'000'000);
    const Time a{Duration{*any}};
    const Time b{Duration{*any}};
    RC_ASSERT(*parse_time(to_text(a)) == a);
    RC_ASSERT((a < b) == (to_text(a) < to_text(b)));
  }));
}

TEST_CASE("durations") {
  CHECK(*parse_duration("250ms") == 250ms);
  CHECK(*parse_duration("10s") == 10s);
  CHECK(*parse_duration("15m") == 15min);
  CHECK(*parse_duration("24h") == 24h);
  CHECK(*parse_duration("7d") == 7 * 24h);
  CHECK(*parse_duration("4w") == 28 * 24h);
  CHECK(*parse_duration("0s") == 0s);
  for (const char* text :
       {"", "s", "10", "-1s", "1 s", "1.5h", "10x", "1s1s", "1S", "1y", "1us",
        "9223372036854775808ms", "9223372036854776ms", "99999999999999999999s"}) {
    CAPTURE(text);
    const auto duration = parse_duration(text);
    REQUIRE_FALSE(duration);
    CHECK(duration.error().code == "R0012");
  }
  CHECK(parse_duration("9223372036854775ms"));  // the last one that fits
}

TEST_CASE("short texts, with the next unit from where rounding would show it") {
  constexpr std::array<std::pair<Duration, std::string_view>, 18> cases{{{0us, "0 µs"},
                                                                         {999us, "999 µs"},
                                                                         {1ms, "1 ms"},
                                                                         {340ms, "340 ms"},
                                                                         {999'499us, "999 ms"},
                                                                         {999'500us, "1.0 s"},
                                                                         {1'234ms, "1.2 s"},
                                                                         {59'949ms, "59.9 s"},
                                                                         {59'950ms, "1 min"},
                                                                         {125s, "2 min 5 s"},
                                                                         {2h, "2 h"},
                                                                         {125min, "2 h 5 min"},
                                                                         {24h, "1 d"},
                                                                         {76h, "3 d 4 h"},
                                                                         {-340ms, "-340 ms"},
                                                                         {3'599s, "59 min 59 s"},
                                                                         {3'599'500ms, "1 h"},
                                                                         {86'399s, "23 h 59 min"}}};
  for (const auto& [duration, text] : cases) CHECK(to_short_text(duration) == text);
  CHECK(to_short_text(Duration::min()).starts_with("-106751991 d"));
}

}  // namespace
}  // namespace rondo
