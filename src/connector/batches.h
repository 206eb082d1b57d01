#pragma once

#include <vector>

#include "connector/client.h"

namespace rondo::connector {

/// Rows that go out together, by index; batches of one wave may be under way at the same time.
struct Wave {
  std::vector<std::vector<std::size_t>> batches;
};

/// Cuts rows into requests: at most `rows_max` rows and about `bytes_max` bytes each (a row above
/// that goes alone). A second row of the same key waits for the next wave, so that the order of two
/// changes of one record is kept. Rows with a `group` go out exactly as that group, first of all.
[[nodiscard]] std::vector<Wave> plan_waves(const Operation& operation, std::span<const Row> rows,
                                           std::span<const Json> fields);

}  // namespace rondo::connector
