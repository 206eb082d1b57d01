#include "guard/retry.h"

#include <algorithm>
#include <cmath>

namespace rondo::guard {
namespace {

using std::chrono::milliseconds;

// In doubles: 2^(n-1) overflows integers long before anybody runs out of patience.
milliseconds spread_wait(const RetryPolicy& policy, std::uint32_t attempts_made, double jitter) {
  const double doubled = std::ldexp(static_cast<double>(policy.first_wait.count()),
                                    static_cast<int>(std::min(attempts_made - 1, 1'000U)));
  const double longest = std::min(doubled, static_cast<double>(policy.wait_max.count()));
  return milliseconds{static_cast<milliseconds::rep>(longest * jitter)};
}

}  // namespace

RetryDecision after_failure(const RetryPolicy& policy, const Error& error,
                            std::uint32_t attempts_made, double jitter) {
  switch (error.kind) {
    case ErrorKind::throttled:
      if (error.retry_after) return {NextMove::try_again, *error.retry_after};
      [[fallthrough]];
    case ErrorKind::transient:
      if (attempts_made >= policy.attempts_max) return {NextMove::stop};
      return {NextMove::try_again, spread_wait(policy, attempts_made, jitter)};
    case ErrorKind::unknown_outcome: return {NextMove::settle_first};
    case ErrorKind::rejected: return {NextMove::quarantine};
    // Trying again cannot help, and hammering a door that is shut locks accounts.
    case ErrorKind::denied:
    case ErrorKind::broken_contract:
    case ErrorKind::permanent: return {NextMove::stop};
  }
  __builtin_unreachable();
}

}  // namespace rondo::guard
