#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "connector/connector.h"

namespace rondo::connector {

/// All limits of one destination at once. Pure: time comes in as a number that never goes back.
///
/// Each limit is kept as a rolling window: of any span as long as its window, at most `count`
/// requests (less the reserve) fall into it. What headers say of the true count and of what is left
/// corrects it, so that other users of the same account are allowed for.
class Pace {
 public:
  explicit Pace(std::vector<RateLimit> limits);

  /// How long a request to `path` has to wait. Zero: it may go now, and its place is taken.
  Duration take_place(std::string_view path, Duration now);
  /// An answer to `path` came with these headers (names in lower case).
  void observe(std::string_view path, const Json& header, Duration now);
  /// The other side said: nothing for so long.
  void pause(Duration now, Duration wait);

 private:
  struct Window {
    RateLimit limit;
    std::uint32_t count_max;
    // Requests by slice of the window: exact enough, and small for windows of a day.
    std::vector<std::uint32_t> slices{};
    std::int64_t newest = -1;  ///< number of the newest slice
    std::uint32_t total = 0;
    Duration blocked_until{0};
  };
  static void roll(Window& window, Duration now);
  [[nodiscard]] static Duration slice_length(const Window& window);

  std::vector<Window> windows_;
  Duration paused_until_{0};
};

}  // namespace rondo::connector
