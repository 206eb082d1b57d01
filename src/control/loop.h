#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "base/json.h"
#include "base/result.h"
#include "base/task.h"
#include "control/house.h"
#include "control/runner.h"
#include "control/schedule.h"

namespace rondo::control {

/// What the loop hears from outside and says to it. All of it on the loop's own thread.
struct LoopOutside {
  std::deque<std::string> asked;  ///< selections that somebody wants to run now, oldest first
  bool stop = false;              ///< end after the step under way
  std::function<std::int64_t()> log_end;             ///< how far the log is durable
  std::function<void(Json status, Json runs)> show;  ///< called at start and after every run
};

/// Runs the project until told to stop: what was asked for, what is due by the clock, and what
/// follows its upstream when new events have come in. One run at a time; what comes due meanwhile
/// waits and is coalesced.
///
/// A run that fails is in the journal and shown; the loop goes on. Error: the journal cannot be
/// written any more.
[[nodiscard]] Task<Result<void>> run_loop(House& house, const Schedule& schedule,
                                          const StepBody& body, RunObserver& observer,
                                          LoopOutside& outside);

/// The order in which `rondo run` and the loop start a run.
[[nodiscard]] RunOrder make_order(const model::Project& project, std::string selection,
                                  std::string trigger);

}  // namespace rondo::control
