#include "warehouse/new_rows.h"

#include <chrono>

#include "warehouse/system_tables.h"

namespace rondo::warehouse {
namespace {

std::string value_sql(const Dialect& dialect, std::int64_t position, GrowsBy grows) {
  if (grows == GrowsBy::number) return std::to_string(position);
  return "timestamp " + dialect.literal(to_text(Time{std::chrono::microseconds{position}}));
}

std::string rows_reader(std::string_view reader) { return std::string(reader) + "#rows"; }

}  // namespace

Result<NewRows> new_rows(Session& session, std::string_view reader, std::string_view table,
                         std::string_view column, GrowsBy grows) {
  const auto& dialect = session.dialect();
  NewRows fresh{.condition = "false", .reader = std::string(reader)};
  TRY_ASSIGN(fresh.position, load_position(session, reader));
  TRY_ASSIGN(fresh.rows, load_position(session, rows_reader(reader)));
  TRY_ASSIGN(const auto found, session.columns(table));
  if (found.empty()) return fresh;

  const std::string by = dialect.identifier(column);
  const std::string since = by + " > " + value_sql(dialect, fresh.position, grows);
  std::int64_t rows = 0;
  std::int64_t behind = 0;
  std::int64_t last = 0;
  {
    TRY_ASSIGN(auto answer,
               session.query("select count(*), count(case when not (" + since +
                             ") then 1 end), max(" + by + ") from " + dialect.table(table)));
    TRY_ASSIGN(const bool any, answer.next());
    if (!any) return fresh;
    rows = answer.int64(0);
    behind = answer.int64(1);
    last =
        grows == GrowsBy::number ? answer.int64(2) : answer.timestamp(2).time_since_epoch().count();
  }
  fresh.from_start = behind != fresh.rows;
  if (rows == fresh.rows && !fresh.from_start) return fresh;
  fresh.rows = rows;
  if (rows == 0) {
    fresh.position = 0;
    return fresh;
  }
  fresh.position = last;
  const std::string until = by + " <= " + value_sql(dialect, last, grows);
  fresh.condition = fresh.from_start ? until : since + " and " + until;
  return fresh;
}

Result<void> remember(Session& session, const NewRows& seen) {
  TRY(set_load_position(session, seen.reader, seen.position));
  return set_load_position(session, rows_reader(seen.reader), seen.rows);
}

}  // namespace rondo::warehouse
