#include "control/runner.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/ids.h"

namespace rondo::control {
namespace {

class Runner {
 public:
  Runner(world::World world, Journal& journal, const AssetGraph& graph, RunOrder order,
         const StepBody& body, RunObserver& observer)
      : world_(world),
        journal_(journal),
        graph_(graph),
        order_(std::move(order)),
        body_(body),
        observer_(observer) {}

  Task<Result<RunResult>> run() {
    CO_TRY(begin());
    for (const auto& id : assets_) {
      const Asset& asset = *graph_.find(id);
      if (states_[id] == StepState::succeeded) continue;
      const std::string broken = failed_upstream(asset);
      if (!broken.empty()) {
        CO_TRY(skip(asset, broken));
        continue;
      }
      auto ended = co_await attempt_until_done(asset);
      CO_TRY(ended);
    }
    co_return end();
  }

 private:
  Result<void> begin() {
    TRY_ASSIGN(assets_, graph_.select(order_.selection));
    TRY_ASSIGN(auto left_behind, journal_.unfinished());
    const bool resumes = left_behind && left_behind->selection == order_.selection &&
                         left_behind->project_fingerprint == order_.project_fingerprint;
    if (resumes) {
      run_ = std::move(*left_behind);
      TRY_ASSIGN(const auto steps, journal_.steps(run_.run_id));
      for (const Step& step : steps) states_[step.asset] = step.state;
      // What failed before the crash gets its chance again: the crash may have been the cause.
    } else {
      if (left_behind) TRY(journal_.end_run(left_behind->run_id, RunState::failed, now()));
      run_ = Run{uuid_text(uuid_v7(now(), world_.random.id())), order_.trigger, order_.selection,
                 order_.project_fingerprint, now()};
      TRY(journal_.begin_run(run_, assets_));
    }
    observer_.run_started(run_, assets_, resumes);
    return {};
  }

  Result<RunResult> end() {
    const bool all_good = std::all_of(assets_.begin(), assets_.end(), [this](const auto& id) {
      return states_[id] == StepState::succeeded;
    });
    run_.state = all_good ? RunState::succeeded : RunState::failed;
    run_.ended_at = now();
    TRY(journal_.end_run(run_.run_id, run_.state, *run_.ended_at));
    TRY_ASSIGN(auto steps, journal_.steps(run_.run_id));
    observer_.run_ended(run_, steps);
    return RunResult{run_, std::move(steps)};
  }

  std::string failed_upstream(const Asset& asset) {
    for (const auto& id : asset.upstream) {
      const auto state = states_.find(id);
      if (state == states_.end()) continue;  // not part of this run: taken as it is
      if (state->second == StepState::failed || state->second == StepState::skipped) return id;
    }
    return {};
  }

  Result<void> skip(const Asset& asset, const std::string& broken) {
    Step step{asset.id, StepState::skipped};
    step.ended_at = now();
    step.error_code = "R0803";
    step.error = broken;
    return record(asset, step);
  }

  Task<Result<void>> attempt_until_done(const Asset& asset) {
    for (std::uint32_t attempts = 1;; ++attempts) {
      CO_TRY(journal_.begin_attempt(run_.run_id, asset.id, now()));
      if (attempts == 1) observer_.step_started(asset);
      const Time started = now();
      auto outcome = co_await body_(asset, run_.run_id, observer_);
      Step step{asset.id, StepState::succeeded, attempts, started, now()};
      if (outcome) {
        step.summary = std::move(*outcome);
        co_return record(asset, step);
      }
      const Error error = std::move(outcome).error();
      const auto next = guard::after_failure(order_.retry, error, attempts, world_.random.unit());
      if (next.move != guard::NextMove::try_again) {
        step.state = StepState::failed;
        step.error_code = error.code;
        step.error = error.text();
        step.hint = error.hint;
        co_return record(asset, step);
      }
      observer_.step_retries(asset, error, next.wait);
      co_await world_.clock.sleep(next.wait);
    }
  }

  Result<void> record(const Asset& asset, const Step& step) {
    states_[asset.id] = step.state;
    TRY(journal_.end_step(run_.run_id, step));
    observer_.step_ended(asset, step);
    return {};
  }

  [[nodiscard]] Time now() const { return world_.clock.now(); }

  world::World world_;
  Journal& journal_;
  const AssetGraph& graph_;
  RunOrder order_;
  const StepBody& body_;
  RunObserver& observer_;
  Run run_;
  std::vector<std::string> assets_;
  std::map<std::string, StepState> states_;
};

}  // namespace

Task<Result<RunResult>> run_assets(world::World world, Journal& journal, const AssetGraph& graph,
                                   RunOrder order, const StepBody& body, RunObserver& observer) {
  Runner runner(world, journal, graph, std::move(order), body, observer);
  co_return co_await runner.run();
}

std::vector<Step> chain_of_cause(const AssetGraph& graph, const std::vector<Step>& steps,
                                 std::string_view asset) {
  std::vector<Step> chain;
  std::string id(asset);
  // A skipped step names the asset above it that stopped it; at most one hop per asset of the
  // graph.
  for (std::size_t hop = 0; hop <= graph.assets().size(); ++hop) {
    const auto step = std::find_if(steps.begin(), steps.end(),
                                   [&](const Step& each) { return each.asset == id; });
    if (step == steps.end()) break;
    chain.push_back(*step);
    if (step->state != StepState::skipped) break;
    id = step->error;
  }
  return chain;
}

}  // namespace rondo::control
