#include "collect/row_merge.h"

#include <algorithm>
#include <array>

#include <fmt/core.h>

#include "base/text.h"
#include "collect/file_reader.h"

namespace rondo::collect {
namespace {

using model::ColumnType;
using warehouse::Column;
using warehouse::Dialect;
using warehouse::Session;

constexpr std::string_view rows_ready = "rondo.working_ready";

std::vector<Column> own_columns() {
  return {{"_row_key", ColumnType::text},        {"_row_hash", ColumnType::text},
          {"_file", ColumnType::text},           {"_row", ColumnType::int64},
          {"_loaded_at", ColumnType::timestamp}, {"_updated_at", ColumnType::timestamp}};
}

// By name, so that another order of columns in the next export changes no row.
std::string hash_of(const Dialect& dialect, std::vector<Column> columns) {
  std::ranges::sort(columns, {}, &Column::name);
  std::vector<std::string> texts;
  for (const auto& column : columns) {
    texts.push_back("cast(" + dialect.identifier(column.name) + " as " +
                    dialect.type_name(ColumnType::text) + ")");
  }
  return dialect.fingerprint(texts);
}

Result<void> ensure_table(Session& session, const std::string& table,
                          const std::vector<Column>& wanted) {
  const auto& dialect = session.dialect();
  TRY_ASSIGN(const auto there, session.columns(table));
  if (there.empty()) {
    std::string columns;
    for (const auto& column : wanted) {
      columns += fmt::format("{}{} {}", columns.empty() ? "" : ", ",
                             dialect.identifier(column.name), dialect.type_name(column.type));
    }
    TRY(session.execute(fmt::format("create table {} ({})", dialect.table(table), columns)));
    return {};
  }
  for (const auto& column : wanted) {
    const bool known = std::ranges::any_of(
        there, [&](const Column& one) { return iequals(one.name, column.name); });
    if (known) continue;
    TRY(session.execute(fmt::format("alter table {} add column {} {}", dialect.table(table),
                                    dialect.identifier(column.name),
                                    dialect.type_name(column.type))));
  }
  return {};
}

std::string ready_select(const Dialect& dialect, const std::vector<Column>& columns,
                         const model::FileStream& stream, const model::Contract* contract) {
  const std::string hash = hash_of(dialect, columns);
  const std::string key =
      stream.key.empty() ? hash : "cast(" + dialect.identifier(stream.key) + " as varchar)";
  std::string own;
  for (const auto& column : columns) {
    const std::string name = dialect.identifier(column.name);
    const auto type = stored_type(column, contract);
    own += type == column.type ? name + ", "
                               : fmt::format("{} as {}, ", dialect.safe_cast(name, type), name);
  }
  std::string updated = "$1";
  if (!stream.updated_at.empty()) {
    updated = fmt::format(
        "coalesce({}, $1)",
        dialect.safe_cast(dialect.identifier(stream.updated_at), ColumnType::timestamp));
  }
  return fmt::format(
      "select {own}_row_key, _row_hash, _file, _row, cast($1 as timestamp) as _loaded_at, "
      "cast({updated} as "
      "timestamp) as _updated_at from (select *, {hash} as _row_hash, {key} as _row_key, "
      "row_number() over "
      "(partition by {key} order by _file desc, _row desc) as copy_number from {from}) a "
      "where copy_number = 1",
      fmt::arg("own", own), fmt::arg("updated", updated), fmt::arg("hash", hash),
      fmt::arg("key", key), fmt::arg("from", dialect.table(rows_arriving)));
}

}  // namespace

ColumnType stored_type(const Column& column, const model::Contract* contract) {
  if (contract == nullptr) return column.type;
  for (const auto& declared : contract->columns) {
    if (declared.name == column.name) return declared.type;
  }
  return column.type;
}

Result<MergeCounts> merge_rows(Session& session, const std::string& table,
                               const std::vector<Column>& columns, const model::FileStream& stream,
                               const model::Contract* contract, Time now) {
  const auto& dialect = session.dialect();
  std::vector<Column> wanted;
  for (const auto& column : columns) wanted.push_back({column.name, stored_type(column, contract)});
  for (auto& column : own_columns()) wanted.push_back(std::move(column));
  TRY(ensure_table(session, table, wanted));

  const std::string ready = dialect.table(rows_ready);
  const std::string target = dialect.table(table);
  TRY(session.execute(
      dialect.create_table_as(rows_ready, ready_select(dialect, columns, stream, contract)),
      {now}));
  MergeCounts counts;
  TRY_ASSIGN(counts.rows, session.count("select count(*) from " + ready));
  TRY(
      session.execute(fmt::format("delete from {} r where exists (select 1 from {} t where "
                                  "t._row_key = r._row_key and t._row_hash = r._row_hash)",
                                  ready, target)));
  TRY_ASSIGN(counts.replaced,
             session.execute(fmt::format(
                 "delete from {} where _row_key in (select _row_key from {})", target, ready)));
  std::vector<std::string> names;
  for (const auto& column : wanted) names.push_back(dialect.identifier(column.name));
  const std::string list = join(names, ", ");
  TRY_ASSIGN(const auto written,
             session.execute(
                 fmt::format("insert into {} ({}) select {} from {}", target, list, list, ready)));
  counts.added = written - counts.replaced;
  TRY(session.execute("drop table " + ready));
  return counts;
}

}  // namespace rondo::collect
