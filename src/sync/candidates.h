#pragma once

#include <set>
#include <string>
#include <vector>

#include "connector/connector.h"
#include "model/project.h"
#include "sync/sync.h"

namespace rondo::sync {

/// Where a column that a sync names is found, and its type.
struct ResolvedColumn {
  std::string name;  ///< as the sync says it
  enum class Place { rows, profile, trait } place = Place::rows;
  std::string trait{};   ///< name of the trait's table
  std::string column{};  ///< there
  model::ColumnType type = model::ColumnType::text;
};

/// The temporary tables of one run, in order:
///   sync_candidates  profile_id, key, fingerprint, code, reason, f0 … fn   one row for each row of
///   the
///                    audience; code is null for what may be sent
///   sync_usable      what the consent room says of each profile
struct Candidates {
  std::vector<ResolvedColumn> fields;  ///< in the order of the sync's map: f0 … fn
  std::int64_t rows = 0;
  std::map<std::string, std::int64_t> blocked_by{};
  [[nodiscard]] std::int64_t blocked() const;
};

inline constexpr std::string_view candidates_table = "sync_candidates";
inline constexpr std::string_view usable_table = "sync_usable";

/// Finds every column that the sync names: "trait.column", a column of the rows, a field of the
/// profile, or the trait of that name (in this order). Error R0420 names all that are nowhere.
[[nodiscard]] Result<std::vector<ResolvedColumn>> resolve_columns(warehouse::Session& session,
                                                                  const model::Sync& sync);

/// Builds the tables, writes rondo.blocked, and counts.
[[nodiscard]] Result<Candidates> find_candidates(SyncContext& context, const model::Sync& sync,
                                                 const connector::Connector& connector, Time now);

/// "audience:x" -> audiences.x
[[nodiscard]] std::string table_of(const std::string& from);

/// SQL: the value of the identifier by which suppressions are looked up, of the profile whose id
/// the expression holds. Not limited by purpose: it is asked, not sent.
[[nodiscard]] std::string identifier_of_profile(const warehouse::Dialect& dialect,
                                                const std::string& identifier,
                                                const std::string& profile_sql);

}  // namespace rondo::sync
