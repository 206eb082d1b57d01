#pragma once

#include <string>
#include <vector>

#include "connector/connector.h"
#include "guard/breaker.h"
#include "guard/rate_limit.h"

namespace rondo::connector {

/// What holds requests to one destination back: its limits, each for the paths it matches, and its
/// breaker. No clock: time comes in, monotonic, never going back.
class Pace {
 public:
  explicit Pace(const std::vector<RateLimit>& limits, guard::BreakerPolicy breaker = {});

  /// How long a request to `path` has to wait. Zero: it may go now, and its place is taken; then
  /// its end has to be told by `ended`.
  Duration take_place(std::string_view path, Duration now);
  /// An answer to `path` came with these headers (names in lower case).
  void observe(std::string_view path, const Json& header, Duration now);
  /// The other side said: nothing for so long.
  void pause(Duration now, Duration wait);
  /// How a request ended, by the kind of its error.
  void ended(const std::optional<ErrorKind>& failure, Duration now);
  [[nodiscard]] bool is_open() const { return breaker_.state != guard::BreakerState::closed; }

 private:
  struct Limit {
    RateLimit rule;
    guard::RateLimiter limiter;
  };

  std::vector<Limit> limits_;
  guard::BreakerPolicy policy_;
  guard::Breaker breaker_{};
  Duration paused_until_{0};
};

}  // namespace rondo::connector
