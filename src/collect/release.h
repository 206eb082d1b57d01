#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "collect/loader.h"

namespace rondo::collect {

struct ReleaseReport {
  std::int64_t released = 0;
  std::int64_t repeated = 0;  ///< of the released: an event or a row that was there already
  /// quarantine id and why it stays: the contract of today is still broken, or the record is no
  /// record.
  std::vector<std::pair<std::string, std::string>> still_held;
};

/// Checks held records again, under the sources and contracts of today, and brings those that keep
/// them into raw.events or their stream's table. The insert and the mark are one transaction. Error
/// R0340 for an id that is not held; then nothing is done.
[[nodiscard]] Result<ReleaseReport> release(const LoadContext& context,
                                            const std::vector<std::string>& quarantine_ids);

}  // namespace rondo::collect
