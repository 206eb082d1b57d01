#pragma once

#include <coroutine>
#include <cstddef>
#include <deque>
#include <utility>
#include <vector>

#include "base/task.h"

// Small pieces for tasks of one thread. None of them locks: everything here belongs to one loop.
namespace rondo {

/// Something that happens once; whoever waits goes on then, in the order of their waiting.
class Signal {
 public:
  [[nodiscard]] bool is_set() const { return set_; }
  void set() {
    set_ = true;
    if (RootList::abandoning()) return;
    // Waiters may wait on the next signal at once: work on a copy.
    for (auto waiter : std::exchange(waiters_, {})) waiter.resume();
  }
  void reset() { set_ = false; }

  auto operator co_await() {
    struct Awaiter {
      Signal& signal;
      [[nodiscard]] bool await_ready() const noexcept { return signal.set_; }
      void await_suspend(std::coroutine_handle<> waiter) const {
        signal.waiters_.push_back(waiter);
      }
      void await_resume() const noexcept {}
    };
    return Awaiter{*this};
  }

 private:
  bool set_ = false;
  std::vector<std::coroutine_handle<>> waiters_;
};

/// The single writer of a resource: at most `places` tasks inside, the others queue in order of
/// arrival.
///   `auto place = co_await strand.enter();`  leaves when `place` goes out of scope.
/// Must outlive its places; waking a long queue costs one stack frame, not one for each task.
class Strand {
 public:
  explicit Strand(std::size_t places = 1) : free_(places) {}
  ~Strand() {
    if (gone_ != nullptr) *gone_ = true;
  }
  Strand(const Strand&) = delete;
  Strand& operator=(const Strand&) = delete;

  class Place {
   public:
    explicit Place(Strand* strand) : strand_(strand) {}
    Place(Place&& other) noexcept : strand_(std::exchange(other.strand_, nullptr)) {}
    Place& operator=(Place&&) = delete;
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() {
      if (strand_ != nullptr && !RootList::abandoning()) strand_->leave();
    }

   private:
    Strand* strand_;
  };

  auto enter() {
    struct Awaiter {
      Strand& strand;
      [[nodiscard]] bool await_ready() const noexcept {
        if (strand.free_ == 0 || !strand.queue_.empty()) return false;
        --strand.free_;
        return true;
      }
      void await_suspend(std::coroutine_handle<> waiter) const { strand.queue_.push_back(waiter); }
      [[nodiscard]] Place await_resume() const noexcept { return Place(&strand); }
    };
    return Awaiter{*this};
  }

  [[nodiscard]] std::size_t waiting() const { return queue_.size(); }

 private:
  void leave() {
    ++free_;
    if (gone_ != nullptr) return;  // the outermost `leave` below us wakes the next one
    bool gone = false;
    gone_ = &gone;
    while (!queue_.empty() && free_ > 0) {
      --free_;  // taken for the next one before it runs: nobody slips in between
      const auto next = queue_.front();
      queue_.pop_front();
      next.resume();
      if (gone) return;  // the last task took the strand with it
    }
    gone_ = nullptr;
  }

  std::size_t free_;
  std::deque<std::coroutine_handle<>> queue_;
  bool* gone_ = nullptr;  ///< set while `leave` wakes the queue
};

/// Awaits all tasks, at most `at_once` of them under way; returns when the last has ended.
inline Task<void> all_of(std::vector<Task<void>> tasks, std::size_t at_once) {
  PROMISE(at_once > 0);
  std::size_t next = 0;
  std::size_t running = 0;
  Signal changed;
  while (next < tasks.size() || running > 0) {
    while (next < tasks.size() && running < at_once) {
      ++running;
      spawn(std::move(tasks[next++]), [&running, &changed] {
        --running;
        changed.set();
      });
    }
    if (running > 0) {
      co_await changed;
      changed.reset();
    }
  }
}

}  // namespace rondo
