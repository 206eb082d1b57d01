#pragma once

#include <optional>
#include <string>

#include "base/diagnostic.h"
#include "model/project.h"
#include "project/schema.h"
#include "project/secrets.h"
#include "world/disk.h"
#include "world/environment.h"

namespace rondo::project {

struct LoadOptions {
  SecretMode secrets = SecretMode::require;
  /// Binds the SQL and checks columns, in an empty database in memory. Costs some 50 ms for the
  /// database and one or two for each asset; without it, errors in SQL show when it is run.
  bool check_sql = true;
};

struct ProjectResult {
  std::optional<model::Project> project;  ///< only without errors
  Diagnostics diagnostics;                ///< errors and warnings of the whole project
};

/// Reads, checks and compiles the project in the folder `root` for one of its environments. Reports
/// everything that is wrong in one go; touches neither warehouse nor network. Reads the project's
/// files, secrets' files where they are required, and the first line of data files that a source
/// names.
[[nodiscard]] ProjectResult load_project(world::Disk& disk, const world::Environment& variables,
                                         const std::string& root, const std::string& environment,
                                         LoadOptions options = {});

}  // namespace rondo::project
