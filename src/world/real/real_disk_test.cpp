#include "world/real/real_disk.h"

#include <cstdlib>
#include <filesystem>

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/async.h"
#include "world/real/real_world.h"

namespace rondo::world {
namespace {

using namespace std::chrono_literals;

/// A directory of the test's own, gone at its end.
struct TestDirectory {
  TestDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "rondo_disk_XXXXXX").string();
    path = ::mkdtemp(pattern.data());
  }
  TestDirectory(const TestDirectory&) = delete;
  TestDirectory& operator=(const TestDirectory&) = delete;
  ~TestDirectory() { std::filesystem::remove_all(path); }
  [[nodiscard]] std::string operator/(const std::string& name) const { return path + "/" + name; }
  std::string path;
};

template <class T>
std::string code_of(const Result<T>& result) {
  return result ? "ok" : result.error().code;
}

TEST_CASE("what is written is read again, at any offset, to the end and no further") {
  TestDirectory directory;
  RealWorld world;
  auto file = world.view().disk.open(directory / "f", OpenMode::create);
  REQUIRE(file.has_value());
  REQUIRE((*file)->write_at(0, "hello").has_value());
  REQUIRE((*file)->write_at(7, std::string(100'000, 'x')).has_value());
  CHECK((*file)->size() == 100'007U);
  CHECK((*file)->read_at(0, 9) == std::string("hello\0\0xx", 9));
  CHECK((*file)->read_at(100'005, 1U << 30) == "xx");
  CHECK((*file)->read_at(100'007, 1) == "");
  CHECK((*file)->read_at(1ULL << 40, 1) == "");
  REQUIRE((*file)->truncate(3).has_value());
  CHECK((*file)->read_at(0, 100) == "hel");
}

TEST_CASE("each mode opens what it promises to") {
  TestDirectory directory;
  RealWorld world;
  Disk& disk = world.view().disk;
  CHECK(code_of(disk.open(directory / "f", OpenMode::read)) == "R0020");
  CHECK(code_of(disk.open(directory / "f", OpenMode::read_write)) == "R0020");
  CHECK(code_of(disk.open(directory / "f", OpenMode::create_new)) == "ok");
  CHECK(code_of(disk.open(directory / "f", OpenMode::create_new)) == "R0021");
  CHECK(code_of(disk.open(directory / "f", OpenMode::create)) == "ok");
  CHECK(code_of(disk.open(directory / "f/g", OpenMode::create)) == "R0020");
  CHECK(code_of(disk.open(directory.path, OpenMode::read)) == "R0023");
  auto reading = disk.open(directory / "f", OpenMode::read);
  REQUIRE(reading.has_value());
  CHECK(code_of((*reading)->write_at(0, "x")) == "R0023");
}

TEST_CASE("a named pipe is refused, not waited for") {
  TestDirectory directory;
  RealWorld world;
  REQUIRE(::mkfifo((directory / "pipe").c_str(), 0600) == 0);
  CHECK(code_of(world.view().disk.open(directory / "pipe", OpenMode::read)) == "R0023");
}

TEST_CASE("every error names the path") {
  RealWorld world;
  const auto missing = world.view().disk.open("/no/such/place", OpenMode::read);
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().message.find("/no/such/place") != std::string::npos);
}

TEST_CASE("directories are made, listed by name, renamed and removed") {
  TestDirectory directory;
  RealWorld world;
  Disk& disk = world.view().disk;
  REQUIRE(disk.make_directories(directory / "a/b/c").has_value());
  REQUIRE(disk.make_directories(directory / "a/b/c").has_value());
  REQUIRE(write_file(disk, directory / "a/z", "12345").has_value());
  const auto entries = disk.list(directory / "a");
  REQUIRE(entries.has_value());
  REQUIRE(entries->size() == 2);
  CHECK((*entries)[0].name == "b");
  CHECK((*entries)[0].is_directory);
  CHECK((*entries)[1].name == "z");
  CHECK((*entries)[1].size == 5);
  CHECK(code_of(disk.list(directory / "nowhere")) == "R0020");
  CHECK(code_of(disk.remove(directory / "a")) == "R0023");
  CHECK(code_of(disk.remove(directory / "nowhere")) == "R0020");
  CHECK(code_of(disk.rename(directory / "a/z", directory / "a/y")) == "ok");
  CHECK(disk.exists(directory / "a/y") == true);
  CHECK(disk.exists(directory / "a/z") == false);
  CHECK(disk.exists(directory / "a/y/below") == false);
  CHECK(code_of(disk.rename(directory / "nowhere", directory / "x")) == "R0020");
  CHECK(code_of(disk.remove(directory / "a/b/c")) == "ok");
  CHECK(code_of(disk.sync_directory(directory / "a")) == "ok");
  CHECK(code_of(disk.sync_directory(directory / "nowhere")) == "R0020");
}

TEST_CASE("a full disk is R0022") {
  RealWorld world;
  auto full = world.view().disk.open("/dev/full", OpenMode::read_write);
  REQUIRE(full.has_value());
  CHECK(code_of((*full)->write_at(0, "x")) == "R0022");
}

Task<void> write_and_sync(File& file, std::string bytes, std::uint64_t offset, std::string& order) {
  CHECK(file.write_at(offset, bytes).has_value());
  const auto synced = co_await file.sync_later();
  CHECK(synced.has_value());
  order += bytes;
}

TEST_CASE("syncs in the background end in the order they were asked for") {
  TestDirectory directory;
  RealWorld world;
  auto file = world.view().disk.open(directory / "f", OpenMode::create);
  REQUIRE(file.has_value());
  std::string order;
  std::vector<Task<void>> tasks;
  std::string expected;
  for (std::uint64_t i = 0; i < 20; ++i) {
    const std::string bytes(1, static_cast<char>('a' + i));
    tasks.push_back(write_and_sync(**file, bytes, i, order));
    expected += bytes;
  }
  world.run(all_of(std::move(tasks), 20));
  CHECK(order == expected);
  CHECK((*file)->sync().has_value());
}

TEST_CASE("a file whose sync failed is not written again") {
  RealWorld world;
  // fdatasync(2) refuses what is no file on a disk: the nearest thing to a failing one.
  auto device = world.view().disk.open("/dev/null", OpenMode::read_write);
  REQUIRE(device.has_value());
  SUBCASE("at once") { CHECK(code_of((*device)->sync()) == "R0023"); }
  SUBCASE("later") { CHECK(code_of(world.run((*device)->sync_later())) == "R0023"); }
  CHECK(code_of((*device)->write_at(0, "x")) == "R0023");
  CHECK(code_of((*device)->truncate(0)) == "R0023");
  CHECK(code_of((*device)->sync()) == "R0023");
  CHECK(code_of(world.run((*device)->sync_later())) == "R0023");
}

TEST_CASE("a world may end with syncs under way") {
  TestDirectory directory;
  for (int round = 0; round < 20; ++round) {
    RealWorld world;
    auto file = world.view().disk.open(directory / "f", OpenMode::create);
    REQUIRE(file.has_value());
    REQUIRE((*file)->write_at(0, "x").has_value());
    spawn((*file)->sync_later(), [](const Result<void>&) {});
  }
}

TEST_CASE(
    "a lock holds against this process and others, names its holder, and ends with its file") {
  TestDirectory directory;
  RealWorld world;
  Disk& disk = world.view().disk;
  const std::string path = directory / "lock";
  {
    const auto held = disk.lock(path);
    REQUIRE(held.has_value());
    const auto again = disk.lock(path);
    REQUIRE_FALSE(again.has_value());
    CHECK(again.error().code == "R0024");
    CHECK(again.error().message.find("process " + std::to_string(::getpid())) != std::string::npos);
    const pid_t child = ::fork();
    if (child == 0) ::_exit(disk.lock(path).has_value() ? 1 : 0);
    int status = -1;
    ::waitpid(child, &status, 0);
    CHECK(status == 0);
  }
  CHECK(disk.lock(path).has_value());
}

}  // namespace
}  // namespace rondo::world
