// Power cuts at random moments, on the simulated disk: it loses what was not synced and tears the
// last write.
#include <set>

#include <doctest/doctest.h>
#include <fmt/core.h>

#include "log/log.h"
#include "log/reader.h"
#include "world/sim/sim_world.h"

namespace rondo::log {
namespace {

constexpr std::uint64_t seeds = 250;
constexpr int lives = 4;
constexpr int clients = 5;
const std::string folder = "state/log";

/// Says that it synced and did not: the build that must not pass.
class NeverSyncingFile final : public world::File {
 public:
  explicit NeverSyncingFile(std::unique_ptr<world::File> file) : file_(std::move(file)) {}
  Result<std::string> read_at(std::uint64_t at, std::size_t n) override {
    return file_->read_at(at, n);
  }
  Result<void> write_at(std::uint64_t at, std::string_view bytes) override {
    return file_->write_at(at, bytes);
  }
  Result<std::uint64_t> size() override { return file_->size(); }
  Result<void> truncate(std::uint64_t size) override { return file_->truncate(size); }
  Result<void> sync() override { return {}; }
  Task<Result<void>> sync_later() override { co_return Result<void>{}; }

 private:
  std::unique_ptr<world::File> file_;
};

class NeverSyncingDisk final : public world::Disk {
 public:
  explicit NeverSyncingDisk(world::Disk& disk) : disk_(disk) {}
  Result<std::unique_ptr<world::File>> open(const std::string& path,
                                            world::OpenMode mode) override {
    TRY_ASSIGN(auto file, disk_.open(path, mode));
    return std::unique_ptr<world::File>(new NeverSyncingFile(std::move(file)));
  }
  Result<bool> exists(const std::string& path) override { return disk_.exists(path); }
  Result<std::vector<world::DirectoryEntry>> list(const std::string& path) override {
    return disk_.list(path);
  }
  Result<void> make_directories(const std::string& path) override {
    return disk_.make_directories(path);
  }
  Result<void> rename(const std::string& from, const std::string& to) override {
    return disk_.rename(from, to);
  }
  Result<void> remove(const std::string& path) override { return disk_.remove(path); }
  Result<void> sync_directory(const std::string& path) override {
    return disk_.sync_directory(path);
  }
  Result<std::unique_ptr<world::File>> lock(const std::string& path) override {
    return disk_.lock(path);
  }

 private:
  world::Disk& disk_;
};

struct Ledger {
  std::set<std::string> sent;
  std::set<std::string> acknowledged;
  int next = 0;
};

Task<void> send_for_ever(world::World world, Log& log, Ledger& ledger) {
  while (!log.is_dead()) {
    Batch batch;
    const auto records = 1 + world.random.below(4);
    std::vector<std::string> texts;
    for (std::uint64_t i = 0; i < records; ++i) {
      texts.push_back(
          fmt::format("{}:{}", ledger.next++, std::string(world.random.below(90), 'x')));
      batch.add(texts.back());
    }
    ledger.sent.insert(texts.begin(), texts.end());
    const auto answer = co_await log.append(batch);
    if (answer) ledger.acknowledged.insert(texts.begin(), texts.end());
    co_await world.clock.sleep(Duration{world.random.below(3'000)});
  }
}

struct Outcome {
  std::uint64_t acknowledged = 0;
  std::uint64_t lost = 0;
  std::uint64_t never_sent = 0;
  std::uint64_t doubled = 0;
};

void compare(world::Disk& disk, const Ledger& ledger, Outcome& outcome) {
  const auto end = settled_end(disk, folder);
  REQUIRE_MESSAGE(end, end.error().text());
  auto reader = Reader::open(disk, folder, 0, *end);
  REQUIRE(reader);
  std::set<std::string> found;
  while (true) {
    const auto record = reader->next();
    REQUIRE_MESSAGE(record, record.error().text());
    if (!*record) break;
    const std::string text((*record)->payload);
    if (!found.insert(text).second) ++outcome.doubled;
    if (!ledger.sent.contains(text)) ++outcome.never_sent;
  }
  outcome.acknowledged += ledger.acknowledged.size();
  for (const auto& text : ledger.acknowledged) outcome.lost += found.contains(text) ? 0U : 1U;
}

Outcome live_and_crash(std::uint64_t seed, bool syncing, double sync_fails = 0) {
  world::SimWorld sim({.seed = seed, .sync_fails = sync_fails});
  const world::World world = sim.view();
  NeverSyncingDisk never(world.disk);
  world::Disk& disk = syncing ? world.disk : never;
  Ledger ledger;
  Outcome outcome;
  for (int life = 0; life < lives; ++life) {
    sim.crash_after(10 + world.random.below(120));
    auto log = Log::open(disk, {.directory = folder, .segment_bytes_max = 2'000});
    if (log) {
      for (int i = 0; i < clients; ++i) spawn(send_for_ever(world, **log, ledger));
      sim.run_for(std::chrono::seconds{60});
    }
    if (!sim.crashed()) sim.crash();
    log = fail(ErrorKind::permanent, "R0303", "the old life is over");
    sim.restart();
    sim.options().sync_fails = 0;
    const auto recovered = Log::open(disk, {.directory = folder});
    if (syncing) REQUIRE_MESSAGE(recovered, recovered.error().text());
    sim.options().sync_fails = sync_fails;
    if (!recovered) {  // damage that only a missing sync makes
      outcome.acknowledged += ledger.acknowledged.size();
      outcome.lost += ledger.acknowledged.size();
      return outcome;
    }
  }
  sim.options().sync_fails = 0;
  compare(disk, ledger, outcome);
  return outcome;
}

void add(Outcome& total, const Outcome& one) {
  total.acknowledged += one.acknowledged;
  total.lost += one.lost;
  total.never_sent += one.never_sent;
  total.doubled += one.doubled;
}

TEST_CASE(
    "over many power cuts nothing acknowledged is lost, nothing appears that was never sent") {
  Outcome total;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const Outcome one = live_and_crash(seed, true);
    INFO("seed " << seed);
    CHECK(one.lost == 0);
    CHECK(one.never_sent == 0);
    CHECK(one.doubled == 0);
    add(total, one);
  }
  MESSAGE("acknowledged over all seeds: " << total.acknowledged);
  CHECK(total.acknowledged > 10 * seeds);
}

TEST_CASE("the same on a disk whose syncs fail: fewer are acknowledged, none of them lost") {
  Outcome total;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) add(total, live_and_crash(seed, true, 0.05));
  CHECK(total.acknowledged > 0);
  CHECK(total.lost == 0);
  CHECK(total.never_sent == 0);
  CHECK(total.doubled == 0);
}

TEST_CASE("control: without the sync the same test loses acknowledged records") {
  Outcome total;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) add(total, live_and_crash(seed, false));
  MESSAGE("lost without sync: " << total.lost << " of " << total.acknowledged);
  CHECK(total.lost > 0);
}

}  // namespace
}  // namespace rondo::log
