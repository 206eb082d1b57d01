#include "connector/pace.h"

#include <algorithm>

#include "base/text.h"
#include "connector/functions.h"

namespace rondo::connector {
namespace {

std::optional<std::uint32_t> number_in(const Json& header, const std::string& name) {
  if (name.empty()) return std::nullopt;
  const Json& value = header[lower(name)];
  const Json number = find_function("number")->call(std::span(&value, 1));
  if (!number.is_number() || number.as_double() < 0) return std::nullopt;
  return static_cast<std::uint32_t>(std::min<std::int64_t>(number.as_int(), UINT32_MAX));
}

}  // namespace

Pace::Pace(const std::vector<RateLimit>& limits, guard::BreakerPolicy breaker) : policy_(breaker) {
  for (const RateLimit& rule : limits) {
    const guard::RateLimit limit{rule.count, rule.window, rule.reserve};
    limits_.push_back({rule, guard::RateLimiter({limit})});
  }
}

Duration Pace::take_place(std::string_view path, Duration now) {
  Duration wait = std::max(Duration::zero(), paused_until_ - now);
  for (Limit& limit : limits_) {
    if (glob_matches(limit.rule.match, path)) wait = std::max(wait, limit.limiter.wait_time(now));
  }
  if (wait > Duration::zero()) return wait;
  // Asked last, because being admitted as the probe changes the breaker.
  const guard::Admission admission = guard::admit(policy_, breaker_, now);
  breaker_ = admission.breaker;
  if (!admission.may_pass) return admission.wait;
  for (Limit& limit : limits_) {
    if (glob_matches(limit.rule.match, path)) limit.limiter.take(now);
  }
  return Duration::zero();
}

void Pace::observe(std::string_view path, const Json& header, Duration now) {
  for (Limit& limit : limits_) {
    if (!glob_matches(limit.rule.match, path)) continue;
    const guard::RateNotice notice{
        number_in(header, limit.rule.observe_max), number_in(header, limit.rule.observe_left), {}};
    if (notice.max || notice.left) limit.limiter.observe(0, notice, now);
  }
}

void Pace::pause(Duration now, Duration wait) {
  paused_until_ = std::max(paused_until_, now + wait);
}

void Pace::ended(const std::optional<ErrorKind>& failure, Duration now) {
  breaker_ = guard::after_attempt(policy_, breaker_, guard::health_of(failure), now);
}

}  // namespace rondo::connector
