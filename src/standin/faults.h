#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/time.h"

namespace rondo::standin {

enum class FaultKind {
  none,
  throttle,  ///< 429, nothing done
  error,     ///< 500, nothing done
  timeout,   ///< nothing done, and no answer until the sender has given up
  drop,      ///< done, but the answer comes too late
  partial,   ///< done, but the answer forgets half of the rows
  slow,      ///< done and answered, late
};
[[nodiscard]] std::string_view name_of(FaultKind kind);

/// `{every: 7, answer: throttle, path: "*/upsert", first: 3, wait: 2s}`
struct FaultRule {
  FaultKind answer = FaultKind::none;
  std::string path = "*";
  std::uint64_t every = 0;  ///< each so-many-th request of that path; 0: never
  std::uint64_t first = 0;  ///< besides, the first so many
  Duration wait{};  ///< slow: how late; timeout and drop: how long the sender is left waiting
};

/// Decides, from counting alone, which request meets which fault.
class Faults {
 public:
  struct Met {
    FaultKind kind = FaultKind::none;
    Duration wait{};
  };
  /// Error R0401 lists what is not understood. `rules` may be null.
  static Result<Faults> from(const Json& rules);
  Met next(std::string_view path);

 private:
  std::vector<FaultRule> rules_;
  std::vector<std::uint64_t> seen_;
};

}  // namespace rondo::standin
