#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace rondo::guard {

/// So many requests in any span of time of that length.
struct RateLimit {
  std::uint32_t count = 0;  ///< at least 1
  Duration window{};        ///< more than 0
  double reserve = 0;       ///< share of the count left to other users of the same account, [0, 1)

  /// What we allow ourselves: never less than 1.
  [[nodiscard]] std::uint32_t ours() const;
};

/// Reads "190/10s" or "650000/1d". Error R0014 for anything else.
[[nodiscard]] Result<RateLimit> parse_rate(std::string_view text);

/// What an answer said about a limit; whatever it did not say is left out.
struct RateNotice {
  std::optional<std::uint32_t> max{};   ///< the true count
  std::optional<std::uint32_t> left{};  ///< how many the account has left in this window
  std::optional<Duration> resets_in{};  ///< when `left` is full again
};

/// Keeps one or several limits at once. No clock: time comes in, monotonic, never going back.
///
/// Promise: in any span as long as a limit's window, closed at its beginning and open at its end,
/// at most `ours()` requests were let through, and never one before a pause was over. What the
/// other side says can only make it more careful than its own count, but for `max`, which replaces
/// the count.
///
/// A window is cut into slices that are counted and forgotten as a whole, so that a limit of a
/// million a day takes a few hundred bytes: a request counts up to 1/64 of the window longer than
/// it must.
class RateLimiter {
 public:
  explicit RateLimiter(std::vector<RateLimit> limits);

  /// How long to wait before the next request; 0: it may go now. Takes nothing.
  [[nodiscard]] Duration wait_time(Duration now);
  /// A request goes now. Call it only when `wait_time` said 0.
  void take(Duration now);

  /// An answer spoke of the limit number `limit` (in the order given).
  void observe(std::size_t limit, const RateNotice& notice, Duration now);
  /// The other side said: nothing for so long (Retry-After).
  void pause(Duration wait, Duration now);

 private:
  static constexpr std::int64_t slices = 64;

  struct Window {
    RateLimit limit;
    std::deque<std::pair<std::int64_t, std::uint32_t>>
        used{};  ///< number of the slice, requests in it
    std::uint32_t total = 0;
    Duration blocked_until{0};
  };

  static Duration slice_of(const Window& window);
  static void forget_old(Window& window, Duration now);
  static Duration wait_for(Window& window, Duration now);

  std::vector<Window> windows_;
  Duration paused_until_{0};
};

}  // namespace rondo::guard
