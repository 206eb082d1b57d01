#include "guard/breaker.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace rondo::guard {
namespace {

using namespace std::chrono_literals;

constexpr BreakerPolicy policy{
    .failures_max = 3, .open_first = 10s, .open_max = 60s, .probe_max = 5s};

Breaker after_all(Breaker breaker, std::initializer_list<Health> healths, Duration now) {
  for (const Health health : healths) breaker = after_attempt(policy, breaker, health, now);
  return breaker;
}

Breaker open_breaker(Duration now) {
  return after_all({}, {Health::bad, Health::bad, Health::bad}, now);
}

TEST_CASE("it opens at the limit of failures in a row, not one before") {
  CHECK(after_all({}, {Health::bad, Health::bad}, 1s).state == BreakerState::closed);
  CHECK(open_breaker(1s).state == BreakerState::open);
}

TEST_CASE("a success between starts the count again; a limit met neither counts nor clears") {
  using enum Health;
  CHECK(after_all({}, {bad, bad, good, bad, bad}, 1s).state == BreakerState::closed);
  CHECK(after_all({}, {bad, bad, silent, silent}, 1s).state == BreakerState::closed);
  CHECK(after_all({}, {bad, bad, silent, bad}, 1s).state == BreakerState::open);
}

TEST_CASE("a shut door opens it at once") {
  CHECK(after_all({}, {Health::refused}, 1s).state == BreakerState::open);
}

TEST_CASE("open, nobody passes, until the wait is over; then exactly one does") {
  const Breaker open = open_breaker(100s);
  const auto early = admit(policy, open, 110s - 1us);
  CHECK_FALSE(early.may_pass);
  CHECK(early.wait == 1us);
  CHECK(early.breaker == open);
  const auto probe = admit(policy, open, 110s);
  CHECK(probe.may_pass);
  CHECK(probe.breaker.state == BreakerState::half_open);
  CHECK_FALSE(admit(policy, probe.breaker, 111s).may_pass);
}

TEST_CASE(
    "a good probe closes it and forgets; a bad one opens it for twice as long, to the maximum") {
  Breaker breaker = open_breaker(0s);
  Duration now = 0s;
  for (const Duration wait :
       {Duration{10s}, Duration{20s}, Duration{40s}, Duration{60s}, Duration{60s}}) {
    CHECK_FALSE(admit(policy, breaker, now + wait - 1us).may_pass);
    now += wait;
    const auto probe = admit(policy, breaker, now);
    CHECK(probe.may_pass);
    breaker = after_attempt(policy, probe.breaker, Health::bad, now);
    CHECK(breaker.state == BreakerState::open);
  }
  const auto probe = admit(policy, breaker, now + 60s);
  breaker = after_attempt(policy, probe.breaker, Health::good, now);
  CHECK(breaker.state == BreakerState::closed);
  breaker = after_all(breaker, {Health::bad, Health::bad, Health::bad}, now);
  CHECK(admit(policy, breaker, now + 10s).may_pass);
}

TEST_CASE("a probe that met a limit has proved that somebody is there") {
  const auto probe = admit(policy, open_breaker(0s), 10s);
  CHECK(after_attempt(policy, probe.breaker, Health::silent, 10s).state == BreakerState::closed);
}

TEST_CASE("a probe that is never heard of again does not shut the door for ever") {
  const auto lost = admit(policy, open_breaker(0s), 10s);
  CHECK_FALSE(admit(policy, lost.breaker, 15s - 1us).may_pass);
  CHECK(admit(policy, lost.breaker, 15s).may_pass);
}

TEST_CASE("what began before it opened changes nothing while it is open") {
  const Breaker open = open_breaker(0s);
  for (const auto health : {Health::good, Health::bad, Health::silent, Health::refused}) {
    CHECK(after_attempt(policy, open, health, 1s) == open);
  }
}

TEST_CASE("the kind of the error alone says what an attempt tells about the other side") {
  CHECK(health_of(std::nullopt) == Health::good);
  CHECK(health_of(ErrorKind::rejected) == Health::good);
  CHECK(health_of(ErrorKind::broken_contract) == Health::good);
  CHECK(health_of(ErrorKind::permanent) == Health::good);
  CHECK(health_of(ErrorKind::transient) == Health::bad);
  CHECK(health_of(ErrorKind::unknown_outcome) == Health::bad);
  CHECK(health_of(ErrorKind::throttled) == Health::silent);
  CHECK(health_of(ErrorKind::denied) == Health::refused);
}

TEST_CASE("any history: waits are bounded, at most one probe at a time, and time heals") {
  CHECK(rc::check([] {
    Breaker breaker;
    Duration now{0};
    bool probing = false;
    for (int i = 0; i < 200; ++i) {
      now += std::chrono::milliseconds{*rc::gen::inRange(0, 4'000)};
      if (*rc::gen::arbitrary<bool>()) {
        const auto health =
            *rc::gen::element(Health::good, Health::bad, Health::silent, Health::refused);
        breaker = after_attempt(policy, breaker, health, now);
        probing = probing && breaker.state == BreakerState::half_open;
        continue;
      }
      const Breaker before = breaker;
      const auto admission = admit(policy, breaker, now);
      breaker = admission.breaker;
      if (admission.may_pass) {
        const bool given_up = now - before.since >= policy.probe_max;
        RC_ASSERT(!probing || before.state != BreakerState::half_open || given_up);
        probing = breaker.state == BreakerState::half_open;
      } else {
        RC_ASSERT(admission.wait > Duration{0});
        RC_ASSERT(admission.wait <= policy.open_max);
        RC_ASSERT(admit(policy, breaker, now + admission.wait).may_pass);
        RC_ASSERT_FALSE(admit(policy, breaker, now + admission.wait - 1us).may_pass);
      }
    }
  }));
}

}  // namespace
}  // namespace rondo::guard
