#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "model/project.h"
#include "warehouse/warehouse.h"

namespace rondo::outcome {

/// The rows that a rule selects, in one shape:
///   record_id, occurred_at, amount (or null), type, value (normalised, or null), profile_id (or
///   null)
/// profile_id only where the rows hold it themselves.
inline constexpr std::string_view records_table = "rondo.working_records";

/// Makes the table anew, empty if the rule's source was never loaded. Inside a transaction of the
/// caller, who drops it. Errors R0710, R0711, R0712, R0201.
[[nodiscard]] Result<void> gather_records(warehouse::Session& session,
                                          const model::Project& project,
                                          const model::OutcomeRule& rule);

}  // namespace rondo::outcome
