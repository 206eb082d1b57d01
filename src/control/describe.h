#pragma once

#include <vector>

#include "base/json.h"
#include "control/graph.h"
#include "control/journal.h"

namespace rondo::control {

// The same truth for the command line, the API and pages.

[[nodiscard]] Json to_json(const Run& run);
[[nodiscard]] Json to_json(const Step& step);

/// How one asset stands, from its latest step.
struct AssetStatus {
  std::string asset;
  StepState state = StepState::waiting;  ///< waiting: never ran
  std::string run_id;
  Step step;
};

/// Every asset in run order; those that failed or were skipped carry why.
[[nodiscard]] Result<std::vector<AssetStatus>> status_of(Journal& journal, const AssetGraph& graph);
[[nodiscard]] Json to_json(const std::vector<AssetStatus>& all);

/// The runs with their steps, newest first.
[[nodiscard]] Result<Json> runs_json(Journal& journal, std::int64_t count_max);

}  // namespace rondo::control
