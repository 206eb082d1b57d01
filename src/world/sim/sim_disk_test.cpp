#include "world/sim/sim_disk.h"

#include <map>
#include <set>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "world/sim/sim_world.h"

namespace rondo::world {
namespace {

std::unique_ptr<File> open_or_die(Disk& disk, const std::string& path, OpenMode mode) {
  auto file = disk.open(path, mode);
  REQUIRE_MESSAGE(file, path);
  return std::move(*file);
}

std::string code_of(const auto& result) { return result ? "ok" : result.error().code; }

std::string content(Disk& disk, const std::string& path) {
  auto bytes = read_file(disk, path);
  return bytes ? *bytes : bytes.error().code;
}

TEST_CASE("what is written is read; holes are zeros; reading ends at the end") {
  SimWorld sim({});
  Disk& disk = sim.view().disk;
  const auto file = open_or_die(disk, "a", OpenMode::create);
  CHECK(file->write_at(3, "xyz"));
  CHECK(*file->read_at(0, 100) == std::string("\0\0\0xyz", 6));
  CHECK(*file->read_at(5, 100) == "z");
  CHECK(file->read_at(6, 1)->empty());
  CHECK(file->read_at(600, 1)->empty());
  CHECK(file->write_at(4, "Y"));
  CHECK(file->truncate(5));
  CHECK(*file->size() == 5);
  CHECK(content(disk, "/./b/../a") == std::string("\0\0\0xY", 5));
}

TEST_CASE("opening: every mode says what it finds") {
  SimWorld sim({});
  Disk& disk = sim.view().disk;
  CHECK(code_of(disk.open("a", OpenMode::read)) == "R0020");
  CHECK(code_of(disk.open("a", OpenMode::read_write)) == "R0020");
  CHECK(code_of(disk.open("no/a", OpenMode::create)) == "R0020");
  CHECK(code_of(disk.open("a", OpenMode::create_new)) == "ok");
  CHECK(code_of(disk.open("a", OpenMode::create_new)) == "R0021");
  CHECK(code_of(disk.open("a", OpenMode::create)) == "ok");
  CHECK(code_of(disk.open("a/b", OpenMode::create)) == "R0023");
  CHECK(code_of(open_or_die(disk, "a", OpenMode::read)->write_at(0, "x")) == "R0023");
  CHECK(code_of(disk.make_directories("d/e")) == "ok");
  CHECK(code_of(disk.open("d", OpenMode::read)) == "R0023");
}

TEST_CASE("folders: list by name, rename over a file, remove only what is empty") {
  SimWorld sim({});
  Disk& disk = sim.view().disk;
  CHECK(disk.make_directories("d/e"));
  CHECK(write_file(disk, "d/b", "two"));
  CHECK(write_file(disk, "d/a", "one"));
  std::string names;
  const auto entries = disk.list("d");
  for (const auto& entry : *entries) {
    names += entry.name + (entry.is_directory ? "/ " : "=" + std::to_string(entry.size) + " ");
  }
  CHECK(names == "a=3 b=3 e/ ");
  CHECK(code_of(disk.remove("d")) == "R0023");
  CHECK(code_of(disk.rename("d", "d/e/f")) == "R0023");
  CHECK(code_of(disk.rename("d/a", "d/e")) == "R0023");
  CHECK(code_of(disk.rename("d/none", "d/x")) == "R0020");
  CHECK(code_of(disk.rename("d/a", "d/b")) == "ok");
  CHECK(content(disk, "d/b") == "one");
  CHECK_FALSE(*disk.exists("d/a"));
  CHECK(code_of(disk.remove("d/a")) == "R0020");
  CHECK(code_of(disk.remove("d/e")) == "ok");
  CHECK(code_of(disk.list("d/e")) == "R0020");
}

TEST_CASE("a lock is held until its file is closed, or until the power goes") {
  SimWorld sim({});
  Disk& disk = sim.view().disk;
  auto held = disk.lock("lock");
  REQUIRE(held);
  CHECK(code_of(disk.lock("lock")) == "R0024");
  held->reset();
  auto again = disk.lock("lock");
  CHECK(code_of(again) == "ok");
  CHECK(disk.sync_directory("/"));
  sim.restart();
  auto next_life = disk.lock("lock");
  CHECK(code_of(next_life) == "ok");
  again->reset();  // a handle of the earlier life frees nothing any more
  CHECK(code_of(disk.lock("lock")) == "R0024");
}

TEST_CASE("a crash loses what was not synced and keeps what was") {
  SimWorld sim({});
  Disk& disk = sim.view().disk;
  const auto file = open_or_die(disk, "a", OpenMode::create);
  CHECK(disk.sync_directory("."));
  CHECK(file->write_at(0, "safe"));
  CHECK(file->sync());
  CHECK(file->write_at(0, "LOST"));
  CHECK(file->truncate(2));
  sim.restart();
  CHECK(content(disk, "a") == "safe");
  CHECK(code_of(file->read_at(0, 1)) == "R0023");
  CHECK(code_of(file->write_at(0, "x")) == "R0023");
}

TEST_CASE(
    "of the last write a random prefix comes through: nothing, all, and all between are seen") {
  std::set<std::string> seen;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SimWorld sim({.seed = seed});
    Disk& disk = sim.view().disk;
    const auto file = open_or_die(disk, "a", OpenMode::create);
    CHECK(disk.sync_directory("."));
    CHECK(file->write_at(0, "head"));
    CHECK(file->sync());
    CHECK(file->write_at(4, "gone"));
    CHECK(file->write_at(8, "torn"));
    sim.restart();
    seen.insert(content(disk, "a"));
  }
  const std::string hole("head\0\0\0\0", 8);
  CHECK(seen ==
        std::set<std::string>{"head", hole + "t", hole + "to", hole + "tor", hole + "torn"});
}

TEST_CASE("a sync cut in its middle has happened or not, and answers neither way") {
  std::set<std::string> seen;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    SimWorld sim({.seed = seed});
    Disk& disk = sim.view().disk;
    const auto file = open_or_die(disk, "a", OpenMode::create);
    CHECK(disk.sync_directory("."));
    CHECK(file->write_at(0, "ab"));
    CHECK(file->write_at(2, "cd"));
    sim.crash_after(1);
    CHECK(code_of(file->sync()) == "R0023");
    sim.restart();
    seen.insert(content(disk, "a"));
  }
  CHECK(seen.contains("abcd"));
  CHECK(seen.contains(""));
}

TEST_CASE("a new name needs its folder synced: before that it is kept or lost at random") {
  int kept = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    SimWorld sim({.seed = seed});
    Disk& disk = sim.view().disk;
    const auto file = open_or_die(disk, "a", OpenMode::create);
    CHECK(file->write_at(0, "x"));
    CHECK(file->sync());
    sim.restart();
    kept += *disk.exists("a") ? 1 : 0;
    CHECK((content(disk, "a") == "x" || content(disk, "a") == "R0020"));
  }
  CHECK(kept > 20);
  CHECK(kept < 80);
}

TEST_CASE("names come through in the order of their making") {
  std::set<std::string> seen;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SimWorld sim({.seed = seed});
    Disk& disk = sim.view().disk;
    for (const char* name : {"a", "b", "c"}) open_or_die(disk, name, OpenMode::create);
    sim.restart();
    std::string names;
    const auto entries = disk.list("/");
    for (const auto& entry : *entries) names += entry.name;
    seen.insert(names);
  }
  CHECK(seen == std::set<std::string>{"", "a", "ab", "abc"});
}

TEST_CASE("a rename is whole or not at all, between folders too") {
  std::set<std::string> seen;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SimWorld sim({.seed = seed});
    Disk& disk = sim.view().disk;
    CHECK(disk.make_directories("d"));
    CHECK(disk.make_directories("e"));
    CHECK(disk.sync_directory("/"));
    CHECK(write_file(disk, "d/x", "1"));
    CHECK(disk.rename("d/x", "e/y"));
    if (seed % 2 == 0) CHECK(disk.sync_directory("e"));  // takes the other half along
    sim.restart();
    const std::string after = content(disk, "d/x") + " " + content(disk, "e/y");
    if (seed % 2 == 0) CHECK(after == "R0020 1");
    seen.insert(after);
  }
  CHECK(seen == std::set<std::string>{"1 R0020", "R0020 1"});
}

TEST_CASE("a synced name in a folder that is itself unsynced may go with it") {
  int kept = 0;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    SimWorld sim({.seed = seed});
    Disk& disk = sim.view().disk;
    CHECK(disk.make_directories("d"));
    CHECK(write_file(disk, "d/a", "x"));
    sim.restart();
    kept += *disk.exists("d/a") ? 1 : 0;
  }
  CHECK(kept > 5);
  CHECK(kept < 45);
}

TEST_CASE("write_file: after a crash at any operation there is the old content or the new one") {
  std::set<std::string> seen;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    for (std::uint64_t at = 1; at <= 7; ++at) {
      SimWorld sim({.seed = seed});
      Disk& disk = sim.view().disk;
      CHECK(write_file(disk, "a", "old"));
      sim.crash_after(at);
      const bool said_done = write_file(disk, "a", "new").has_value();
      sim.restart();
      const std::string after = content(disk, "a");
      if (said_done) CHECK(after == "new");
      seen.insert(after);
      CHECK(write_file(disk, "a", "newest"));  // no leftover is in the way
    }
  }
  CHECK(seen == std::set<std::string>{"old", "new"});
}

TEST_CASE("a disk that is full takes a part and says so") {
  SimWorld sim({.no_space = 1});
  Disk& disk = sim.view().disk;
  const auto file = open_or_die(disk, "a", OpenMode::create);
  const auto written = file->write_at(0, "0123456789");
  CHECK(code_of(written) == "R0022");
  CHECK(std::string("0123456789").starts_with(content(disk, "a")));
  CHECK(code_of(write_file(disk, "b", "x")) == "R0022");
  CHECK_FALSE(*disk.exists("b"));
  CHECK_FALSE(*disk.exists("b.new"));
}

TEST_CASE("a sync that fails has lost the bytes, and a second one that succeeds hides it") {
  SimWorld sim({});
  Disk& disk = sim.view().disk;
  const auto file = open_or_die(disk, "a", OpenMode::create);
  CHECK(file->write_at(0, "abc"));
  sim.options().sync_fails = 1;
  CHECK(code_of(file->sync()) == "R0023");
  sim.options().sync_fails = 0;
  CHECK(code_of(file->sync()) == "ok");
  CHECK(content(disk, "a").empty());
}

Task<void> sync_while_writing(File& file, std::string& result) {
  (void)file.write_at(0, "before");
  auto syncing = file.sync_later();
  (void)file.write_at(6, "after!");
  const auto synced = co_await std::move(syncing);
  result = code_of(synced);
}

TEST_CASE("sync_later covers exactly what was written before the call") {
  std::set<std::string> seen;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    SimWorld sim({.seed = seed, .sync_delay_max = std::chrono::milliseconds{5}});
    Disk& disk = sim.view().disk;
    const auto file = open_or_die(disk, "a", OpenMode::create);
    CHECK(disk.sync_directory("/"));
    std::string result;
    CHECK(sim.run(sync_while_writing(*file, result)));
    CHECK(result == "ok");
    CHECK(sim.elapsed() <= std::chrono::milliseconds{5});
    sim.restart();
    seen.insert(content(disk, "a"));
  }
  CHECK(seen.contains("before"));
  CHECK(seen.contains("beforeafter!"));
  for (const auto& bytes : seen) CHECK(bytes.starts_with("before"));
}

TEST_CASE("sync_later that fails loses exactly what it covered") {
  SimWorld sim({.sync_fails = 1});
  Disk& disk = sim.view().disk;
  const auto file = open_or_die(disk, "a", OpenMode::create);
  std::string result;
  CHECK(sim.run(sync_while_writing(*file, result)));
  CHECK(result == "R0023");
  CHECK(content(disk, "a") == std::string("\0\0\0\0\0\0after!", 12));
}

/// The disk as one would draw it on paper: of each file what is safe, and the last write after
/// that.
struct Model {
  std::string bytes;
  std::string safe;
  std::uint64_t last_offset = 0;
  std::string last;  ///< empty: nothing to tear

  static void put(std::string& into, std::uint64_t offset, const std::string& what) {
    if (into.size() < offset + what.size()) into.resize(offset + what.size());
    into.replace(offset, what.size(), what);
  }
  [[nodiscard]] bool may_be(const std::string& found) const {
    if (found == safe) return true;
    for (std::size_t length = 1; length <= last.size(); ++length) {
      std::string torn = safe;
      put(torn, last_offset, last.substr(0, length));
      if (torn == found) return true;
    }
    return false;
  }
};

void random_operation(File& file, Model& model) {
  const auto offset = *rc::gen::inRange<std::uint64_t>(0, 40);
  switch (*rc::gen::inRange(0, 5)) {
    case 0:
      RC_ASSERT(file.sync());
      model.safe = model.bytes;
      model.last.clear();
      return;
    case 1:
      RC_ASSERT(file.truncate(offset));
      model.bytes.resize(offset);
      model.last.clear();
      return;
    default: {
      const auto length = *rc::gen::inRange<std::size_t>(1, 20);
      const std::string what(length, static_cast<char>('a' + *rc::gen::inRange(0, 26)));
      RC_ASSERT(file.write_at(offset, what));
      Model::put(model.bytes, offset, what);
      model.last_offset = offset;
      model.last = what;
    }
  }
}

TEST_CASE(
    "any operations, any crash: exactly what was not synced is lost, but for one torn write") {
  CHECK(rc::check([](std::uint64_t seed) {
    SimWorld sim({.seed = seed});
    Disk& disk = sim.view().disk;
    std::map<std::string, Model> models;
    for (const char* name : {"a", "b"}) {
      RC_ASSERT(disk.open(name, OpenMode::create));
      models[name];
    }
    RC_ASSERT(disk.sync_directory("/"));
    for (int life = 0; life < 3; ++life) {
      for (auto& [name, model] : models) {
        const auto file = std::move(*disk.open(name, OpenMode::read_write));
        for (auto left = *rc::gen::inRange(0, 8); left > 0; --left) random_operation(*file, model);
        RC_ASSERT(*read_file(disk, name) == model.bytes);
      }
      sim.restart();
      for (auto& [name, model] : models) {
        const std::string found = *read_file(disk, name);
        RC_ASSERT(model.may_be(found));
        model = {found, found, 0, {}};
      }
    }
  }));
}

}  // namespace
}  // namespace rondo::world
