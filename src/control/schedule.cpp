#include "control/schedule.h"

#include <algorithm>

namespace rondo::control {

Result<Schedule> Schedule::of(const model::Project& project) {
  Schedule schedule;
  schedule.zone_ = project.timezone;
  for (const auto& sync : project.syncs) TRY(schedule.add("sync:" + sync.name, sync.trigger));
  for (const auto& one : project.enrichments)
    TRY(schedule.add("enrichment:" + one.name, one.trigger));
  std::sort(schedule.timed_.begin(), schedule.timed_.end(),
            [](const Timed& a, const Timed& b) { return a.id < b.id; });
  return schedule;
}

Result<void> Schedule::add(const std::string& id, const model::Trigger& trigger) {
  if (trigger.after_upstream) after_upstream_.push_back(id);
  if (trigger.every > Duration{0}) timed_.push_back({id, std::nullopt, trigger.every});
  if (trigger.schedule.empty()) return {};
  auto cron = Cron::parse(trigger.schedule);
  if (cron) {
    if (auto first = cron->next_after(Time{}, zone_); !first) cron = fail(first.error());
  }
  if (!cron) {
    Error error = cron.error();
    error.where = trigger.where;
    return fail(std::move(error));
  }
  timed_.push_back({id, *cron, Duration{0}});
  return {};
}

// Intervals stand on a grid from 1970, so that a restart does not move them.
std::optional<Time> Schedule::next_of(const Timed& timed, Time after) const {
  if (!timed.cron) {
    const auto passed = after.time_since_epoch() / timed.every;
    return Time{timed.every * (passed + 1)};
  }
  const auto next = timed.cron->next_after(after, zone_);
  return next ? std::optional<Time>(*next) : std::nullopt;
}

std::vector<std::string> Schedule::due(Time last, Time now) const {
  std::vector<std::string> ids;
  for (const Timed& timed : timed_) {
    const auto next = next_of(timed, last);
    if (next && *next <= now) ids.push_back(timed.id);
  }
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

std::optional<Time> Schedule::next_after(Time now) const {
  std::optional<Time> first;
  for (const Timed& timed : timed_) {
    const auto next = next_of(timed, now);
    if (next && (!first || *next < *first)) first = next;
  }
  return first;
}

}  // namespace rondo::control
