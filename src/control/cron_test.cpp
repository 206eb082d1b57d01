#include "control/cron.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace rondo::control {
namespace {

std::string next(std::string_view rule, std::string_view after, std::string_view zone = "UTC") {
  const auto cron = Cron::parse(rule);
  REQUIRE_MESSAGE(cron.has_value(), rule);
  const auto time = cron->next_after(parse_time(after).value(), zone);
  return time ? to_text(*time).substr(0, 16) : time.error().code;
}

TEST_CASE("lists, ranges, steps, names and nicknames") {
  CHECK(next("30 2 * * *", "2026-11-24T02:29:59Z") == "2026-11-24T02:30");
  CHECK(next("30 2 * * *", "2026-11-24T02:30:00Z") == "2026-11-25T02:30");
  CHECK(next("*/15 * * * *", "2026-11-24T10:46:00Z") == "2026-11-24T11:00");
  CHECK(next("0 7 * * MON-FRI", "2026-11-27T07:00:00Z") == "2026-11-30T07:00");
  CHECK(next("0 0 29 feb *", "2026-01-01T00:00:00Z") == "2028-02-29T00:00");
  CHECK(next("5/20 9,17 * * *", "2026-11-24T09:25:00Z") == "2026-11-24T09:45");
  CHECK(next("@weekly", "2026-11-24T00:00:00Z") == "2026-11-29T00:00");
  CHECK(next("0 0 * * 7", "2026-11-24T00:00:00Z") == "2026-11-29T00:00");
}

TEST_CASE("two restricted day fields match either, a star makes both count") {
  CHECK(next("0 0 13 * FRI", "2026-11-24T00:00:00Z") == "2026-11-27T00:00");
  CHECK(next("0 0 */2 * MON", "2026-11-24T00:00:00Z") == "2026-12-07T00:00");
}

TEST_CASE("a fixed time in the skipped hour runs at the first instant after it") {
  CHECK(next("30 2 * * *", "2026-03-28T12:00:00Z", "Europe/Berlin") == "2026-03-29T01:00");
}

TEST_CASE("a fixed time in the repeated hour runs once, a star follows real time") {
  CHECK(next("30 2 * * *", "2026-10-24T12:00:00Z", "Europe/Berlin") == "2026-10-25T00:30");
  CHECK(next("30 2 * * *", "2026-10-25T00:30:00Z", "Europe/Berlin") == "2026-10-26T01:30");
  CHECK(next("30 * * * *", "2026-10-25T00:30:00Z", "Europe/Berlin") == "2026-10-25T01:30");
}

TEST_CASE("what is no rule is refused with the field's name") {
  for (const auto* rule :
       {"", "* * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8",
        "a * * * *", "5-2 * * * *", "*/0 * * * *", "0 0 30 2 *", "1,,2 * * * *"}) {
    const auto cron = Cron::parse(rule);
    CHECK_MESSAGE(!cron.has_value(), rule);
    if (!cron) CHECK(cron.error().code == "R0805");
  }
  CHECK(next("* * * * *", "2026-01-01T00:00:00Z", "Mars/Olympus") == "R0806");
}

TEST_CASE("the next match is after the time, and there is none in between") {
  CHECK(rc::check([] {
    const int minute = *rc::gen::inRange(0, 60);
    const int hour = *rc::gen::inRange(0, 24);
    const auto cron =
        Cron::parse(std::to_string(minute) + " " + std::to_string(hour) + " * * *").value();
    const Time start{std::chrono::seconds{*rc::gen::inRange(0, 2'000'000'000)}};
    const Time first = cron.next_after(start, "UTC").value();
    RC_ASSERT(first > start);
    RC_ASSERT(first - start <= std::chrono::hours{24});
    RC_ASSERT(cron.next_after(first - Duration{1}, "UTC").value() == first);
  }));
}

}  // namespace
}  // namespace rondo::control
