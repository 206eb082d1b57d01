#include "world/real/stop_signal.h"

#include <atomic>
#include <cerrno>
#include <utility>

#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/check.h"

namespace rondo::world {
namespace {

// A signal handler can reach nothing but globals, and may use only lock-free ones.
std::atomic<int> event_to_write{-1};
std::atomic<int> signals_seen{0};
static_assert(std::atomic<int>::is_always_lock_free);

extern "C" void on_signal(int number) {
  const int saved = errno;
  if (signals_seen.fetch_add(1) > 0) {
    ::signal(number, SIG_DFL);
    ::raise(number);
  }
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto put = ::write(event_to_write.load(), &one, sizeof(one));
  errno = saved;
}

void set_handler(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

}  // namespace

StopSignal::StopSignal(Loop& loop, Loop::Work stop)
    : loop_(loop), event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  PROMISE(event_ >= 0);
  loop_.remember(*this);
  loop_.watch(event_, Loop::readable,
              [&from = loop_, event = event_, stop = std::move(stop)](unsigned) {
                from.unwatch(event);  // it stays readable: once is enough
                stop();
              });
  signals_seen = 0;
  event_to_write = event_;
  set_handler(on_signal);
}

StopSignal::~StopSignal() {
  close_now();
  loop_.forget(*this);
}

void StopSignal::close_now() {
  if (event_ < 0) return;
  if (event_to_write == event_) {
    set_handler(SIG_DFL);
    event_to_write = -1;
  }
  loop_.unwatch(event_);
  ::close(std::exchange(event_, -1));
}

}  // namespace rondo::world
