#include "world/real/real_world.h"

#include <atomic>
#include <set>
#include <thread>

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/async.h"

namespace rondo::world {
namespace {

using namespace std::chrono_literals;

Task<Duration> slept(Clock& clock, Duration wait) {
  const Duration begin = clock.monotonic();
  co_await clock.sleep(wait);
  co_return clock.monotonic() - begin;
}

TEST_CASE("sleep takes at least its time, and none for zero or less") {
  RealWorld world;
  Clock& clock = world.view().clock;
  CHECK(world.run(slept(clock, 20ms)) >= 20ms);
  CHECK(world.run(slept(clock, 0ms)) < 1s);
  CHECK(world.run(slept(clock, -1h)) < 1s);
}

Task<void> note_after(Clock& clock, Duration wait, std::string& notes, char note) {
  co_await clock.sleep(wait);
  notes += note;
}

TEST_CASE("many sleepers wake in the order of their times") {
  RealWorld world;
  Clock& clock = world.view().clock;
  std::string notes;
  std::vector<Task<void>> tasks;
  tasks.push_back(note_after(clock, 30ms, notes, 'c'));
  tasks.push_back(note_after(clock, 10ms, notes, 'a'));
  tasks.push_back(note_after(clock, 20ms, notes, 'b'));
  world.run(all_of(std::move(tasks), 3));
  CHECK(notes == "abc");
}

TEST_CASE("the wall clock is the system's") {
  RealWorld world;
  const auto difference = world.view().clock.now() - std::chrono::system_clock::now();
  CHECK(std::chrono::abs(difference) < 1s);
}

TEST_CASE("a world can run again, and what still waits at its end is left behind") {
  RealWorld world;
  Clock& clock = world.view().clock;
  std::string notes;
  spawn(note_after(clock, 20ms, notes, 'x'));
  spawn(note_after(clock, 1h, notes, 'y'));
  world.run(slept(clock, 1ms));
  CHECK(notes.empty());
  world.run(slept(clock, 40ms));
  CHECK(notes == "x");
}

Task<void> until(Signal& signal) { co_await signal; }

TEST_CASE("posted work runs on the loop, from any thread and in order") {
  RealWorld world;
  Signal end;
  std::string notes;
  std::thread other([&] {
    for (char note = 'a'; note <= 'z'; ++note) world.post([&notes, note] { notes += note; });
    world.post([&] { end.set(); });
  });
  world.run(until(end));
  other.join();
  CHECK(notes == "abcdefghijklmnopqrstuvwxyz");
}

TEST_CASE("two worlds draw different random numbers, all over the range") {
  RealWorld one;
  RealWorld two;
  std::set<std::uint64_t> seen;
  std::uint64_t ones = 0;
  std::uint64_t zeros = 0;
  for (int i = 0; i < 1000; ++i) {
    for (RealWorld* world : {&one, &two}) {
      const std::uint64_t number = world->view().random.next();
      seen.insert(number);
      ones |= number;
      zeros |= ~number;
    }
  }
  CHECK(seen.size() == 2000);
  CHECK(ones == ~std::uint64_t{0});
  CHECK(zeros == ~std::uint64_t{0});
}

TEST_CASE("the environment answers what is set and nothing else") {
  RealWorld world;
  ::setenv("RONDO_TEST_VARIABLE", "value", 1);
  CHECK(world.view().environment.variable("RONDO_TEST_VARIABLE") == "value");
  CHECK_FALSE(world.view().environment.variable("RONDO_TEST_UNSET").has_value());
}

struct Meeting {
  std::atomic<bool> ended = false;
  std::atomic<std::thread::id> thread{};
  Signal end;
};

Task<void> meet(Meeting& meeting) {
  meeting.thread = std::this_thread::get_id();
  co_await meeting.end;
  meeting.ended = true;
}

TEST_CASE("a world thread runs its body and posted work on one thread of its own") {
  Meeting meeting;
  std::atomic<std::thread::id> posted_on{};
  {
    WorldThread thread([&](RealWorld&) { return meet(meeting); });
    CHECK(thread.post([&] { posted_on = std::this_thread::get_id(); }));
    CHECK(thread.post([&] { meeting.end.set(); }));
    while (!meeting.ended) std::this_thread::sleep_for(1ms);
    std::this_thread::sleep_for(20ms);
    CHECK_FALSE(thread.post([] {}));
  }
  CHECK(meeting.thread.load() != std::this_thread::get_id());
  CHECK(posted_on.load() == meeting.thread.load());
}

TEST_CASE("work that a world thread took is run, even if its body ends first") {
  for (int round = 0; round < 200; ++round) {
    Meeting meeting;
    int taken = 0;
    std::atomic<int> run = 0;
    {
      WorldThread thread([&](RealWorld&) { return meet(meeting); });
      thread.post([&] { meeting.end.set(); });
      while (thread.post([&] { ++run; })) ++taken;
    }
    REQUIRE(run == taken);
  }
}

/// Runs `body` in a child process; the way it ended as shells count it.
int status_of_child(const std::function<int()>& body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

TEST_CASE("the first stop signal calls us on the loop, the second ends the process") {
  CHECK(status_of_child([] {
          RealWorld world;
          Signal stop;
          world.on_stop_signal([&stop] { stop.set(); });
          world.post([] { ::raise(SIGTERM); });
          world.run(until(stop));
          return 7;
        }) == 7);
  CHECK(status_of_child([] {
          RealWorld world;
          Signal never;
          world.on_stop_signal([] {});
          world.post([] {
            ::raise(SIGINT);
            ::raise(SIGTERM);  // the loop never came to the first: it may be stuck for ever
          });
          world.run(until(never));
          return 7;
        }) == 128 + SIGTERM);
}

}  // namespace
}  // namespace rondo::world
