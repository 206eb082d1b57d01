#include "base/task.h"

#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/async.h"
#include "base/result.h"

namespace rondo {
namespace {

Task<int> seven() { co_return 7; }

Task<void> count_to(int limit, int& sum) {
  for (int i = 0; i < limit; ++i) sum += co_await seven();
}

TEST_CASE("a task is lazy: nothing happens until it is started") {
  int sum = 0;
  auto task = count_to(1, sum);
  CHECK(sum == 0);
  spawn(std::move(task));
  CHECK(sum == 7);
}

TEST_CASE("a million tasks that end at once, one after the other, need no stack") {
  int sum = 0;
  spawn(count_to(1'000'000, sum));
  CHECK(sum == 7'000'000);
}

Task<int> nested(int depth, Signal& signal) {
  if (depth == 0) {
    co_await signal;
    co_return 0;
  }
  const int below = co_await nested(depth - 1, signal);
  co_return below + 1;
}

TEST_CASE("a chain of five thousand waiting tasks ends in order") {
  Signal signal;
  int depth = -1;
  spawn(nested(5'000, signal), [&depth](int result) { depth = result; });
  CHECK(depth == -1);
  signal.set();
  CHECK(depth == 5'000);
}

TEST_CASE("values that can only move travel through tasks") {
  const auto make = []() -> Task<std::unique_ptr<int>> { co_return std::make_unique<int>(3); };
  int got = 0;
  spawn(make(), [&got](std::unique_ptr<int> value) { got = *value; });
  CHECK(got == 3);
}

Task<Result<int>> half(int number) {
  if (number % 2 != 0) co_return fail(ErrorKind::rejected, "R0000", "odd");
  co_return number / 2;
}

Task<Result<int>> quarter(int number) {
  CO_TRY_ASSIGN(const int once, co_await half(number));
  CO_TRY_ASSIGN(const int twice, co_await half(once));
  co_return twice;
}

TEST_CASE("failures travel as values") {
  std::string seen;
  const auto note = [&seen](const Result<int>& result) {
    seen += result ? std::to_string(*result) : result.error().message;
    seen += ' ';
  };
  spawn(quarter(12), note);
  spawn(quarter(6), note);
  CHECK(seen == "3 odd ");
}

TEST_CASE("a task that was never started frees what it owns") {
  auto owned = std::make_shared<int>(1);
  {
    auto task = [](std::shared_ptr<int> held) -> Task<int> { co_return *held; }(owned);
    CHECK(owned.use_count() == 2);
  }
  CHECK(owned.use_count() == 1);
}

struct Note {
  std::vector<int>* order;
  int number;
  Note(std::vector<int>* into, int n) : order(into), number(n) {}
  Note(const Note&) = delete;
  Note& operator=(const Note&) = delete;
  ~Note() { order->push_back(number); }
};

Task<void> hold(std::vector<int>& freed, int number, Signal& signal, bool& went_on) {
  const Note note(&freed, number);
  co_await signal;
  went_on = true;
}

TEST_CASE("a root list frees its unfinished tasks, the youngest first, and runs none of them on") {
  std::vector<int> freed;
  bool went_on = false;
  RootList roots;
  Signal signal;
  RootList::current() = &roots;
  for (int i = 1; i <= 3; ++i) spawn(hold(freed, i, signal, went_on));
  RootList::current() = nullptr;
  CHECK(roots.size() == 3);
  roots.abandon();
  CHECK(roots.size() == 0);
  CHECK(freed == std::vector<int>{3, 2, 1});
  CHECK_FALSE(went_on);
}

TEST_CASE("a task that ended is no longer in its root list") {
  std::vector<int> freed;
  bool went_on = false;
  RootList roots;
  Signal signal;
  RootList::current() = &roots;
  spawn(hold(freed, 1, signal, went_on));
  RootList::current() = nullptr;
  signal.set();
  CHECK(went_on);
  CHECK(roots.size() == 0);
}

Task<void> enter_and_wait(Strand& strand, Signal& signal, int& entered) {
  const auto place = co_await strand.enter();
  ++entered;
  co_await signal;
}

TEST_CASE("freeing the holder of a strand wakes nobody who queues there") {
  int entered = 0;
  Signal signal;
  Strand strand;
  RootList roots;
  RootList::current() = &roots;
  for (int i = 0; i < 3; ++i) spawn(enter_and_wait(strand, signal, entered));
  RootList::current() = nullptr;
  CHECK(entered == 1);
  roots.abandon();
  CHECK(entered == 1);
}

}  // namespace
}  // namespace rondo
