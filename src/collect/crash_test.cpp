// Clients that repeat until 200, a collector whose power is cut again and again, a network that
// drops and doubles: afterwards the warehouse holds every acknowledged event, each once.
#include <set>

#include <doctest/doctest.h>
#include <fmt/core.h>

#include "collect/loader.h"
#include "collect/testing.h"
#include "warehouse/system_tables.h"

namespace rondo::collect {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t seeds = 200;
constexpr std::uint64_t control_seeds = 40;
constexpr int clients = 4;
constexpr int batches_each = 6;
constexpr int lives = 5;
constexpr std::uint16_t port = 8090;

struct Ledger {
  std::set<std::string> sent;
  std::set<std::string> acknowledged;
  std::uint64_t resends = 0;
  int finished = 0;
};

/// As the SDKs do it: the same bytes again until somebody says 200.
Task<void> client(world::World world, int number, Ledger& ledger) {
  for (int b = 0; b < batches_each; ++b) {
    std::string events;
    std::vector<std::string> ids;
    for (int e = 0; e < 3; ++e) {
      ids.push_back(fmt::format("{}-{}-{}", number, b, e));
      events += fmt::format(R"({}{{"type":"track","event":"Product Viewed","messageId":"{}"}})",
                            e == 0 ? "" : ",", ids.back());
    }
    ledger.sent.insert(ids.begin(), ids.end());
    while (true) {
      world::HttpRequest request{.method = "POST",
                                 .url = fmt::format("http://localhost:{}/v1/batch", port),
                                 .timeout = 2s};
      request.body = R"({"writeKey":"k3","batch":[)" + events + "]}";
      const auto answer = co_await world.network.send(std::move(request));
      if (answer && answer->status == 200) break;
      ++ledger.resends;
      co_await world.clock.sleep(300ms);
    }
    ledger.acknowledged.insert(ids.begin(), ids.end());
    co_await world.clock.sleep(Duration{world.random.below(200'000)});
  }
  ++ledger.finished;
}

struct Outcome {
  std::uint64_t acknowledged = 0;
  std::uint64_t resends = 0;
  std::int64_t lost = 0;
  std::int64_t doubled_in_log = 0;
  std::int64_t doubled = 0;
  std::int64_t never_sent = 0;
};

/// One run of the program: log, collector, server. Gone when it is destroyed.
struct Life {
  Life(world::World world, const model::Project& project, bool deduplicate) {
    auto opened =
        log::Log::open(world.disk, {.directory = testing::log_folder, .segment_bytes_max = 1'500});
    if (!opened) return;  // the power went off meanwhile
    log = std::move(*opened);
    collector = std::make_unique<Collector>(world, *log, project,
                                            CollectorOptions{.deduplicate = deduplicate});
    if (!collector->remember(testing::log_folder, log->durable_end())) return;
    auto served = world.network.serve({.port = port}, collector->handler());
    if (served) server = std::move(*served);
  }
  std::unique_ptr<log::Log> log;
  std::unique_ptr<Collector> collector;
  std::unique_ptr<world::HttpServer> server;
};

/// One warehouse for all seeds, emptied for each: opening one takes longer than a whole simulated
/// life.
class Mill {
 public:
  Mill() {
    auto opened = warehouse::open_duckdb("");
    REQUIRE(opened);
    warehouse_ = std::move(*opened);
    auto connected = warehouse_->connect();
    REQUIRE(connected);
    session_ = std::move(*connected);
    REQUIRE(warehouse::ensure_system_tables(*session_));
  }
  std::int64_t load(world::World world, const model::Project& project) {
    REQUIRE(session_->execute("delete from raw.events; delete from rondo.load_positions"));
    const auto end = log::settled_end(world.disk, testing::log_folder);
    REQUIRE(end);
    const auto report =
        load_events({world, *session_, project, progress_}, testing::log_folder, *end, 40);
    REQUIRE_MESSAGE(report, report.error().text());
    return report->repeated();
  }
  std::vector<std::string> ids() {
    std::vector<std::string> all;
    auto rows = session_->query("select message_id from raw.events");
    REQUIRE(rows);
    while (*rows->next()) all.emplace_back(rows->text(0));
    return all;
  }

 private:
  std::unique_ptr<warehouse::Warehouse> warehouse_;
  std::unique_ptr<warehouse::Session> session_;
  model::NoProgress progress_;
};

/// One source that accepts all: the fewest views to make.
model::Project small_project() {
  model::Project project = testing::shop();
  project.sources = {project.sources[2]};
  return project;
}

void compare(Mill& mill, const Ledger& ledger, Outcome& outcome) {
  std::set<std::string> found;
  for (const auto& id : mill.ids()) {
    if (!found.insert(id).second) ++outcome.doubled;
    if (!ledger.sent.contains(id)) ++outcome.never_sent;
  }
  for (const auto& id : ledger.acknowledged) outcome.lost += found.contains(id) ? 0 : 1;
}

Outcome live_and_crash(Mill& mill, std::uint64_t seed, bool deduplicate) {
  world::SimWorld sim({.seed = seed,
                       .drop_request = 0.05,
                       .drop_response = 0.1,
                       .duplicate = 0.05,
                       .refuse = 0.02,
                       .answer_500 = 0.02});
  const world::World world = sim.view();
  const model::Project project = small_project();
  Ledger ledger;
  sim.as_other_machine([&] {
    for (int i = 0; i < clients; ++i) spawn(client(world, i, ledger));
  });
  for (int life = 0; life < lives; ++life) {
    const bool last = life + 1 == lives;
    if (!last) sim.crash_after(20 + world.random.below(150));
    auto program = std::make_unique<Life>(world, project, deduplicate);
    if (!sim.crashed()) sim.run_for(last ? Duration{10min} : Duration{10s});
    if (!last && !sim.crashed()) sim.crash();
    program.reset();
    if (!last) sim.restart();
  }
  Outcome outcome;
  CHECK(ledger.finished == clients);
  outcome.acknowledged = ledger.acknowledged.size();
  outcome.resends = ledger.resends;
  outcome.doubled_in_log = mill.load(world, project);
  compare(mill, ledger, outcome);
  return outcome;
}

Outcome over_seeds(std::uint64_t count, bool deduplicate) {
  Outcome total;
  Mill mill;
  for (std::uint64_t seed = 1; seed <= count; ++seed) {
    INFO("seed " << seed);
    const Outcome one = live_and_crash(mill, seed, deduplicate);
    CHECK(one.lost == 0);
    CHECK(one.never_sent == 0);
    if (deduplicate) CHECK(one.doubled_in_log == 0);
    CHECK(one.doubled == 0);
    total.acknowledged += one.acknowledged;
    total.resends += one.resends;
    total.doubled_in_log += one.doubled_in_log;
  }
  return total;
}

TEST_CASE("clients that repeat until 200, through power cuts: nothing lost, nothing doubled") {
  const Outcome total = over_seeds(seeds, true);
  MESSAGE(total.acknowledged << " acknowledged events, " << total.resends << " resends");
  CHECK(total.acknowledged == seeds * clients * batches_each * 3);
  CHECK(total.resends > seeds);
}

TEST_CASE("control: without the collector's memory the log holds events twice") {
  const Outcome total = over_seeds(control_seeds, false);
  MESSAGE(total.doubled_in_log << " doubled in the log, which only the loader stopped");
  CHECK(total.doubled_in_log > 0);
}

}  // namespace
}  // namespace rondo::collect
