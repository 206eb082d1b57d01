#include "world/real/loop.h"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <utility>
#include <vector>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/check.h"

namespace rondo::world {
namespace asio = boost::asio;
namespace {

using Executor = asio::io_context::executor_type;
constexpr int events_at_once_max = 64;

std::uint32_t to_epoll(unsigned wanted) {
  return ((wanted & Loop::readable) != 0 ? std::uint32_t{EPOLLIN} : 0U) |
         ((wanted & Loop::writable) != 0 ? std::uint32_t{EPOLLOUT} : 0U);
}

unsigned from_epoll(std::uint32_t events) {
  unsigned ready = 0;
  if ((events & (EPOLLIN | EPOLLRDHUP)) != 0) ready |= Loop::readable;
  if ((events & EPOLLOUT) != 0) ready |= Loop::writable;
  // Whoever waits to read or write must wake up to see the error.
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) {
    ready |= Loop::broken | Loop::readable | Loop::writable;
  }
  return ready;
}

}  // namespace

// Foreign descriptors (curl, c-ares, pipes) sit in an epoll set of their own, and Asio watches that
// set as one descriptor: no object per descriptor, and a descriptor closed behind our back leaves
// the set by itself.
struct Loop::Implementation {
  struct Watched {
    std::uint64_t id = 0;
    std::shared_ptr<Ready> ready;
  };

  Implementation()
      : descriptors(context, ::epoll_create1(EPOLL_CLOEXEC)), guard(context.get_executor()) {
    PROMISE(descriptors.native_handle() >= 0);
    wait();
  }

  void wait() {
    descriptors.async_wait(asio::posix::descriptor_base::wait_read, [this](const auto& error) {
      if (error) return;
      dispatch();
      wait();
    });
  }

  void dispatch() {
    std::array<epoll_event, events_at_once_max> events{};
    const int count =
        ::epoll_wait(descriptors.native_handle(), events.data(), events_at_once_max, 0);
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      const auto descriptor = descriptor_of.find(event.data.u64);
      if (descriptor == descriptor_of.end()) continue;  // unwatched by an earlier one of this round
      const auto ready = watched.at(descriptor->second).ready;  // lives on if it unwatches itself
      (*ready)(from_epoll(event.events));
    }
  }

  asio::io_context context{1};
  asio::posix::basic_stream_descriptor<Executor> descriptors;
  asio::executor_work_guard<Executor> guard;
  std::unordered_map<int, Watched> watched;
  std::unordered_map<std::uint64_t, int>
      descriptor_of;  // ids are never used twice, descriptors are
  std::uint64_t next_id = 1;
};

Loop::Loop() : implementation_(std::make_unique<Implementation>()) {}
Loop::~Loop() { close_all(); }

void Loop::run() {
  implementation_->context.restart();
  implementation_->context.run();
}

void Loop::stop() { implementation_->context.stop(); }

void Loop::post(Work work) { asio::post(implementation_->context, std::move(work)); }

asio::io_context& Loop::context() { return implementation_->context; }

void Loop::watch(int descriptor, unsigned wanted, Ready ready) {
  auto& all = *implementation_;
  auto [entry, added] = all.watched.try_emplace(descriptor);
  if (added) {
    entry->second.id = all.next_id++;
    all.descriptor_of[entry->second.id] = descriptor;
  }
  entry->second.ready = std::make_shared<Ready>(std::move(ready));
  epoll_event event{};
  event.events = to_epoll(wanted);
  event.data.u64 = entry->second.id;
  const int set = all.descriptors.native_handle();
  // Closed and opened again without `unwatch`, the kernel has forgotten it although we have not.
  if (::epoll_ctl(set, EPOLL_CTL_MOD, descriptor, &event) != 0) {
    ::epoll_ctl(set, EPOLL_CTL_ADD, descriptor, &event);
  }
}

void Loop::unwatch(int descriptor) {
  auto& all = *implementation_;
  const auto entry = all.watched.find(descriptor);
  if (entry == all.watched.end()) return;
  ::epoll_ctl(all.descriptors.native_handle(), EPOLL_CTL_DEL, descriptor, nullptr);
  all.descriptor_of.erase(entry->second.id);
  all.watched.erase(entry);
}

void Loop::remember(Closable& closable) { closables_.push_back(&closable); }

void Loop::forget(Closable& closable) { std::erase(closables_, &closable); }

void Loop::close_all() {
  while (!closables_.empty()) {
    Closable* last = closables_.back();
    closables_.pop_back();
    last->close_now();
  }
}

struct Timer::State {
  explicit State(asio::io_context& context) : timer(context) {}
  asio::basic_waitable_timer<std::chrono::steady_clock,
                             asio::wait_traits<std::chrono::steady_clock>, Executor>
      timer;
  std::uint64_t round = 0;  // an alarm of an earlier round may be queued already: it must not ring
};

Timer::Timer(Loop& loop) : state_(std::make_shared<State>(loop.context())) {}
Timer::~Timer() { cancel(); }

void Timer::start(Duration wait, Loop::Work work) {
  const std::uint64_t round = ++state_->round;
  state_->timer.expires_after(wait);
  state_->timer.async_wait(
      [state = state_, round, work = std::move(work)](const boost::system::error_code& error) {
        if (!error && state->round == round) work();
      });
}

void Timer::cancel() {
  ++state_->round;
  state_->timer.cancel();
}

}  // namespace rondo::world
