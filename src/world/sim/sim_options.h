#pragma once

#include <chrono>
#include <cstdint>

#include "base/time.h"

namespace rondo::world {

/// How cruel the twins are. Chances are per operation, in [0, 1]; drawn from the seed.
struct SimOptions {
  std::uint64_t seed = 1;
  Time start = Time{std::chrono::seconds{1'767'225'600}};  ///< 2026-01-01T00:00:00Z
  // network: requests to servers of the same simulation
  double drop_request = 0;   ///< never arrives; the sender sees a timeout (unknown_outcome)
  double drop_response = 0;  ///< was handled, but the sender sees a timeout
  double duplicate = 0;      ///< handled twice, the second answer is lost
  double refuse = 0;         ///< no connection: transient, nothing was sent; for DNS: no answer
  double answer_429 = 0;     ///< answered by the network itself, with Retry-After
  double answer_500 = 0;
  Duration delay_max = std::chrono::milliseconds{50};  ///< of each direction, uniform
  // disk
  double sync_fails = 0;  ///< fdatasync answers EIO and the unsynced bytes are gone
  double no_space = 0;    ///< a write answers ENOSPC after a random part of it
  Duration sync_delay_max = std::chrono::milliseconds{5};
  // power and patience
  Duration restart_time = std::chrono::seconds{1};       ///< how long the power stays off
  Duration run_time_max = std::chrono::hours{24 * 366};  ///< virtual; a longer `run` gives up
};

}  // namespace rondo::world
