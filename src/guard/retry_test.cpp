#include "guard/retry.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace rondo::guard {
namespace {

using namespace std::chrono_literals;

constexpr RetryPolicy policy{.attempts_max = 3, .first_wait = 1s, .wait_max = 10s};

Error error_of(ErrorKind kind) { return {kind, "R0000", "made up for a test"}; }

TEST_CASE("a transient failure is tried again, until the attempts are used up") {
  const Error timeout = error_of(ErrorKind::transient);
  CHECK(after_failure(policy, timeout, 1, 0.5) == RetryDecision{NextMove::try_again, 500ms});
  CHECK(after_failure(policy, timeout, 2, 0.5) == RetryDecision{NextMove::try_again, 1s});
  CHECK(after_failure(policy, timeout, 3, 0.5) == RetryDecision{NextMove::stop});
}

TEST_CASE("a wait that the other side asked for is kept, however long, and costs no attempt") {
  Error busy = error_of(ErrorKind::throttled);
  busy.retry_after = 1h;
  CHECK(after_failure(policy, busy, 99, 0.0) == RetryDecision{NextMove::try_again, 1h});
}

TEST_CASE("what was sent without an answer is settled, never sent again blindly") {
  CHECK(after_failure(policy, error_of(ErrorKind::unknown_outcome), 1, 0.9).move ==
        NextMove::settle_first);
}

TEST_CASE("a wrong record steps aside; a shut door stops the step") {
  CHECK(after_failure(policy, error_of(ErrorKind::rejected), 1, 0.9).move == NextMove::quarantine);
  CHECK(after_failure(policy, error_of(ErrorKind::denied), 1, 0.9).move == NextMove::stop);
}

TEST_CASE("no wait is negative or beyond the maximum, for any policy and any number of attempts") {
  CHECK(rc::check([] {
    const RetryPolicy any{.attempts_max = *rc::gen::inRange(1U, 5'000U),
                          .first_wait = std::chrono::milliseconds{*rc::gen::inRange(1, 1'000'000)},
                          .wait_max = std::chrono::milliseconds{*rc::gen::inRange(1, 100'000'000)}};
    const auto made = *rc::gen::inRange(1U, 6'000U);
    const double jitter = *rc::gen::inRange(0, 1'000) / 1'000.0;
    const auto decision = after_failure(any, error_of(ErrorKind::transient), made, jitter);
    RC_ASSERT((decision.move == NextMove::stop) == (made >= any.attempts_max));
    RC_ASSERT(decision.wait >= 0ms);
    RC_ASSERT(decision.wait <= any.wait_max);
  }));
}

}  // namespace
}  // namespace rondo::guard
