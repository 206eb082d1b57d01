#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/error.h"
#include "base/time.h"

namespace rondo::guard {

/// How much failing is too much.
struct BreakerPolicy {
  std::uint32_t failures_max = 5;                  ///< in a row; at least 1
  Duration open_first = std::chrono::seconds{30};  ///< until the first probe; more than 0
  Duration open_max = std::chrono::minutes{15};  ///< each failed probe doubles the wait, up to this
  Duration probe_max = std::chrono::minutes{2};  ///< a probe without a word for so long is given up
};

enum class BreakerState {
  closed,     ///< all may pass
  open,       ///< nobody may: the other side is down, or refuses us
  half_open,  ///< one probe is on its way, nobody else may pass
};

[[nodiscard]] std::string_view name_of(BreakerState state);

/// What a breaker knows. A value: kept by whoever owns the other side's name, written to the
/// journal as it is.
struct Breaker {
  BreakerState state = BreakerState::closed;
  std::uint32_t failures = 0;  ///< in a row, while closed
  std::uint32_t openings = 0;  ///< in a row, without a success between
  Duration since{0};           ///< monotonic time of the last change of state

  friend bool operator==(const Breaker&, const Breaker&) = default;
};

/// What an attempt says about the health of the other side, by the kind of its error alone.
enum class Health {
  good,     ///< it answered; that one record was wrong says nothing about it
  silent,   ///< says nothing: a limit is not an illness
  bad,      ///< counts towards opening
  refused,  ///< opens at once: hammering a door that is shut locks accounts
};
[[nodiscard]] Health health_of(const std::optional<ErrorKind>& failure);

/// The breaker after an attempt ended so, at monotonic time `now`. An attempt that began before the
/// breaker opened and ends while it is open changes nothing, good or bad.
[[nodiscard]] Breaker after_attempt(const BreakerPolicy& policy, Breaker breaker, Health health,
                                    Duration now);

struct Admission {
  Breaker breaker;   ///< as it is now: letting a probe pass changes it
  bool may_pass;     ///< if not, ask again after `wait`
  Duration wait{0};  ///< more than 0 when refused
};

/// Whether an attempt may begin at `now`. The first one after the wait is the probe (M. Nygard,
/// "Release It!", 2007: closed, open, half-open).
[[nodiscard]] Admission admit(const BreakerPolicy& policy, Breaker breaker, Duration now);

}  // namespace rondo::guard
