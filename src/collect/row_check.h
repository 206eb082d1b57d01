#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "collect/quarantine.h"
#include "model/project.h"
#include "warehouse/warehouse.h"

namespace rondo::collect {

/// A row as its contract sees it: texts that look like the promised type become values of it; empty
/// text is missing where anything but text is promised.
[[nodiscard]] Json typed_row(const Json& row, const model::Contract& contract);

/// Takes the rows that have no key or break the contract out of `rows_arriving` and returns them.
/// `columns` are the file's own. Inside the caller's transaction.
[[nodiscard]] Result<std::vector<Quarantined>> take_out_bad_rows(
    warehouse::Session& session, const std::vector<warehouse::Column>& columns,
    const model::FileStream& stream, const model::Contract* contract);

}  // namespace rondo::collect
