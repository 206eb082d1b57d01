#include "control/describe.h"

#include <algorithm>
#include <utility>

namespace rondo::control {
namespace {

Json time_json(const std::optional<Time>& time) { return time ? Json(to_text(*time)) : Json(); }

}  // namespace

Json to_json(const Run& run) {
  return Json::object({{"run_id", run.run_id},
                       {"trigger", run.trigger},
                       {"selection", run.selection},
                       {"state", name_of(run.state)},
                       {"started_at", to_text(run.started_at)},
                       {"ended_at", time_json(run.ended_at)}});
}

Json to_json(const Step& step) {
  Json json = Json::object({{"asset", step.asset},
                            {"state", name_of(step.state)},
                            {"attempts", static_cast<std::int64_t>(step.attempts)},
                            {"started_at", time_json(step.started_at)},
                            {"ended_at", time_json(step.ended_at)},
                            {"summary", step.summary}});
  if (!step.error_code.empty()) {
    json.set(
        "error",
        Json::object({{"code", step.error_code}, {"message", step.error}, {"hint", step.hint}}));
  }
  return json;
}

Result<std::vector<AssetStatus>> status_of(Journal& journal, const AssetGraph& graph) {
  TRY_ASSIGN(auto latest, journal.latest());
  std::vector<AssetStatus> all;
  for (const Asset& asset : graph.assets()) {
    AssetStatus status{asset.id};
    const auto found = std::find_if(latest.begin(), latest.end(), [&](const auto& entry) {
      return entry.second.asset == asset.id;
    });
    if (found != latest.end()) {
      status.run_id = found->first;
      status.step = found->second;
      status.state = status.step.state;
    }
    all.push_back(std::move(status));
  }
  return all;
}

Json to_json(const std::vector<AssetStatus>& all) {
  Json assets = Json::array();
  for (const auto& status : all) {
    Json asset = to_json(status.step);
    asset.set("asset", status.asset);
    asset.set("run_id", status.run_id);
    assets.push(std::move(asset));
  }
  return Json::object({{"assets", std::move(assets)}});
}

Result<Json> runs_json(Journal& journal, std::int64_t count_max) {
  TRY_ASSIGN(const auto runs, journal.runs(count_max));
  Json all = Json::array();
  for (const Run& run : runs) {
    TRY_ASSIGN(const auto steps, journal.steps(run.run_id));
    Json steps_json = Json::array();
    for (const Step& step : steps) steps_json.push(to_json(step));
    all.push(to_json(run).set("steps", std::move(steps_json)));
  }
  return all;
}

}  // namespace rondo::control
