#include "world/sim/sim_world.h"

#include <memory>
#include <vector>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "base/async.h"

namespace rondo::world {
namespace {

using namespace std::chrono_literals;

/// A little program that uses everything: appends what it is sent to a file, and sends on.
struct Program {
  static Task<HttpResponse> keep(World& world, std::uint64_t& size, HttpRequest request) {
    auto file = world.disk.open("log", OpenMode::create);
    if (!file) co_return HttpResponse{500, {}, file.error().code};
    const std::uint64_t at = size;
    size += request.body.size();
    if (const auto written = (*file)->write_at(at, request.body); !written) {
      co_return HttpResponse{500, {}, written.error().code};
    }
    const auto synced = co_await (*file)->sync_later();
    co_return HttpResponse{synced ? 200 : 500, {}, {}};
  }

  static Task<void> run(World world, std::vector<std::string>& answers) {
    std::uint64_t size = 0;
    auto server = world.network.serve(
        {.port = 80}, [&](HttpRequest request) { return keep(world, size, std::move(request)); });
    if (!server) co_return;
    for (int i = 0; i < 20; ++i) {
      HttpRequest request{.method = "POST", .url = "http://localhost/"};
      request.body = "event " + std::to_string(world.random.below(1'000));
      const auto answer = co_await world.network.send(std::move(request));
      answers.push_back(answer ? std::to_string(answer->status) : answer.error().code);
      co_await world.clock.sleep(Duration{static_cast<Duration::rep>(world.random.below(10'000))});
    }
    ProcessSpec spec;
    spec.command.emplace_back("tool");
    const auto tool = co_await world.processes.run(std::move(spec));
    answers.push_back(tool ? tool->output : tool.error().code);
  }
};

SimOptions cruel(std::uint64_t seed) {
  return {.seed = seed,
          .drop_request = 0.1,
          .drop_response = 0.1,
          .duplicate = 0.1,
          .refuse = 0.1,
          .answer_429 = 0.1,
          .answer_500 = 0.1,
          .sync_fails = 0.05,
          .no_space = 0.05};
}

/// Two lives with a power cut between them, and what is left in the end.
std::string play(std::uint64_t seed) {
  SimWorld sim(cruel(seed));
  sim.set_process("tool", [](const ProcessSpec&) { return ProcessResult{0, "worked", ""}; });
  std::vector<std::string> answers;
  sim.crash_after(1 + seed % 20);
  CHECK_FALSE(sim.run(Program::run(sim.view(), answers)));
  sim.restart();
  CHECK(sim.run(Program::run(sim.view(), answers)));
  std::string all = sim.trace();
  for (const auto& answer : answers) all += answer + "\n";
  return all + read_file(sim.view().disk, "log").value_or("none");
}

TEST_CASE("the same seed gives the same trace, byte for byte, over crash and restart") {
  CHECK(rc::check([](std::uint64_t seed) { RC_ASSERT(play(seed) == play(seed)); }));
}

TEST_CASE("another seed gives another trace") {
  CHECK(play(1) != play(2));
  CHECK(play(1).size() > 2'000);
}

TEST_CASE("one chance changed leaves the numbers of the program and the disk as they were") {
  const auto numbers = [](double drop) {
    SimWorld sim({.seed = 5, .drop_request = drop});
    std::vector<std::string> answers;
    (void)sim.run(Program::run(sim.view(), answers));
    return sim.view().random.next();
  };
  CHECK(numbers(0) == numbers(0.5));
}

TEST_CASE("time is virtual: a year passes at once, and ends where it should") {
  SimWorld sim({});
  const World world = sim.view();
  const Time before = world.clock.now();
  CHECK(to_text(before) == "2026-01-01T00:00:00.000000Z");
  CHECK(sim.run([](World inside) -> Task<void> { co_await inside.clock.sleep(365 * 24h); }(world)));
  CHECK(to_text(world.clock.now()) == "2027-01-01T00:00:00.000000Z");
  CHECK(world.clock.monotonic() == Duration{365 * 24h});
}

Task<void> note_after(Clock& clock, Duration wait, std::vector<int>& order, int number) {
  co_await clock.sleep(wait);
  order.push_back(number);
}

TEST_CASE("what is due at the same moment happens in the order of its asking") {
  SimWorld sim({});
  Clock& clock = sim.view().clock;
  std::vector<int> order;
  std::vector<Task<void>> tasks;
  for (int i = 0; i < 5; ++i) tasks.push_back(note_after(clock, 10ms, order, i));
  tasks.push_back(note_after(clock, 5ms, order, 5));
  tasks.push_back(note_after(clock, -1ms, order, 6));
  CHECK(sim.run(all_of(std::move(tasks), 10)));
  CHECK(order == std::vector<int>{6, 5, 0, 1, 2, 3, 4});
}

TEST_CASE("ten thousand tasks at once") {
  SimWorld sim({});
  std::vector<int> order;
  std::vector<Task<void>> tasks;
  for (int i = 0; i < 10'000; ++i) {
    tasks.push_back(note_after(sim.view().clock, Duration{10'000 - i}, order, i));
  }
  CHECK(sim.run(all_of(std::move(tasks), 10'000)));
  CHECK(order.size() == 10'000);
  CHECK(order.front() == 9'999);
  CHECK(order.back() == 0);
  CHECK(sim.elapsed() == Duration{10'000});
}

TEST_CASE("a hundred thousand waits one after the other need no stack") {
  SimWorld sim({});
  CHECK(sim.run([](Clock& clock) -> Task<void> {
    for (int i = 0; i < 100'000; ++i) co_await clock.sleep(Duration{1});
  }(sim.view().clock)));
  CHECK(sim.elapsed() == Duration{100'000});
}

Task<int> wait_for(Signal& signal) {
  co_await signal;
  co_return 7;
}

TEST_CASE("a task that nothing can wake is a deadlock, and is freed") {
  SimWorld sim({});
  auto held = std::make_shared<int>(1);
  Signal never;
  CHECK_FALSE(sim.run([](Signal& signal, std::shared_ptr<int> own) -> Task<void> {
    co_await signal;
    *own = 2;
  }(never, held)));
  CHECK(held.use_count() == 1);
  CHECK(sim.trace().ends_with("deadlock\n"));
  CHECK(sim.run(wait_for(never)) == std::nullopt);
  never.reset();
}

TEST_CASE("a run that waits beyond its patience ends as a deadlock does") {
  SimWorld sim({.run_time_max = 1h});
  CHECK(sim.run([](Clock& clock) -> Task<void> { co_await clock.sleep(1h); }(sim.view().clock)));
  CHECK_FALSE(sim.run(
      [](Clock& clock) -> Task<void> { co_await clock.sleep(1h + 1us); }(sim.view().clock)));
}

TEST_CASE("values come out of run") {
  SimWorld sim({});
  Signal signal;
  signal.set();
  CHECK(sim.run(wait_for(signal)) == 7);
}

TEST_CASE("run_for runs what is due, to the microsecond, and lets the time pass") {
  SimWorld sim({});
  std::vector<int> order;
  sim.as_other_machine([&] {
    spawn(note_after(sim.view().clock, 10ms, order, 1));
    spawn(note_after(sim.view().clock, 10ms + 1us, order, 2));
  });
  sim.run_for(10ms);
  CHECK(order == std::vector<int>{1});
  sim.run_for(1us);
  CHECK(order == std::vector<int>{1, 2});
  sim.run_for(1h);
  CHECK(sim.elapsed() == Duration{1h + 10ms + 1us});
}

struct Life {
  std::vector<std::string>* diary;
  explicit Life(std::vector<std::string>& into) : diary(&into) {}
  Life(const Life&) = delete;
  Life& operator=(const Life&) = delete;
  ~Life() { diary->emplace_back("freed"); }
};

Task<void> write_diary(World world, std::vector<std::string>& diary) {
  const Life life(diary);
  for (int i = 0; i < 5; ++i) {
    const auto written = write_file(world.disk, "diary", std::to_string(i));
    diary.push_back(written ? std::to_string(i) : written.error().code);
    co_await world.clock.sleep(1ms);
  }
}

TEST_CASE(
    "a crash: code gets an error from the operation in hand, never wakes again, and is freed") {
  SimWorld sim({});
  std::vector<std::string> diary;
  sim.crash_after(8);  // write_file takes six operations
  CHECK_FALSE(sim.run(write_diary(sim.view(), diary)));
  CHECK(sim.crashed());
  CHECK(diary == std::vector<std::string>{"0", "R0023", "freed"});
  CHECK_FALSE(sim.run(write_diary(sim.view(), diary)));  // the power is still off
  sim.restart();
  CHECK_FALSE(sim.crashed());
  diary.clear();
  CHECK(sim.run(write_diary(sim.view(), diary)));
  CHECK(diary == std::vector<std::string>{"0", "1", "2", "3", "4", "freed"});
}

TEST_CASE("a crash from inside a task ends it at its next wait") {
  SimWorld sim({});
  std::string seen;
  CHECK_FALSE(sim.run([](SimWorld& world, std::string& into) -> Task<void> {
    world.crash();
    into += write_file(world.view().disk, "a", "x").error().code;
    co_await world.view().clock.sleep(1s);
    into += " went on";
  }(sim, seen)));
  CHECK(seen == "R0023");
}

Task<void> use_strand(Strand& strand, Clock& clock, int& inside) {
  const auto place = co_await strand.enter();
  ++inside;
  co_await clock.sleep(1s);
}

TEST_CASE("a crash frees holders of strands without waking who queues behind them") {
  SimWorld sim({});
  Strand strand;
  int inside = 0;
  std::vector<Task<void>> tasks;
  for (int i = 0; i < 5; ++i) tasks.push_back(use_strand(strand, sim.view().clock, inside));
  sim.as_other_machine([&] {
    spawn([](SimWorld& world) -> Task<void> {
      co_await world.view().clock.sleep(1500ms);
      world.crash();
    }(sim));
  });
  CHECK_FALSE(sim.run(all_of(std::move(tasks), 5)));
  CHECK(inside == 2);
}

TEST_CASE("tasks of other machines live on through crash and restart") {
  SimWorld sim({});
  int beats = 0;
  sim.as_other_machine([&] {
    spawn([](Clock& clock, int& count) -> Task<void> {
      for (; count < 10; ++count) co_await clock.sleep(1s);
    }(sim.view().clock, beats));
  });
  sim.run_for(2s);
  sim.crash();
  sim.restart();
  CHECK(beats == 3);  // one while the power was off
  sim.run_for(1h);
  CHECK(beats == 10);
}

TEST_CASE("what a task started goes on at the next run") {
  SimWorld sim({});
  std::vector<int> order;
  CHECK(sim.run([](Clock& clock, std::vector<int>& into) -> Task<void> {
    spawn(note_after(clock, 1s, into, 1));
    co_return;
  }(sim.view().clock, order)));
  CHECK(order.empty());
  sim.run_for(1s);
  CHECK(order.size() == 1);
}

TEST_CASE("processes and variables are what was set, nothing else") {
  SimWorld sim({});
  sim.set_process("echo", [](const ProcessSpec& spec) {
    return ProcessResult{3, spec.command.at(1) + spec.input, "warned"};
  });
  sim.set_variable("LANG", "de_DE");
  const World world = sim.view();
  const auto said = *sim.run(world.processes.run({.command = {"echo", "a"}, .input = "b"}));
  REQUIRE(said);
  CHECK(said->output == "ab");
  CHECK(said->exit_code == 3);
  CHECK(sim.run(world.processes.run({.command = {"none"}}))->error().code == "R0040");
  CHECK(sim.run(world.processes.run({.command = {"echo", "a"}, .timeout = 0s}))->error().code ==
        "R0041");
  CHECK(world.environment.variable("LANG") == "de_DE");
  CHECK(world.environment.variable("PATH") == std::nullopt);
}

}  // namespace
}  // namespace rondo::world
