#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/task.h"
#include "control/graph.h"
#include "control/journal.h"
#include "guard/retry.h"
#include "model/progress.h"
#include "world/world.h"

namespace rondo::control {

/// Does the work of one asset and answers the counts of its report. Must be safe to repeat: after a
/// crash or a failed attempt it is called again.
using StepBody = std::function<Task<Result<Json>>(const Asset& asset, const std::string& run_id,
                                                  model::Progress& progress)>;

/// Hears of a run as it goes; for terminals, logs and pages.
class RunObserver : public model::Progress {
 public:
  virtual void run_started(const Run& run, const std::vector<std::string>& assets,
                           bool resumed) = 0;
  virtual void step_started(const Asset& asset) = 0;
  virtual void step_ended(const Asset& asset, const Step& step) = 0;
  virtual void step_retries(const Asset& asset, const Error& error, Duration wait) = 0;
  virtual void run_ended(const Run& run, const std::vector<Step>& steps) = 0;
};

struct RunOrder {
  std::string selection;  ///< as AssetGraph::select reads it
  std::string trigger = "hand";
  std::string project_fingerprint;
  guard::RetryPolicy retry;
};

struct RunResult {
  Run run;
  std::vector<Step> steps;
};

/// Runs the selected assets in order, each in the journal before and after. A failed attempt is
/// tried again as the error's kind says; a failed step skips what hangs below it, and the rest goes
/// on.
///
/// A run that an earlier process left unfinished, with the same selection and project, is resumed:
/// what had succeeded is not done again. With another selection or project it is closed as failed,
/// and a new one begins. Errors: those of the selection and of the journal; a failed step is part
/// of the result, not an error.
[[nodiscard]] Task<Result<RunResult>> run_assets(world::World world, Journal& journal,
                                                 const AssetGraph& graph, RunOrder order,
                                                 const StepBody& body, RunObserver& observer);

/// The chain from a failed or skipped asset up to the failure that caused it: last is the cause.
[[nodiscard]] std::vector<Step> chain_of_cause(const AssetGraph& graph,
                                               const std::vector<Step>& steps,
                                               std::string_view asset);

}  // namespace rondo::control
