#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "model/progress.h"
#include "verify/verdict.h"
#include "warehouse/warehouse.h"
#include "world/world.h"

namespace rondo::verify {

struct VerifyReport {
  std::int64_t addresses = 0;      ///< asked about
  std::int64_t checked = 0;        ///< of them, now; the others had a verdict that still holds
  std::int64_t domains_asked = 0;  ///< look-ups made
  std::int64_t undeliverable = 0;  ///< counts by verdict over all `addresses`, from the table
  std::int64_t risky = 0;
  std::int64_t unknown = 0;
  std::int64_t deliverable = 0;
};

inline constexpr std::size_t lookups_at_once_max = 64;

/// Brings rondo.verifications up to date for every address that `addresses_sql` answers (one text
/// column, normalised addresses; NULLs and repeats do no harm). Each domain is asked once,
/// `lookups_at_once_max` at a time; `resolver` is "host:port" or empty for the machine's own. A
/// verdict `deliverable` that still holds is kept. A resolver that does not answer leaves addresses
/// unknown and is no error.
[[nodiscard]] Task<Result<VerifyReport>> verify_addresses(world::World world,
                                                          warehouse::Session& session,
                                                          std::string addresses_sql,
                                                          std::string resolver,
                                                          model::Progress& progress);

}  // namespace rondo::verify
