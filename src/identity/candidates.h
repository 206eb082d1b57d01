#pragma once

#include <string_view>

#include "base/result.h"
#include "model/project.h"
#include "warehouse/warehouse.h"

namespace rondo::identity {

/// Every value that some declared source offers for some field of some profile:
///   profile_id, field, value, source, source_rank, record_id, occurred_at, verified_at (or null)
inline constexpr std::string_view candidates_table = "rondo.working_candidates";

/// Makes the table anew. Inside a transaction of the caller, who drops it.
/// Error R0501 for a `from` that leads nowhere.
[[nodiscard]] Result<void> gather_candidates(warehouse::Session& session,
                                             const model::Project& project);

}  // namespace rondo::identity
