#include <fmt/core.h>

#include "state/database.h"

namespace rondo::state {
namespace {

Result<std::int64_t> version_of(Database& database, std::string_view part) {
  TRY_ASSIGN(Statement rows,
             database.query("SELECT version FROM rondo_parts WHERE part = ?", {std::string(part)}));
  TRY_ASSIGN(const bool found, rows.next());
  return found ? rows.int64(0) : 0;
}

}  // namespace

Result<void> Database::migrate(std::string_view part, const std::vector<std::string_view>& steps) {
  TRY(
      execute("CREATE TABLE IF NOT EXISTS rondo_parts "
              "(part TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID"));
  TRY_ASSIGN(const std::int64_t version, version_of(*this, part));
  const auto wanted = static_cast<std::int64_t>(steps.size());
  if (version > wanted) {
    return fail(ErrorKind::permanent, "R0225",
                fmt::format("{} is of version {}, this program knows {}", part, version, wanted),
                "start the newer Rondo that wrote it, or restore an older backup");
  }
  if (version == wanted) return {};
  return transaction([&]() -> Result<void> {
    for (auto step = version; step < wanted; ++step) {
      TRY(execute(steps[static_cast<std::size_t>(step)]));
    }
    TRY(
        execute("INSERT INTO rondo_parts (part, version) VALUES (?, ?) "
                "ON CONFLICT (part) DO UPDATE SET version = excluded.version",
                {std::string(part), wanted}));
    return {};
  });
}

}  // namespace rondo::state
