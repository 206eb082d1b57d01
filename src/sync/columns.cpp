#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "sync/candidates.h"

namespace rondo::sync {
namespace {

using warehouse::Column;

const Column* find_column(const std::vector<Column>& columns, std::string_view name) {
  const auto found =
      std::ranges::find_if(columns, [&](const Column& one) { return iequals(one.name, name); });
  return found == columns.end() ? nullptr : &*found;
}

/// The tables a column may come from, looked up once.
struct Tables {
  std::vector<Column> rows;
  std::vector<Column> profile;
  std::map<std::string, std::vector<Column>> traits;
};

Result<Tables> read_tables(warehouse::Session& session, const model::Sync& sync) {
  Tables tables;
  TRY_ASSIGN(tables.rows, session.columns(table_of(sync.from)));
  TRY_ASSIGN(tables.profile, session.columns("rondo.profiles"));
  TRY_ASSIGN(const std::vector<std::string> names, session.tables("traits"));
  for (const std::string& name : names) {
    TRY_ASSIGN(std::vector<Column> columns, session.columns(name));
    const auto dot = name.find('.');
    if (find_column(columns, "profile_id") == nullptr) continue;
    tables.traits.emplace(name.substr(dot + 1), std::move(columns));
  }
  return tables;
}

std::optional<ResolvedColumn> resolve(const Tables& tables, const std::string& name) {
  using Place = ResolvedColumn::Place;
  const auto dot = name.find('.');
  if (dot != std::string::npos) {
    const auto trait = tables.traits.find(name.substr(0, dot));
    if (trait == tables.traits.end()) return std::nullopt;
    const Column* column = find_column(trait->second, name.substr(dot + 1));
    if (column == nullptr) return std::nullopt;
    return ResolvedColumn{name, Place::trait, trait->first, column->name, column->type};
  }
  if (const Column* column = find_column(tables.rows, name)) {
    return ResolvedColumn{name, Place::rows, "", column->name, column->type};
  }
  if (const Column* column = find_column(tables.profile, name)) {
    return ResolvedColumn{name, Place::profile, "", column->name, column->type};
  }
  const auto trait_of_name = tables.traits.find(name);
  if (trait_of_name == tables.traits.end()) return std::nullopt;
  const Column* column = find_column(trait_of_name->second, name);
  if (column == nullptr) return std::nullopt;
  return ResolvedColumn{name, Place::trait, name, column->name, column->type};
}

}  // namespace

std::string table_of(const std::string& from) {
  const auto colon = from.find(':');
  const std::string kind = from.substr(0, colon);
  const std::string name = colon == std::string::npos ? from : from.substr(colon + 1);
  if (kind == "audience") return "audiences." + name;
  return (kind == "trait" ? "traits." : "models.") + name;
}

Result<std::vector<ResolvedColumn>> resolve_columns(warehouse::Session& session,
                                                    const model::Sync& sync) {
  TRY_ASSIGN(const Tables tables, read_tables(session, sync));
  if (tables.rows.empty()) {
    return fail(ErrorKind::permanent, "R0420",
                fmt::format("{} has no table yet; build it first", sync.from));
  }
  std::vector<std::string> missing;
  if (find_column(tables.rows, "profile_id") == nullptr) missing.emplace_back("profile_id");
  std::vector<ResolvedColumn> resolved;
  const auto want = [&](const std::string& name) {
    auto found = resolve(tables, name);
    if (!found) missing.push_back(name);
    if (found) resolved.push_back(std::move(*found));
  };
  want(sync.match_column);
  for (const model::FieldMapping& mapping : sync.map) want(mapping.column);
  if (missing.empty()) return resolved;
  std::vector<std::string> known;
  for (const Column& column : tables.rows) known.push_back(column.name);
  for (const Column& column : tables.profile) known.push_back(column.name);
  const auto near = nearest(missing.front(), known);
  return fail(ErrorKind::permanent, "R0420",
              fmt::format("sync {} names what neither {} nor the profile nor a trait has: {}",
                          sync.name, sync.from, join(missing, ", ")),
              near ? fmt::format("did you mean `{}`?", *near) : "");
}

}  // namespace rondo::sync
