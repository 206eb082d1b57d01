#pragma once

#include <coroutine>
#include <cstddef>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include "base/check.h"

namespace rondo {

/// A piece of work that may wait. Lazy: nothing happens until it is awaited (or handed to a loop).
/// One owner, awaited at most once, all on one thread. Expected failures travel as
/// `Task<Result<T>>`; an exception that reaches the edge of a coroutine is a defect and ends the
/// program.
template <class T = void>
class Task;

namespace detail {

struct PromiseBase {
  std::coroutine_handle<> waiter{};

  struct Final {
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> self) const noexcept {
      // No waiter yet: the task ended before it ever waited, and its caller goes on by itself.
      const auto who_waits = self.promise().waiter;
      if (who_waits) who_waits.resume();
    }
    void await_resume() const noexcept {}
  };

  [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }
  [[nodiscard]] Final final_suspend() const noexcept { return {}; }
  [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
};

template <class T>
struct Promise : PromiseBase {
  std::optional<T> value;
  Task<T> get_return_object();
  template <class U>
  void return_value(U&& result) {
    value.emplace(std::forward<U>(result));
  }
};

template <>
struct Promise<void> : PromiseBase {
  Task<void> get_return_object();
  void return_void() const noexcept {}
};

}  // namespace detail

template <class T>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::Promise<T>;
  using Handle = std::coroutine_handle<promise_type>;

  explicit Task(Handle handle) : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Task& operator=(Task&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  ~Task() {
    if (handle_) handle_.destroy();
  }

  auto operator co_await() && {
    struct Awaiter {
      Handle handle;
      [[nodiscard]] bool await_ready() const noexcept { return false; }
      // Not by symmetric transfer: g++ makes that a true tail call only from -O2 on and never with
      // a sanitizer, so a loop over a million tasks that end at once would need a million stack
      // frames. A task that ends at once returns here like a function does.
      bool await_suspend(std::coroutine_handle<> waiter) const noexcept {
        handle.resume();
        if (handle.done()) return false;
        handle.promise().waiter = waiter;
        return true;
      }
      T await_resume() const {
        if constexpr (!std::is_void_v<T>) return std::move(*handle.promise().value);
      }
    };
    PROMISE(handle_ && !handle_.done());
    return Awaiter{handle_};
  }

 private:
  Handle handle_;
};

namespace detail {
template <class T>
Task<T> Promise<T>::get_return_object() {
  return Task<T>(std::coroutine_handle<Promise>::from_promise(*this));
}
inline Task<void> Promise<void>::get_return_object() {
  return Task<void>(std::coroutine_handle<Promise>::from_promise(*this));
}

/// Runs at once and frees itself at its end: the root under which detached tasks live. Its promise
/// is a link of the list that was current when it started.
struct Detached {
  struct promise_type;
};
}  // namespace detail

/// The detached tasks that have not ended yet, so that a simulated power cut can free them. Whoever
/// wants to do that makes its list the current one of this thread while it runs them; otherwise
/// nobody keeps count.
class RootList {
 public:
  RootList() = default;
  RootList(const RootList&) = delete;
  RootList& operator=(const RootList&) = delete;
  ~RootList() { abandon(); }

  /// Frees all of them, the youngest first (a task may refer to what an older one owns), without
  /// running any of their code but destructors; these wake nobody (see `abandoning`).
  inline void abandon();
  [[nodiscard]] std::size_t size() const { return size_; }

  /// The list that `spawn` adds to on this thread; may be none.
  static RootList*& current() {
    static thread_local RootList* list = nullptr;
    return list;
  }
  /// True while frames are being freed: what a destructor would wake may be gone already.
  static bool& abandoning() {
    static thread_local bool flag = false;
    return flag;
  }

 private:
  friend struct detail::Detached::promise_type;
  detail::Detached::promise_type* youngest_ = nullptr;
  std::size_t size_ = 0;
};

namespace detail {
struct Detached::promise_type {
  promise_type() : list_(RootList::current()) {
    if (list_ == nullptr) return;
    older_ = list_->youngest_;
    if (older_ != nullptr) older_->younger_ = this;
    list_->youngest_ = this;
    ++list_->size_;
  }
  promise_type(const promise_type&) = delete;
  promise_type& operator=(const promise_type&) = delete;
  ~promise_type() {
    if (list_ == nullptr) return;
    (younger_ != nullptr ? younger_->older_ : list_->youngest_) = older_;
    if (older_ != nullptr) older_->younger_ = younger_;
    --list_->size_;
  }
  Detached get_return_object() const noexcept { return {}; }
  [[nodiscard]] std::suspend_never initial_suspend() const noexcept { return {}; }
  [[nodiscard]] std::suspend_never final_suspend() const noexcept { return {}; }
  void return_void() const noexcept {}
  [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }

 private:
  RootList* list_;
  promise_type* older_ = nullptr;
  promise_type* younger_ = nullptr;
};
}  // namespace detail

/// Starts `task` now and lets it go on by itself; `done(value)` is called on the same thread at its
/// end. Whatever the task refers to must outlive it.
template <class T, class Done>
void spawn(Task<T> task, Done done) {
  [](Task<T> owned, Done then) -> detail::Detached {
    if constexpr (std::is_void_v<T>) {
      co_await std::move(owned);
      then();
    } else {
      then(co_await std::move(owned));
    }
  }(std::move(task), std::move(done));
}

inline void spawn(Task<void> task) {
  spawn(std::move(task), [] {});
}

inline void RootList::abandon() {
  const bool before = std::exchange(abandoning(), true);
  while (youngest_ != nullptr) {
    // Its frame unlinks itself when it goes.
    std::coroutine_handle<detail::Detached::promise_type>::from_promise(*youngest_).destroy();
  }
  abandoning() = before;
}

}  // namespace rondo
