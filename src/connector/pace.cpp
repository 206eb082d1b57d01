#include "connector/pace.h"

#include <algorithm>

#include "base/text.h"
#include "connector/exchange.h"
#include "connector/functions.h"

namespace rondo::connector {
namespace {

constexpr std::int64_t slice_count = 20;

std::optional<std::int64_t> number_in(const Json& header, const std::string& name) {
  if (name.empty()) return std::nullopt;
  const Json& value = header[lower(name)];
  const Json number = find_function("number")->call(std::span(&value, 1));
  return number.is_number() ? std::optional(number.as_int()) : std::nullopt;
}

std::uint32_t usable(std::uint32_t count, double reserve) {
  return std::max(1U, static_cast<std::uint32_t>(count * (1.0 - reserve)));
}

}  // namespace

Pace::Pace(std::vector<RateLimit> limits) {
  for (RateLimit& limit : limits) {
    const std::uint32_t most = usable(limit.count, limit.reserve);
    // One slice more than the window holds: the oldest counts until all of it is out.
    windows_.push_back({std::move(limit), most, std::vector<std::uint32_t>(slice_count + 1, 0)});
  }
}

Duration Pace::slice_length(const Window& window) {
  return std::max(Duration{1}, window.limit.window / slice_count);
}

void Pace::roll(Window& window, Duration now) {
  const std::int64_t slice = now / slice_length(window);
  const auto size = static_cast<std::int64_t>(window.slices.size());
  const std::int64_t steps = std::min(slice - window.newest, size);
  for (std::int64_t i = 1; i <= steps; ++i) {
    auto& oldest = window.slices[static_cast<std::size_t>((window.newest + i) % size)];
    window.total -= oldest;
    oldest = 0;
  }
  if (steps > 0) {
    if (slice - window.newest > size) std::ranges::fill(window.slices, 0);
    window.newest = slice;
  }
}

Duration Pace::take_place(std::string_view path, Duration now) {
  Duration wait = std::max(Duration::zero(), paused_until_ - now);
  for (Window& window : windows_) {
    if (!glob_matches(window.limit.match, path)) continue;
    roll(window, now);
    wait = std::max(wait, window.blocked_until - now);
    if (window.total >= window.count_max) {
      const Duration slice = slice_length(window);
      wait = std::max(wait, slice - (now % slice));
    }
  }
  if (wait > Duration::zero()) return wait;
  for (Window& window : windows_) {
    if (!glob_matches(window.limit.match, path)) continue;
    ++window.slices[static_cast<std::size_t>(window.newest % (slice_count + 1))];
    ++window.total;
  }
  return Duration::zero();
}

void Pace::observe(std::string_view path, const Json& header, Duration now) {
  for (Window& window : windows_) {
    if (!glob_matches(window.limit.match, path)) continue;
    if (const auto most = number_in(header, window.limit.observe_max); most && *most > 0) {
      const auto count = static_cast<std::uint32_t>(std::min<std::int64_t>(*most, UINT32_MAX));
      window.count_max = usable(count, window.limit.reserve);
    }
    const auto left = number_in(header, window.limit.observe_left);
    const double kept = window.limit.reserve * window.limit.count;
    // Others used it up: nothing until some of the window has passed.
    if (left && static_cast<double>(*left) <= kept) {
      window.blocked_until = now + slice_length(window);
    }
  }
}

void Pace::pause(Duration now, Duration wait) {
  paused_until_ = std::max(paused_until_, now + wait);
}

}  // namespace rondo::connector
