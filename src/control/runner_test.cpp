#include "control/runner.h"

#include <map>

#include <doctest/doctest.h>

#include "state/database.h"
#include "world/sim/sim_world.h"

namespace rondo::control {
namespace {

using world::SimWorld;

// source:web -> identity -> model:a -> model:b, and source:web -> consent
model::Project chain() {
  model::Project project;
  project.sources.resize(1);
  project.sources[0].name = "web";
  const auto sql = [&](const char* name, std::vector<std::string> reads) {
    model::SqlAsset asset;
    asset.name = name;
    asset.reads = std::move(reads);
    project.sql_assets.push_back(asset);
  };
  sql("a", {"identifiers"});
  sql("b", {"model:a"});
  return project;
}

class Silent final : public RunObserver {
 public:
  void update(std::string_view, std::int64_t, std::int64_t) override {}
  void run_started(const Run&, const std::vector<std::string>&, bool was_resumed) override {
    resumed = was_resumed;
  }
  void step_started(const Asset&) override {}
  void step_ended(const Asset&, const Step&) override {}
  void step_retries(const Asset&, const Error&, Duration) override { ++retries; }
  void run_ended(const Run&, const std::vector<Step>&) override {}
  bool resumed = false;
  int retries = 0;
};

/// A project whose steps only count how often they were done, and fail as told.
struct Bench {
  SimWorld sim;
  model::Project project = chain();
  AssetGraph graph = AssetGraph::of(project).value();
  std::unique_ptr<state::Database> database;
  std::map<std::string, int> done;
  std::map<std::string, std::vector<Error>> failures;  ///< taken from the front
  Silent observer;

  explicit Bench(std::uint64_t seed = 1)
      : sim([seed] {
          world::SimOptions options;
          options.seed = seed;
          return options;
        }()) {
    open();
  }

  void open() { database = state::open_database(sim.view().disk, "state.sqlite").value(); }

  Task<Result<Json>> step(const Asset& asset) {
    co_await sim.view().clock.sleep(std::chrono::milliseconds{10});
    auto& waiting = failures[asset.id];
    if (!waiting.empty()) {
      Error error = waiting.front();
      waiting.erase(waiting.begin());
      co_return fail(std::move(error));
    }
    ++done[asset.id];
    co_return Json::object({{"counts", Json::object({{"rows", 1}})}});
  }

  std::optional<Result<RunResult>> try_run(std::string selection = {},
                                           std::string fingerprint = "f") {
    auto journal = Journal::open(*database);
    if (!journal) return std::nullopt;
    const StepBody body = [this](const Asset& asset, const std::string&, model::Progress&) {
      return step(asset);
    };
    return sim.run(run_assets(sim.view(), *journal, graph,
                              {std::move(selection), "hand", std::move(fingerprint), {}}, body,
                              observer));
  }

  RunResult run(std::string selection = {}) {
    return try_run(std::move(selection)).value().value();
  }

  void power_cut() {
    database.reset();
    sim.restart();
    open();
  }
};

StepState state_of(const RunResult& result, std::string_view asset) {
  for (const auto& step : result.steps) {
    if (step.asset == asset) return step.state;
  }
  return StepState::waiting;
}

Error error_of(ErrorKind kind) { return {kind, "R0000", "made up for a test"}; }

TEST_CASE("a run does every asset once, in order, and says so in the journal") {
  Bench bench;
  const auto result = bench.run();
  CHECK(result.run.state == RunState::succeeded);
  CHECK(bench.done.size() == bench.graph.assets().size());
  for (const auto& entry : bench.done) CHECK_MESSAGE(entry.second == 1, entry.first);
  CHECK(result.steps.back().summary["counts"]["rows"].as_int() == 1);
}

TEST_CASE("a transient failure is tried again, a permanent one is not") {
  Bench bench;
  bench.failures["model:a"] = {error_of(ErrorKind::transient), error_of(ErrorKind::transient)};
  CHECK(bench.run().run.state == RunState::succeeded);
  CHECK(bench.observer.retries == 2);
  bench.failures["model:a"] = {error_of(ErrorKind::permanent)};
  CHECK(bench.run().run.state == RunState::failed);
  CHECK(bench.observer.retries == 2);
}

TEST_CASE(
    "what hangs below a failure is skipped, the rest goes on, and the chain leads back to the "
    "cause") {
  Bench bench;
  bench.failures["model:a"] = {error_of(ErrorKind::denied)};
  const auto result = bench.run();
  CHECK(state_of(result, "model:a") == StepState::failed);
  CHECK(state_of(result, "model:b") == StepState::skipped);
  CHECK(state_of(result, "profiles") == StepState::succeeded);
  CHECK(bench.done["model:b"] == 0);
  const auto chain = chain_of_cause(bench.graph, result.steps, "model:b");
  REQUIRE(chain.size() == 2);
  CHECK(chain.back().asset == "model:a");
  CHECK(chain.back().error_code == "R0000");
}

TEST_CASE("the next run tries again what failed") {
  Bench bench;
  bench.failures["model:a"] = {error_of(ErrorKind::denied)};
  bench.run();
  CHECK(bench.run().run.state == RunState::succeeded);
  CHECK(bench.done["model:b"] == 1);
}

TEST_CASE(
    "after a power cut the run goes on where it stood; no step that had succeeded is done again") {
  int resumed = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    Bench bench(seed);
    bench.sim.crash_after(3 + seed * 31 % 150);
    const auto first = bench.try_run();
    const bool finished = first.has_value() && first->has_value();
    std::map<std::string, StepState> known;
    if (!finished) {
      bench.power_cut();
      auto journal = Journal::open(*bench.database).value();
      const auto left = journal.unfinished().value();
      if (left) {
        const auto steps = journal.steps(left->run_id).value();
        for (const auto& step : steps) known[step.asset] = step.state;
        ++resumed;
      }
    }
    const auto before = bench.done;
    auto second = bench.try_run();
    if (!second || !*second) {  // the cut came only now
      bench.power_cut();
      second = bench.try_run();
    }
    CHECK(second.value().value().run.state == RunState::succeeded);
    for (const auto& entry : known) {
      if (entry.second != StepState::succeeded) continue;
      CHECK_MESSAGE(bench.done[entry.first] == before.at(entry.first), entry.first);
    }
    for (const auto& asset : bench.graph.assets()) CHECK(bench.done[asset.id] >= 1);
  }
  CHECK(resumed > 20);
}

TEST_CASE("a run left behind by another project or selection is closed, not resumed") {
  Bench bench;
  bench.sim.crash_after(40);
  REQUIRE(!bench.try_run());
  bench.power_cut();
  auto journal = Journal::open(*bench.database).value();
  REQUIRE(journal.unfinished().value());
  const auto left = journal.unfinished().value()->run_id;
  bench.run("model:a");
  CHECK(!bench.observer.resumed);
  CHECK(journal.run(left).value()->state == RunState::failed);
}

TEST_CASE("a selection that names nothing starts nothing") {
  Bench bench;
  const auto result = bench.try_run("model:zzz").value();
  REQUIRE(!result);
  CHECK(result.error().code == "R0801");
  CHECK(Journal::open(*bench.database).value().runs(10).value().empty());
}

}  // namespace
}  // namespace rondo::control
