#include "world/real/real_processes.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include <doctest/doctest.h>
#include <signal.h>
#include <unistd.h>

#include "base/async.h"
#include "world/real/real_world.h"

namespace rondo::world {
namespace {

using namespace std::chrono_literals;

Result<ProcessResult> run(ProcessSpec spec) {
  RealWorld world;
  return world.run(world.view().processes.run(std::move(spec)));
}

ProcessSpec shell(std::string script) { return {.command = {"sh", "-c", std::move(script)}}; }

/// A dead process that nobody has asked about yet (state Z) does not live.
bool lives(pid_t process) {
  std::ifstream status("/proc/" + std::to_string(process) + "/stat");
  std::string text;
  std::getline(status, text);
  const auto name_end = text.rfind(") ");
  return name_end != std::string::npos && text.at(name_end + 2) != 'Z';
}

bool ends_soon(pid_t process) {
  for (int i = 0; i < 200 && lives(process); ++i) std::this_thread::sleep_for(10ms);
  return !lives(process);
}

TEST_CASE("output, error output and exit code come back") {
  const auto result = run(shell("echo out; echo err >&2; exit 3"));
  REQUIRE(result.has_value());
  CHECK(result->exit_code == 3);
  CHECK(result->output == "out\n");
  CHECK(result->error_output == "err\n");
}

TEST_CASE("arguments pass unchanged, without a shell in between") {
  const auto result = run({.command = {"printf", "%s|", "a b", "$HOME", "*", ""}});
  REQUIRE(result.has_value());
  CHECK(result->output == "a b|$HOME|*||");
}

TEST_CASE("input of any size is given, also to who does not read it") {
  auto counting = shell("wc -c");
  counting.input = std::string(3'000'000, 'x');
  const auto counted = run(counting);
  REQUIRE(counted.has_value());
  CHECK(counted->output.find("3000000") != std::string::npos);
  auto ignoring = shell("exit 0");
  ignoring.input = std::string(3'000'000, 'x');
  const auto ignored = run(ignoring);
  REQUIRE(ignored.has_value());
  CHECK(ignored->exit_code == 0);
}

TEST_CASE("input and output flow at the same time") {
  const std::string bytes(2'000'000, 'x');
  ProcessSpec copying{.command = {"cat"}, .input = bytes};
  const auto result = run(copying);
  REQUIRE(result.has_value());
  CHECK(result->output == bytes);
}

TEST_CASE("directory and environment are the child's; given variables replace ours") {
  ::setenv("RONDO_TEST_OURS", "ours", 1);
  ::setenv("RONDO_TEST_REPLACED", "ours", 1);
  auto spec = shell("pwd; echo $RONDO_TEST_OURS $RONDO_TEST_REPLACED $RONDO_TEST_NEW");
  spec.directory = "/";
  spec.environment = {{"RONDO_TEST_REPLACED", "theirs"}, {"RONDO_TEST_NEW", "new"}};
  const auto result = run(spec);
  REQUIRE(result.has_value());
  CHECK(result->output == "/\nours theirs new\n");
}

TEST_CASE("no such program or directory: permanent R0040") {
  const auto refused = [](ProcessSpec spec) {
    const auto result = run(std::move(spec));
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().code == "R0040");
    CHECK(result.error().kind == ErrorKind::permanent);
  };
  refused({.command = {"rondo-no-such-program"}});
  refused({.command = {"/etc/passwd"}});
  refused({.command = {}});
  refused({.command = {"true"}, .directory = "/no/such/directory"});
}

TEST_CASE("output at the limit is whole; beyond, the rest is dropped and said") {
  auto exact = shell("printf 12345; printf 1234567 >&2");
  exact.output_bytes_max = 5;
  const auto result = run(exact);
  REQUIRE(result.has_value());
  CHECK(result->output == "12345");
  CHECK(result->error_output == "12345\n[2 more bytes were dropped]\n");
  auto flood = shell("head -c 50000000 /dev/zero");
  flood.output_bytes_max = 1000;
  const auto flooded = run(flood);
  REQUIRE(flooded.has_value());
  CHECK(flooded->output.ends_with("[49,999,000 more bytes were dropped]\n"));
}

TEST_CASE("a program killed by a signal has 128 and the signal as its code") {
  const auto result = run(shell("kill -TERM $$"));
  REQUIRE(result.has_value());
  CHECK(result->exit_code == 128 + SIGTERM);
}

TEST_CASE("signals work in a child as usual, although we ignore a broken pipe") {
  const auto result = run(shell("yes | head -n 1; kill -PIPE $$"));
  REQUIRE(result.has_value());
  CHECK(result->output == "y\n");
  CHECK(result->exit_code == 128 + SIGPIPE);
}

TEST_CASE("who runs too long is killed with all it started: transient R0041") {
  const auto file =
      std::filesystem::temp_directory_path() / ("rondo_pid_" + std::to_string(::getpid()));
  auto spec = shell("sleep 100 & echo $! > " + file.string() + "; wait");
  spec.timeout = 300ms;
  const auto begin = std::chrono::steady_clock::now();
  const auto result = run(spec);
  CHECK(std::chrono::steady_clock::now() - begin < 2s);
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().code == "R0041");
  CHECK(result.error().kind == ErrorKind::transient);
  RealWorld world;
  const auto pid = read_file(world.view().disk, file.string());
  std::filesystem::remove(file);
  REQUIRE(pid.has_value());
  CHECK(ends_soon(std::atoi(pid->c_str())));
}

TEST_CASE("a program that leaves a child behind is not waited for longer than the grace") {
  const auto begin = std::chrono::steady_clock::now();
  const auto result = run(shell("sleep 5 & echo started"));
  CHECK(std::chrono::steady_clock::now() - begin < 4s);
  REQUIRE(result.has_value());
  CHECK(result->output == "started\n");
}

TEST_CASE("a program still running when the world ends is killed") {
  const auto file =
      std::filesystem::temp_directory_path() / ("rondo_end_" + std::to_string(::getpid()));
  pid_t pid = 0;
  {
    RealWorld world;
    spawn(world.view().processes.run(shell("echo $$ > " + file.string() + "; exec sleep 100")),
          [](const Result<ProcessResult>&) {});
    for (int i = 0; i < 500 && pid == 0; ++i) {
      std::this_thread::sleep_for(10ms);
      const auto text = read_file(world.view().disk, file.string());
      if (text) pid = std::atoi(text->c_str());
    }
  }
  std::filesystem::remove(file);
  REQUIRE(pid > 0);
  CHECK_FALSE(lives(pid));
}

Task<void> run_and_count(Processes& processes, int& succeeded) {
  ProcessSpec spec = shell("sleep 0.2");
  const auto result = co_await processes.run(std::move(spec));
  if (result && result->exit_code == 0) ++succeeded;
}

TEST_CASE("programs run side by side") {
  RealWorld world;
  int succeeded = 0;
  std::vector<Task<void>> tasks;
  for (int i = 0; i < 20; ++i) tasks.push_back(run_and_count(world.view().processes, succeeded));
  const auto begin = std::chrono::steady_clock::now();
  world.run(all_of(std::move(tasks), 20));
  CHECK(succeeded == 20);
  CHECK(std::chrono::steady_clock::now() - begin < 3s);
}

}  // namespace
}  // namespace rondo::world
