#pragma once

#include <vector>

#include "project/columns.h"
#include "project/files.h"
#include "project/sql_asset.h"

namespace rondo::project {

/// Binds each asset, in the given order, against the empty tables of `session`: what the engine
/// says is reported at the place in the user's file. Columns of what binds are added to the
/// catalogue; what reads something unknown is left unknown too, without a word. Audiences and
/// traits must have a `profile_id`.
void bind_sql(warehouse::Session& session, const std::vector<CompiledAsset>& assets,
              Catalogue& catalogue, Report& report);

/// Checks every column that a YAML file names: keys of streams, values of the golden record,
/// `match` and `map` of syncs, columns and conditions of outcomes. Unknown tables are passed over.
void check_columns(warehouse::Session& session, const ProjectFiles& files,
                   const model::Project& project, const Catalogue& catalogue, Report& report);

}  // namespace rondo::project
