#pragma once

#include "base/result.h"
#include "model/project.h"
#include "warehouse/warehouse.h"

namespace rondo::collect {

/// Makes or remakes the view raw.<source>_<event> of every event that a tracking source declares,
/// and one of each call but track (raw.web_identify, …). Columns: model::event_columns(), then one
/// typed column for each column of the contract; without a contract, `properties` (for identify and
/// group `traits`) as JSON. A value that does not fit its type is NULL: such events came in before
/// the contract did.
[[nodiscard]] Result<void> ensure_event_views(warehouse::Session& session,
                                              const model::Project& project);

}  // namespace rondo::collect
