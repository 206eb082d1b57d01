#pragma once

#include <chrono>
#include <cstdint>

#include "base/error.h"

namespace rondo::guard {

/// How patiently a failed attempt is tried again.
struct RetryPolicy {
  std::uint32_t attempts_max = 5;                ///< the first attempt included; at least 1
  std::chrono::milliseconds first_wait{10'000};  ///< before the second attempt; more than 0
  std::chrono::milliseconds wait_max{
      900'000};  ///< no wait is longer, unless the other side asks for it
};

/// What becomes of the work after a failed attempt.
enum class NextMove {
  try_again,     ///< after `wait`
  settle_first,  ///< find out whether the effect happened, then decide; never simply send again
  quarantine,    ///< set this record aside with its reason, go on with the rest
  stop,          ///< end the step; a person or a changed world has to act
};

struct RetryDecision {
  NextMove move;
  std::chrono::milliseconds wait{0};  ///< only for try_again

  friend bool operator==(const RetryDecision&, const RetryDecision&) = default;
};

/// Decides what follows a failed attempt, from values alone: no clock, no chance, no state.
///
/// Waits double from `first_wait` to `wait_max` and are spread by "full jitter": uniform between 0
/// and the doubled wait, which empties a queue of competing retries fastest (M. Brooker,
/// "Exponential Backoff And Jitter", AWS Architecture Blog, 2015). A wait that the other side asked
/// for is kept as it is and does not use up an attempt: being throttled is not failing.
///
/// @param attempts_made  attempts that count, the one that just failed included; at least 1
/// @param jitter         in [0, 1), drawn from the World so that a seed replays it
[[nodiscard]] RetryDecision after_failure(const RetryPolicy& policy, const Error& error,
                                          std::uint32_t attempts_made, double jitter);

}  // namespace rondo::guard
