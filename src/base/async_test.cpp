#include "base/async.h"

#include <algorithm>
#include <memory>

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace rondo {
namespace {

Task<void> append_after(Signal& signal, std::vector<int>& order, int number) {
  co_await signal;
  order.push_back(number);
}

TEST_CASE("a signal wakes its waiters in the order of their waiting, once") {
  Signal signal;
  std::vector<int> order;
  for (int i = 0; i < 4; ++i) spawn(append_after(signal, order, i));
  CHECK(order.empty());
  signal.set();
  CHECK(order == std::vector<int>{0, 1, 2, 3});
  spawn(append_after(signal, order, 4));  // it is set: no waiting
  CHECK(order.size() == 5);
  signal.reset();
  spawn(append_after(signal, order, 5));
  CHECK(order.size() == 5);
  signal.set();
  CHECK(order.back() == 5);
}

Task<void> write_in_turn(Strand& strand, Signal& go, std::vector<int>& order, int number) {
  const auto place = co_await strand.enter();
  order.push_back(number);
  co_await go;
  order.push_back(-number);
}

TEST_CASE("a strand lets one in at a time, in order of arrival") {
  Strand strand;
  Signal go;
  std::vector<int> order;
  for (int i = 1; i <= 3; ++i) spawn(write_in_turn(strand, go, order, i));
  CHECK(order == std::vector<int>{1});
  CHECK(strand.waiting() == 2);
  go.set();
  CHECK(order == std::vector<int>{1, -1, 2, -2, 3, -3});
  CHECK(strand.waiting() == 0);
}

Task<void> count_inside(Strand& strand, Signal& go, int& inside, int& most) {
  const auto place = co_await strand.enter();
  most = std::max(most, ++inside);
  co_await go;
  --inside;
}

TEST_CASE("a strand of three places holds three") {
  Strand strand(3);
  Signal go;
  int inside = 0;
  int most = 0;
  for (int i = 0; i < 10; ++i) spawn(count_inside(strand, go, inside, most));
  CHECK(inside == 3);
  go.set();
  CHECK(inside == 0);
  CHECK(most == 3);
}

Task<void> pass_through(Strand& strand, int& passed) {
  const auto place = co_await strand.enter();
  ++passed;
}

TEST_CASE("a queue of a hundred thousand empties without a deep stack") {
  Strand strand;
  Signal go;
  std::vector<int> order;
  int passed = 0;
  spawn(write_in_turn(strand, go, order, 1));
  for (int i = 0; i < 100'000; ++i) spawn(pass_through(strand, passed));
  CHECK(passed == 0);
  go.set();
  CHECK(passed == 100'000);
}

Task<void> leave_and_return(Strand& strand, Signal& go, std::vector<int>& order, int number) {
  {
    const auto place = co_await strand.enter();
    order.push_back(number);
    co_await go;
  }
  const auto place = co_await strand.enter();
  order.push_back(number * 10);
}

TEST_CASE("who leaves lets all who wait go first, even those who come back sooner") {
  Strand strand;
  Signal go;
  std::vector<int> order;
  for (int i = 1; i <= 3; ++i) spawn(leave_and_return(strand, go, order, i));
  go.set();
  CHECK(order == std::vector<int>{1, 2, 3, 20, 30, 10});
}

Task<void> work(std::vector<std::unique_ptr<Signal>>& steps, std::size_t i, int& running,
                int& most) {
  most = std::max(most, ++running);
  co_await *steps[i];
  --running;
}

TEST_CASE("all_of keeps its limit and ends when the last has ended, whatever the order") {
  CHECK(rc::check([] {
    const auto count = *rc::gen::inRange<std::size_t>(0, 20);
    const auto at_once = *rc::gen::inRange<std::size_t>(1, 8);
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < count; ++i) {
      const auto at = *rc::gen::inRange<std::size_t>(0, i + 1);
      order.insert(order.begin() + static_cast<std::ptrdiff_t>(at), i);
    }
    // A step may be set before its task starts: then the task ends at once.
    std::vector<std::unique_ptr<Signal>> steps;
    for (std::size_t i = 0; i < count; ++i) steps.push_back(std::make_unique<Signal>());
    int running = 0;
    int most = 0;
    bool ended = false;
    std::vector<Task<void>> tasks;
    for (std::size_t i = 0; i < count; ++i) tasks.push_back(work(steps, i, running, most));
    spawn(all_of(std::move(tasks), at_once), [&ended] { ended = true; });
    RC_ASSERT(most == static_cast<int>(std::min(count, at_once)));
    for (std::size_t i = 0; i < count; ++i) {
      RC_ASSERT_FALSE(ended);
      steps[order[i]]->set();
    }
    RC_ASSERT(ended);
    RC_ASSERT(running == 0);
    RC_ASSERT(most <= static_cast<int>(at_once));
  }));
}

Task<void> nothing() { co_return; }

TEST_CASE("all_of of a hundred thousand that end at once") {
  std::vector<Task<void>> tasks;
  for (int i = 0; i < 100'000; ++i) tasks.push_back(nothing());
  bool ended = false;
  spawn(all_of(std::move(tasks), 2), [&ended] { ended = true; });
  CHECK(ended);
}

}  // namespace
}  // namespace rondo
