#pragma once

#include <string>

#include "script.h"
#include "warehouse/warehouse.h"

namespace rondo::sqltest {

/// Runs a script on a warehouse of its own. Stops at the first step that goes another way than
/// written; the error says which line, what was expected and what came.
[[nodiscard]] Result<void> run_script(const Script& script, warehouse::Warehouse& warehouse);

}  // namespace rondo::sqltest
