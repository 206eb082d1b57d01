#include "control/schedule.h"

#include <doctest/doctest.h>

namespace rondo::control {
namespace {

using Ids = std::vector<std::string>;

model::Project project_with(model::Trigger trigger) {
  model::Project project;
  project.timezone = "Europe/Berlin";
  model::Sync sync;
  sync.name = "a";
  sync.trigger = std::move(trigger);
  project.syncs.push_back(sync);
  return project;
}

Time at(std::string_view text) { return parse_time(text).value(); }

TEST_CASE("a cron time counts once, however often it was missed") {
  const auto schedule = Schedule::of(project_with({.schedule = "0 7 * * *"})).value();
  CHECK(schedule.due(at("2026-11-24T05:00:00Z"), at("2026-11-24T05:59:59Z")) == Ids{});
  CHECK(schedule.due(at("2026-11-24T05:00:00Z"), at("2026-11-24T06:00:00Z")) == Ids{"sync:a"});
  CHECK(schedule.due(at("2026-11-20T00:00:00Z"), at("2026-11-24T06:00:00Z")) == Ids{"sync:a"});
  CHECK(schedule.due(at("2026-11-24T06:00:00Z"), at("2026-11-24T23:00:00Z")) == Ids{});
}

TEST_CASE("intervals stand on a grid that a restart does not move") {
  const auto schedule = Schedule::of(project_with({.every = std::chrono::minutes{15}})).value();
  CHECK(schedule.next_after(at("2026-11-24T10:07:00Z")) == at("2026-11-24T10:15:00Z"));
  CHECK(schedule.next_after(at("2026-11-24T10:15:00Z")) == at("2026-11-24T10:30:00Z"));
}

TEST_CASE("a rule that cannot be read names its place") {
  model::Trigger trigger{.schedule = "61 * * * *"};
  trigger.where = {"syncs/a.yaml", 3, 11, 10};
  const auto schedule = Schedule::of(project_with(trigger));
  REQUIRE(!schedule);
  CHECK(schedule.error().code == "R0805");
  CHECK(schedule.error().where == trigger.where);
}

TEST_CASE("what follows its upstream has no time of its own") {
  const auto schedule = Schedule::of(project_with({.after_upstream = true})).value();
  CHECK(schedule.after_upstream() == Ids{"sync:a"});
  CHECK(!schedule.next_after(Time{}));
}

}  // namespace
}  // namespace rondo::control
