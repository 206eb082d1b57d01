#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/project.h"
#include "project/report.h"
#include "warehouse/warehouse.h"
#include "world/disk.h"

namespace rondo::project {

/// The columns of everything that SQL can read, by the name that SqlAsset::reads has for it:
/// "model:orders", "source:web.Order Completed", "profiles". Nothing: unknown, because what
/// declares them is broken or not there.
class Catalogue {
 public:
  using Columns = std::vector<std::string>;

  void set(const std::string& name, std::optional<Columns> columns) {
    known_[name] = std::move(columns);
  }
  /// Null if the columns are unknown.
  [[nodiscard]] const Columns* columns(const std::string& name) const;

 private:
  std::map<std::string, std::optional<Columns>> known_;
};

/// Makes an empty twin of the warehouse in `session`: system tables, a table for each stream of a
/// source, the golden record. Nothing of the user's is touched. Columns of a file come from its
/// contract and, where the file is there, from its first line.
[[nodiscard]] Result<Catalogue> make_empty_tables(warehouse::Session& session, world::Disk& disk,
                                                  const model::Project& project,
                                                  const Report& report);

}  // namespace rondo::project
