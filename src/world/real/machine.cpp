#include "world/real/machine.h"

#include <bit>
#include <cstdlib>

#include <sys/random.h>

#include "world/real/wait_for.h"

namespace rondo::world {

Time RealClock::now() const {
  return std::chrono::floor<Duration>(std::chrono::system_clock::now());
}

Duration RealClock::monotonic() const {
  return std::chrono::floor<Duration>(std::chrono::steady_clock::now().time_since_epoch());
}

Task<void> RealClock::sleep(Duration wait) {
  if (wait <= Duration::zero()) co_return;
  Timer timer(loop_);
  auto rings = wait_for<bool>(
      [&](Done<bool> done) { timer.start(wait, [done = std::move(done)] { done(true); }); });
  co_await rings;
}

RealRandom::RealRandom() {
  const auto bytes = sizeof(state_);
  PROMISE(::getrandom(state_.data(), bytes, 0) == static_cast<ssize_t>(bytes));
  state_[0] |= 1;  // the one state it must never be in is all zero
}

std::uint64_t RealRandom::next() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

std::optional<std::string> RealEnvironment::variable(const std::string& name) const {
  // Nothing in the program writes the environment, so reading it from several threads is safe.
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return std::string(value);
}

}  // namespace rondo::world
