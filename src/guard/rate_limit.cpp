#include "guard/rate_limit.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "base/check.h"

namespace rondo::guard {

std::uint32_t RateLimit::ours() const {
  const double share = static_cast<double>(count) * (1.0 - reserve);
  return std::max(1U, static_cast<std::uint32_t>(share));
}

Result<RateLimit> parse_rate(std::string_view text) {
  RateLimit limit;
  const std::size_t slash = std::min(text.find('/'), text.size());
  const auto [end, problem] = std::from_chars(text.data(), text.data() + slash, limit.count);
  const bool counted = problem == std::errc{} && end == text.data() + slash && limit.count > 0;
  auto window = parse_duration(text.substr(std::min(slash + 1, text.size())));
  if (!counted || !window || *window <= Duration{0}) {
    return fail(ErrorKind::permanent, "R0014", "`" + std::string(text) + "` is not a rate",
                "write how many in which time, like 190/10s");
  }
  limit.window = *window;
  return limit;
}

RateLimiter::RateLimiter(std::vector<RateLimit> limits) {
  for (const RateLimit& limit : limits) {
    PROMISE(limit.count > 0 && limit.window > Duration{0});
    PROMISE(limit.reserve >= 0 && limit.reserve < 1);
    windows_.push_back({limit});
  }
}

Duration RateLimiter::slice_of(const Window& window) {
  return Duration{std::max<Duration::rep>(1, (window.limit.window.count() + slices - 1) / slices)};
}

void RateLimiter::forget_old(Window& window, Duration now) {
  // A slice is over a whole window ago only when its end is.
  const Duration slice = slice_of(window);
  while (!window.used.empty() &&
         (window.used.front().first + 1) * slice + window.limit.window <= now) {
    window.total -= window.used.front().second;
    window.used.pop_front();
  }
}

Duration RateLimiter::wait_for(Window& window, Duration now) {
  forget_old(window, now);
  Duration until = std::max(window.blocked_until, now);
  // So many must be forgotten that one more fits; `max` may have shrunk below what is used.
  std::uint32_t left = window.total;
  for (const auto& [slice, count] : window.used) {
    if (left < window.limit.ours()) break;
    left -= count;
    until = std::max(until, (slice + 1) * slice_of(window) + window.limit.window);
  }
  return until - now;
}

Duration RateLimiter::wait_time(Duration now) {
  Duration wait = std::max(paused_until_ - now, Duration{0});
  for (Window& window : windows_) wait = std::max(wait, wait_for(window, now));
  return wait;
}

void RateLimiter::take(Duration now) {
  PROMISE(wait_time(now) == Duration{0});
  for (Window& window : windows_) {
    const std::int64_t slice = now / slice_of(window);
    if (window.used.empty() || window.used.back().first != slice)
      window.used.emplace_back(slice, 0);
    ++window.used.back().second;
    ++window.total;
  }
}

void RateLimiter::observe(std::size_t limit, const RateNotice& notice, Duration now) {
  PROMISE(limit < windows_.size());
  Window& window = windows_[limit];
  if (notice.max && *notice.max > 0) window.limit.count = *notice.max;
  if (!notice.left) return;
  const std::uint32_t kept_for_others =
      window.limit.count - std::min(window.limit.count, window.limit.ours());
  if (*notice.left > kept_for_others) return;
  // Others have used it up. Without a word about when it is full again, look again after a slice.
  const Duration wait = notice.resets_in.value_or(slice_of(window));
  window.blocked_until = std::max(window.blocked_until, now + wait);
}

void RateLimiter::pause(Duration wait, Duration now) {
  paused_until_ = std::max(paused_until_, now + wait);
}

}  // namespace rondo::guard
