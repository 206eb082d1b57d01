#include "guard/breaker.h"

#include <algorithm>

namespace rondo::guard {
namespace {

Duration open_time(const BreakerPolicy& policy, std::uint32_t openings) {
  Duration wait = policy.open_first;
  // Stops at the maximum, long before doubling could overflow.
  for (std::uint32_t i = 1; i < openings && wait < policy.open_max; ++i) wait *= 2;
  return std::min(wait, policy.open_max);
}

Breaker opened(const Breaker& before, Duration now) {
  return {BreakerState::open, 0, before.openings + 1, now};
}

}  // namespace

std::string_view name_of(BreakerState state) {
  switch (state) {
    case BreakerState::closed: return "closed";
    case BreakerState::open: return "open";
    case BreakerState::half_open: return "half_open";
  }
  __builtin_unreachable();
}

Health health_of(const std::optional<ErrorKind>& failure) {
  if (!failure) return Health::good;
  switch (*failure) {
    case ErrorKind::transient:
    case ErrorKind::unknown_outcome: return Health::bad;
    case ErrorKind::denied: return Health::refused;
    case ErrorKind::throttled: return Health::silent;
    case ErrorKind::rejected:
    case ErrorKind::broken_contract:
    case ErrorKind::permanent: return Health::good;
  }
  __builtin_unreachable();
}

Breaker after_attempt(const BreakerPolicy& policy, Breaker breaker, Health health, Duration now) {
  if (breaker.state == BreakerState::open) return breaker;
  switch (health) {
    case Health::good: return {BreakerState::closed, 0, 0, now};
    case Health::refused: return opened(breaker, now);
    case Health::silent:
      // A probe that met a limit has proved that somebody is there.
      if (breaker.state == BreakerState::half_open) return {BreakerState::closed, 0, 0, now};
      return breaker;
    case Health::bad:
      if (breaker.state == BreakerState::half_open) return opened(breaker, now);
      if (++breaker.failures >= policy.failures_max) return opened(breaker, now);
      return breaker;
  }
  __builtin_unreachable();
}

Admission admit(const BreakerPolicy& policy, Breaker breaker, Duration now) {
  if (breaker.state == BreakerState::closed) return {breaker, true};
  const bool is_open = breaker.state == BreakerState::open;
  const Duration wait = is_open ? open_time(policy, breaker.openings) : policy.probe_max;
  const Duration waited = now - breaker.since;
  if (waited < wait) return {breaker, false, wait - waited};
  breaker.state = BreakerState::half_open;
  breaker.since = now;
  return {breaker, true};
}

}  // namespace rondo::guard
