#pragma once

#include <coroutine>
#include <memory>
#include <optional>
#include <utility>

#include "base/check.h"

namespace rondo::world {

/// Keeps the address of a coroutine that will never go on, because its world ended first, so that
/// leak checkers see what is true: left behind on purpose. From any thread.
void abandon(std::coroutine_handle<> task);

/// The other end of a `wait_for`: called once, on the loop's thread, it lets the waiting task go
/// on. Does nothing if that task was destroyed meanwhile.
template <class T>
class Done {
 public:
  struct Wait {
    Wait(std::coroutine_handle<> who, std::optional<T>& into) : waiter(who), value(&into) {}
    Wait(const Wait&) = delete;
    Wait& operator=(const Wait&) = delete;
    ~Wait() {
      if (waiter) abandon(waiter);
    }
    std::coroutine_handle<> waiter;
    std::optional<T>* value;
    bool starting = true;
  };

  explicit Done(std::shared_ptr<Wait> wait) : wait_(std::move(wait)) {}

  void operator()(T value) const {
    const auto wait = wait_;  // the task that goes on may destroy whoever holds this Done
    const auto waiter = std::exchange(wait->waiter, {});
    if (!waiter) return;
    wait->value->emplace(std::move(value));
    if (!wait->starting) waiter.resume();
  }

 private:
  std::shared_ptr<Wait> wait_;
};

/// Lets a task wait for a callback:
///   auto answer = wait_for<int>([&](Done<int> done) { ask(std::move(done)); });
///   const int number = co_await answer;
/// `start` runs when it is awaited and may call `done` at once. If `done` is dropped uncalled, the
/// task never goes on.
template <class T, class Start>
class WaitFor {
 public:
  explicit WaitFor(Start start) : start_(std::move(start)) {}
  WaitFor(const WaitFor&) = delete;
  WaitFor& operator=(const WaitFor&) = delete;
  ~WaitFor() {
    if (const auto wait = wait_.lock()) wait->waiter = {};
  }

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> waiter) {
    const auto wait = std::make_shared<typename Done<T>::Wait>(waiter, value_);
    wait_ = wait;
    start_(Done<T>(wait));
    wait->starting = false;
    return !value_;
  }
  T await_resume() { return std::move(*value_); }

 private:
  Start start_;
  std::optional<T> value_;
  std::weak_ptr<typename Done<T>::Wait> wait_;
};

template <class T, class Start>
WaitFor<T, Start> wait_for(Start start) {
  return WaitFor<T, Start>(std::move(start));
}

}  // namespace rondo::world
