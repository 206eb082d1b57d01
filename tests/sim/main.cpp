// The whole loop in a simulated world. Usage:
//   rondo_sim_runner seeds PROJECT SCRATCH FIRST COUNT STRIDE
//   rondo_sim_runner same PROJECT SCRATCH FIRST COUNT      the same seed twice: the same trace
//   rondo_sim_runner delivery SEEDS [WORD[=SEED]]          deliveries alone: delivery_sim.cpp
//   rondo_sim_runner controls PROJECT SCRATCH COUNT        what must fail fails
//   rondo_sim_runner stories FOLDER SCRATCH WORD           tests/story; WORD of their names, or ""
#include <csignal>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "seed.h"
#include "simulation.h"
#include "story.h"
#include "world/real/real_world.h"

namespace {

using namespace rondo;
using simtest::Control;
using simtest::SeedReport;
using simtest::Simulation;

constexpr std::size_t lines_shown_max = 12;
constexpr std::uint64_t progress_every = 20;

volatile std::sig_atomic_t seed_under_way = 0;

// A promise broken inside the program ends this process: the seed is told before.
void on_abort(int) {
  fmt::print("FAIL the program ended itself; again: tests/sim/run --seed {}\n",
             static_cast<long>(seed_under_way));
  std::fflush(stdout);
}

struct Counts {
  int passed = 0;
  int failed = 0;
};

void tell(std::uint64_t seed, const SeedReport& report) {
  fmt::print("FAIL seed {}; again: tests/sim/run --seed {}\n", seed, seed);
  for (std::size_t i = 0; i < report.broken.size() && i < lines_shown_max; ++i)
    fmt::print("  {}\n", report.broken[i]);
  if (report.broken.size() > lines_shown_max)
    fmt::print("  … and {} more\n", report.broken.size() - lines_shown_max);
}

Counts run_seeds(Simulation& simulation, std::uint64_t first, std::uint64_t count,
                 std::uint64_t stride) {
  Counts counts;
  SeedReport sums;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t seed = first + i * stride;
    seed_under_way = static_cast<std::sig_atomic_t>(seed);
    const SeedReport report = simulation.run(seed);
    ++(report.broken.empty() ? counts.passed : counts.failed);
    if (!report.broken.empty()) tell(seed, report);
    sums.power_cuts += report.power_cuts;
    sums.runs += report.runs;
    sums.failed_runs += report.failed_runs;
    sums.resends += report.resends;
    sums.steps += report.steps;
    if ((i + 1) % progress_every == 0 || i + 1 == count) {
      fmt::print(
          "{} of {} seeds: {} power cuts, {} runs ({} failed on the way), {} resends, {} "
          "operations\n",
          i + 1, count, sums.power_cuts, sums.runs, sums.failed_runs, sums.resends, sums.steps);
      std::fflush(stdout);
    }
  }
  return counts;
}

Counts run_same(Simulation& simulation, std::uint64_t first, std::uint64_t count) {
  Counts counts;
  std::string before;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    const std::string once = simulation.run(seed).trace;
    const std::string again = simulation.run(seed).trace;
    const bool good = !once.empty() && once == again && once != before;
    ++(good ? counts.passed : counts.failed);
    fmt::print("{} seed {} twice: {} bytes of trace\n", good ? "ok  " : "FAIL", seed, once.size());
    if (once != again) {
      std::size_t at = 0;
      while (at < once.size() && at < again.size() && once[at] == again[at]) ++at;
      const std::size_t from = at > 200 ? at - 200 : 0;
      fmt::print("  once:  …{}\n  again: …{}\n", once.substr(from, 400), again.substr(from, 400));
    }
    before = once;
  }
  return counts;
}

Counts run_controls(Simulation& simulation, std::uint64_t count) {
  Counts counts;
  const std::pair<Control, const char*> all[] = {
      {Control::log_syncs, "without the log's sync, acknowledged events are lost"},
      {Control::state_kept, "without the state database, nothing goes on as if it were there"}};
  for (const auto& [control, words] : all) {
    std::uint64_t seeds_failed = 0;
    std::string first;
    for (std::uint64_t seed = 1; seed <= count; ++seed) {
      seed_under_way = static_cast<std::sig_atomic_t>(seed);
      const SeedReport report = simulation.run(seed, control);
      if (report.broken.empty()) continue;
      ++seeds_failed;
      if (first.empty()) first = report.broken.front();
    }
    ++(seeds_failed > 0 ? counts.passed : counts.failed);
    fmt::print("{} control: {}: {} of {} seeds fail, such as: {}\n",
               seeds_failed > 0 ? "ok  " : "FAIL", words, seeds_failed, count, first);
  }
  return counts;
}

Result<void> run_story(simtest::DatabaseServer& warehouse, world::World real,
                       const std::string& folder, const std::string& name,
                       const std::string& scratch) {
  TRY_ASSIGN(const std::string text, world::read_file(real.disk, folder + "/" + name));
  TRY_ASSIGN(const auto story, simtest::parse_story(text));
  return simtest::play(story, folder, warehouse, real, scratch);
}

Counts run_stories(simtest::DatabaseServer& warehouse, world::World real, const std::string& folder,
                   const std::string& scratch, const std::string& word) {
  Counts counts;
  const auto entries = real.disk.list(folder);
  if (!entries) return {0, 1};
  for (const auto& entry : *entries) {
    if (!entry.name.ends_with(".story") || entry.name.find(word) == std::string::npos) continue;
    const auto told = run_story(warehouse, real, folder, entry.name, scratch);
    ++(told ? counts.passed : counts.failed);
    fmt::print("{} {}\n", told ? "ok  " : "FAIL", entry.name);
    if (!told) fmt::print("  {}\n", told.error().text());
  }
  return counts;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (!words.empty() && words[0] == "delivery")
    return sim::run_deliveries(std::span(words).subspan(1));
  if (words.size() < 4) {
    fmt::print(stderr, "usage: see the head of tests/sim/main.cpp\n");
    return 2;
  }
  std::signal(SIGABRT, on_abort);
  const auto number = [&](std::size_t at, std::uint64_t otherwise) {
    return words.size() > at ? std::stoull(words[at]) : otherwise;
  };
  world::RealWorld real;
  simtest::DatabaseServer warehouse;
  if (words[0] == "stories") {
    const Counts counts = run_stories(warehouse, real.view(), words[1], words[2], words[3]);
    fmt::print("{} passed, {} failed\n", counts.passed, counts.failed);
    return counts.failed == 0 && counts.passed > 0 ? 0 : 1;
  }
  Simulation simulation(warehouse, real.view(), words[1], words[2]);
  Counts counts;
  if (words[0] == "seeds") counts = run_seeds(simulation, number(3, 1), number(4, 1), number(5, 1));
  if (words[0] == "same") counts = run_same(simulation, number(3, 1), number(4, 5));
  if (words[0] == "controls") counts = run_controls(simulation, number(3, 10));
  fmt::print("{} passed, {} failed\n", counts.passed, counts.failed);
  return counts.failed == 0 && counts.passed > 0 ? 0 : 1;
}
