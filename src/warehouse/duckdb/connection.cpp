#include "warehouse/duckdb/connection.h"

#include <fmt/core.h>

#include "base/check.h"
#include "warehouse/duckdb/column_reader.h"
#include "warehouse/duckdb/duck_error.h"
#include "warehouse/duckdb/duck_rows.h"

namespace rondo::warehouse::duck {
namespace {

std::string_view said_by(const char* text) {
  return text == nullptr ? std::string_view{} : std::string_view{text};
}

struct Binder {
  duckdb_prepared_statement statement;
  idx_t index;

  duckdb_state operator()(std::monostate) const { return duckdb_bind_null(statement, index); }
  duckdb_state operator()(bool value) const { return duckdb_bind_boolean(statement, index, value); }
  duckdb_state operator()(std::int64_t value) const {
    return duckdb_bind_int64(statement, index, value);
  }
  duckdb_state operator()(double value) const {
    return duckdb_bind_double(statement, index, value);
  }
  duckdb_state operator()(const std::string& value) const {
    return duckdb_bind_varchar_length(statement, index, value.data(), value.size());
  }
  duckdb_state operator()(Time value) const {
    return duckdb_bind_timestamp(statement, index, {value.time_since_epoch().count()});
  }
};

}  // namespace

void Connection::settle() {
  if (open_rows != nullptr) open_rows->drain();
  PROMISE(open_rows == nullptr);
}

Result<Prepared> Connection::prepare(const Extracted& extracted, std::size_t index,
                                     std::string_view sql) {
  settle();
  Prepared statement;
  if (duckdb_prepare_extracted_statement(handle.get(), extracted.get(), index, statement.out()) !=
      DuckDBSuccess) {
    return fail(to_error(said_by(duckdb_prepare_error(statement.get())), sql));
  }
  return statement;
}

Result<ResultHandle> Connection::run(const Prepared& statement, std::string_view sql) {
  settle();
  ResultHandle answer;
  if (duckdb_execute_prepared(statement.get(), answer.out()) != DuckDBSuccess) {
    return fail(to_error(said_by(duckdb_result_error(answer.out())), sql));
  }
  return answer;
}

Result<ResultHandle> Connection::stream(const Prepared& statement, std::string_view sql) {
  settle();
  ResultHandle answer;
  if (duckdb_execute_prepared_streaming(statement.get(), answer.out()) != DuckDBSuccess) {
    return fail(to_error(said_by(duckdb_result_error(answer.out())), sql));
  }
  return answer;
}

Result<void> Connection::command(std::string_view sql) {
  settle();
  ResultHandle answer;
  if (duckdb_query(handle.get(), std::string(sql).c_str(), answer.out()) != DuckDBSuccess) {
    return fail(to_error(said_by(duckdb_result_error(answer.out())), sql));
  }
  return {};
}

Result<std::size_t> split(Connection& connection, std::string_view sql, Extracted& into) {
  connection.settle();
  const std::string text(sql);  // ends with a zero byte
  const idx_t count = duckdb_extract_statements(connection.handle.get(), text.c_str(), into.out());
  if (count > 0) return static_cast<std::size_t>(count);
  const char* said = into ? duckdb_extract_statements_error(into.get()) : nullptr;
  if (said != nullptr) return fail(to_error(said, sql));
  return fail(ErrorKind::permanent, "R0201", "there is no statement in the SQL");
}

Result<void> bind_params(const Prepared& statement, const Params& params, std::string_view sql) {
  const std::size_t wanted = duckdb_nparams(statement.get());
  if (wanted != params.size()) {
    return fail(ErrorKind::permanent, "R0201",
                fmt::format("the SQL has {} parameters and got {}", wanted, params.size()));
  }
  for (std::size_t i = 0; i < params.size(); ++i) {
    if (std::visit(Binder{statement.get(), i + 1}, params[i]) == DuckDBSuccess) continue;
    Error error = to_error(said_by(duckdb_prepare_error(statement.get())), sql);
    return fail(std::move(error));
  }
  return {};
}

std::vector<Column> columns_of(const Prepared& statement) {
  std::vector<Column> columns;
  const idx_t count = duckdb_prepared_statement_column_count(statement.get());
  for (idx_t i = 0; i < count; ++i) {
    const LogicalType type(duckdb_prepared_statement_column_logical_type(statement.get(), i));
    // The library answers null for a name it has not: then the column is told by its place.
    const char* name = duckdb_prepared_statement_column_name(statement.get(), i);
    columns.push_back({name == nullptr ? fmt::format("column{}", i) : std::string(name),
                       column_type_of(type.get())});
    if (name != nullptr) duckdb_free(const_cast<char*>(name));  // NOLINT: the header asks for it
  }
  return columns;
}

}  // namespace rondo::warehouse::duck
