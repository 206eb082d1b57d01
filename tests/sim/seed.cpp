#include "seed.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/check.h"
#include "village.h"
#include "world/sim/sim_random.h"

namespace rondo::simtest {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t variants = 4;
constexpr std::uint64_t steps_of_life_max = 4'000;
constexpr std::uint64_t rounds_of_life_max = 2;
constexpr int rounds_to_rest_max = 8;
constexpr Duration beyond_refresh = 24h * 8;  // answers of providers and checks of addresses expire
constexpr std::int64_t run_cap_micros = 300'000;
constexpr std::int64_t record_cap_micros = 100'000;

class SeedRun {
 public:
  SeedRun(Company& company, std::uint64_t seed, std::uint64_t variant, Control control,
          Ledger& ledger)
      : company_(company),
        seed_(seed),
        control_(control),
        random_(seed, "test"),
        mood_(seed, "mood"),
        village_(make_village(variant, company.sim().options().start)),
        ledger_(ledger) {
    company_.put_file("data/contacts.csv", village_.contacts);
    const auto loaded = company_.load_project(false);
    if (!loaded) fmt::print(stderr, "{}\n", loaded.error().text());
    PROMISE(loaded.has_value());
    company_.sim().as_other_machine([&] {
      for (auto& client : village_.clients)
        spawn(send_batches(company_.sim().view(), client, collector_port, ledger_));
    });
  }

  void undisturbed() {
    PROMISE(company_.start().has_value());
    company_.sim().run_for(20min);
    one_run();
    finale();
  }

  void disturbed() {
    make_cruel();
    const std::uint64_t lives = 2 + random_.below(4);
    const std::uint64_t change_of_contacts = random_.below(lives);
    for (std::uint64_t life = 0; life < lives; ++life) {
      if (life == change_of_contacts)
        company_.put_file("data/contacts.csv", village_.contacts_later);
      company_.sim().crash_after(1 + random_.below(steps_of_life_max));
      live();
      company_.stop();
      ++report_.power_cuts;
      if (control_ == Control::state_kept) lose_state();
    }
    make_kind();
    finale();
  }

  SeedReport take_report() { return std::move(report_); }

 private:
  void live() {
    if (!company_.start()) return;
    for (std::uint64_t round = 0; round < rounds_of_life_max; ++round) {
      company_.sim().run_for(Duration{static_cast<std::int64_t>(random_.below(600'000'000))});
      if (company_.sim().crashed() || !one_run()) return;
      if (company_.program()->log->is_dead()) return;  // whoever watches it starts it again
    }
  }

  // False if nothing more can be done in this life.
  bool one_run() {
    auto ended = company_.run("");
    if (!ended || !*ended) return false;
    ++report_.runs;
    const auto& result = **ended;
    if (result.run.state != control::RunState::succeeded) ++report_.failed_runs;
    for (const auto& step : result.steps) {
      if (step.state == control::StepState::failed)
        failures_.push_back(step.asset + " failed: " + step.error_code + " " + step.error);
    }
    moved_ = 0;
    moving_.clear();
    left_unasked_ = 0;
    for (const auto& step : result.steps) {
      const Json& counts = step.summary["counts"];
      const auto moved = counts["sent"].as_int() + counts["asked"].as_int();
      if (moved > 0) moving_ += fmt::format(" {} {}", step.asset, counts.text());
      moved_ += moved;
      left_unasked_ += counts["stopped by the cap"].as_int();
    }
    return true;
  }

  void make_cruel() {
    auto& with = company_.sim().options();
    // Some seeds are mild, some hardly let anything through.
    const double scale = random_.unit();
    with.drop_request = 0.15 * scale * random_.unit();
    with.drop_response = 0.2 * scale * random_.unit();
    with.refuse = 0.3 * scale * random_.unit();
    with.answer_429 = 0.15 * scale * random_.unit();
    with.answer_500 = 0.15 * scale * random_.unit();
    moody_ = 0.3 * scale * random_.unit();
    if (random_.below(2) == 0) with.duplicate = 0.1;
    if (random_.below(4) == 0) with.sync_fails = 0.002;
    if (random_.below(6) == 0) with.no_space = 0.002;
    doubles_ = with.duplicate > 0;
    for (const char* name : {"hubspot", "webhook", "prospeo", "hunter"})
      company_.door(name).set_mood([this] { return mood(); });
  }

  int mood() {
    constexpr std::array moods{429, 500, 503, 0};
    if (!mood_.happens(moody_)) return -1;
    return moods[mood_.below(moods.size())];
  }

  void make_kind() {
    auto& with = company_.sim().options();
    with.drop_request = with.drop_response = with.duplicate = with.refuse = 0;
    with.answer_429 = with.answer_500 = with.sync_fails = with.no_space = 0;
    for (const char* name : {"hubspot", "webhook", "prospeo", "hunter"})
      company_.door(name).set_mood(nullptr);
  }

  void lose_state() {
    auto& disk = company_.sim().view().disk;
    const std::string file = control::home_directory(company_.project()) + "/state.sqlite";
    for (const char* end : {"", "-wal", "-journal"}) {
      if (disk.exists(file + end).value_or(false)) PROMISE(disk.remove(file + end).has_value());
    }
  }

  // All that happened is told, then runs until nothing moves; and again when answers have expired.
  void finale() {
    if (company_.program() == nullptr) {
      const auto started = company_.start();
      if (!started) return broken("the program does not start again: " + started.error().text());
    }
    for (int wait = 0; wait < 300 && ledger_.finished < village_.clients.size(); ++wait)
      company_.sim().run_for(1min);
    if (ledger_.finished < village_.clients.size()) broken("clients never got their 200");
    company_.put_file("data/contacts.csv", village_.contacts_later);
    come_to_rest();
    company_.sim().run_for(beyond_refresh);
    renew();
    check_events();
    const Rules rules{run_cap_micros, record_cap_micros, doubles_};
    auto judged = broken_promises(company_, rules);
    if (!judged) return broken("the promises cannot be checked: " + judged.error().text());
    for (auto& line : *judged) broken(std::move(line));
    report_.resends = ledger_.resends;
    report_.steps = company_.sim().steps();
    report_.trace = company_.sim().trace();
  }

  // Until nothing moves. That a second run has nothing to do is looked at on every fourth seed
  // only.
  void come_to_rest() {
    for (int round = 0; round < rounds_to_rest_max; ++round) {
      if (!good_run("after all was told")) return;
      if (moved_ == 0 || (seed_ % 4 != 0 && left_unasked_ == 0)) return;
      company_.sim().run_for(15min);
    }
    broken(fmt::format("something still moves after {} runs:{}", rounds_to_rest_max, moving_));
  }

  // Everything is asked and checked once more; a cap may spread that over several runs.
  void renew() {
    for (int round = 0; round < rounds_to_rest_max; ++round) {
      if (!good_run("after answers expired") || left_unasked_ == 0) return;
      company_.sim().run_for(15min);
    }
    broken("after answers expired: some are never asked about");
  }

  bool good_run(const char* when) {
    failures_.clear();
    if (!one_run()) broken(fmt::format("{}: the run did not end", when));
    for (const auto& failure : failures_) broken(fmt::format("{}: {}", when, failure));
    return report_.broken.empty();
  }

  void check_events() {
    auto found = company_.warehouse().rows(
        "select message_id from raw.events union all "
        "select json_extract_string(payload, '$.event.messageId') from rondo.quarantine");
    if (!found) return broken("the events cannot be read: " + found.error().text());
    const std::set<std::string> there(found->begin(), found->end());
    for (const auto& id : ledger_.acknowledged) {
      if (!there.contains(id)) broken("acknowledged and lost: " + id);
    }
    if (found->size() != village_.events)
      broken(fmt::format("{} events in, {} there", village_.events, found->size()));
  }

  void broken(std::string line) { report_.broken.push_back(std::move(line)); }

  Company& company_;
  std::uint64_t seed_;
  Control control_;
  world::SimRandom random_;
  world::SimRandom mood_;
  Village village_;
  Ledger& ledger_;
  SeedReport report_;
  std::vector<std::string> failures_;
  std::int64_t moved_ = 0;
  std::string moving_;
  std::int64_t left_unasked_ = 0;
  double moody_ = 0;
  bool doubles_ = false;
};

}  // namespace

Simulation::Simulation(DatabaseServer& warehouse, world::World real, std::string project,
                       std::string scratch)
    : warehouse_(warehouse),
      real_(real),
      project_(std::move(project)),
      scratch_(std::move(scratch)) {}

const Picture& Simulation::twin(std::uint64_t variant) {
  const auto known = twins_.find(variant);
  if (known != twins_.end()) return known->second;
  Ledger ledger;
  Company company(warehouse_, real_, {{.seed = 1}, project_, scratch_});
  SeedRun run(company, 0, variant, Control::none, ledger);
  run.undisturbed();
  const SeedReport report = run.take_report();
  for (const auto& line : report.broken) fmt::print("the undisturbed twin: {}\n", line);
  PROMISE(report.broken.empty());
  auto picture = take_picture(company);
  if (!picture) fmt::print("{}\n", picture.error().text());
  PROMISE(picture.has_value());
  return twins_[variant] = std::move(*picture);
}

SeedReport Simulation::run(std::uint64_t seed, Control control) {
  const std::uint64_t variant = seed % variants;
  const Picture& expected = twin(variant);
  Ledger ledger;
  CompanyOptions options{{.seed = seed}, project_, scratch_};
  options.log_syncs = control != Control::log_syncs;
  Company company(warehouse_, real_, std::move(options));
  SeedRun run(company, seed, variant, control, ledger);
  run.disturbed();
  SeedReport report = run.take_report();
  auto picture = take_picture(company);
  if (!picture) {
    report.broken.push_back("no picture: " + picture.error().text());
    return report;
  }
  for (auto& line : differences(expected, *picture)) report.broken.push_back(std::move(line));
  return report;
}

}  // namespace rondo::simtest
