#include "warehouse/duckdb/duck_session.h"

#include <utility>

#include <nanoarrow/nanoarrow.hpp>

#include "base/check.h"
#include "base/text.h"
#include "warehouse/duckdb/arrow_stream.h"
#include "warehouse/duckdb/duck_rows.h"

namespace rondo::warehouse::duck {
namespace {

constexpr Capabilities duckdb_capabilities{.transactions = true,
                                           .on_conflict = true,
                                           .merge = true,
                                           .create_or_replace = true,
                                           .qualify = true,
                                           .reads_files = true,
                                           .bound_plan = true};

/// The only place that begins and ends transactions; leaving without `commit` undoes everything.
class Transaction {
 public:
  Transaction(Connection& connection, bool& flag) : connection_(connection), flag_(flag) {}
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction() {
    // A commit that failed has undone everything already, and then there is nothing to roll back.
    if (flag_) (void)connection_.command("ROLLBACK");
    flag_ = false;
  }

  Result<void> begin() {
    PROMISE(!flag_);
    TRY(connection_.command("BEGIN TRANSACTION"));
    flag_ = true;
    return {};
  }
  Result<void> commit() {
    TRY(connection_.command("COMMIT"));
    flag_ = false;
    return {};
  }

 private:
  Connection& connection_;
  bool& flag_;
};

std::pair<std::string, std::string> schema_and_name(std::string_view table) {
  const std::size_t dot = table.find('.');
  if (dot == std::string_view::npos) return {"main", std::string(table)};
  return {std::string(table.substr(0, dot)), std::string(table.substr(dot + 1))};
}

std::string create_sql(std::string_view table, std::span<const Column> columns, IngestMode mode) {
  const bool temporary = mode == IngestMode::temporary;
  PROMISE(!temporary || table.find('.') == std::string_view::npos);
  const Dialect& dialect = duckdb_dialect();
  std::vector<std::string> parts;
  for (const Column& column : columns) {
    parts.push_back(dialect.identifier(column.name) + " " + dialect.type_name(column.type) +
                    (column.nullable ? "" : " NOT NULL"));
  }
  return std::string("CREATE OR REPLACE ") + (temporary ? "TEMP TABLE " : "TABLE ") +
         dialect.table(table) + " (" + join(parts, ", ") + ")";
}

}  // namespace

const Capabilities& DuckSession::capabilities() const { return duckdb_capabilities; }

void DuckSession::cancel() { duckdb_interrupt(connection_->handle.get()); }

Result<Prepared> DuckSession::run_to_last(std::string_view sql, const Params& params) {
  Extracted statements;
  TRY_ASSIGN(const std::size_t count, split(*connection_, sql, statements));
  for (std::size_t i = 0; i + 1 < count; ++i) {
    TRY_ASSIGN(const Prepared statement, connection_->prepare(statements, i, sql));
    TRY(bind_params(statement, {}, sql));
    TRY(connection_->run(statement, sql));
  }
  TRY_ASSIGN(Prepared last, connection_->prepare(statements, count - 1, sql));
  TRY(bind_params(last, params, sql));
  return last;
}

Result<std::int64_t> DuckSession::execute(std::string_view sql, const Params& params) {
  TRY_ASSIGN(const Prepared last, run_to_last(sql, params));
  TRY_ASSIGN(ResultHandle answer, connection_->run(last, sql));
  return static_cast<std::int64_t>(duckdb_rows_changed(answer.out()));
}

Result<Rows> DuckSession::query(std::string_view sql, const Params& params) {
  TRY_ASSIGN(const Prepared last, run_to_last(sql, params));
  TRY_ASSIGN(ResultHandle answer, connection_->stream(last, sql));
  TRY_ASSIGN(auto rows, DuckRows::make(connection_, std::move(answer), std::string(sql)));
  return Rows(std::move(rows));
}

Result<void> DuckSession::transaction(const std::function<Result<void>()>& body) {
  Transaction transaction(*connection_, in_transaction_);
  TRY(transaction.begin());
  TRY(body());
  return transaction.commit();
}

Result<std::int64_t> DuckSession::append(std::string_view table, Batch batch, IngestMode mode) {
  if (mode != IngestMode::append) TRY(execute(create_sql(table, batch.columns(), mode), {}));
  nanoarrow::UniqueArrayStream stream;
  batch.release_to(stream.get());
  return append_stream(*connection_, duckdb_dialect().table(table), stream.get());
}

Result<std::int64_t> DuckSession::ingest(std::string_view table, Batch batch, IngestMode mode) {
  if (in_transaction_) return append(table, std::move(batch), mode);
  std::int64_t rows = 0;
  TRY(transaction([&]() -> Result<void> {
    TRY_ASSIGN(rows, append(table, std::move(batch), mode));
    return {};
  }));
  return rows;
}

Result<std::vector<std::string>> DuckSession::tables(std::string_view schema) {
  TRY_ASSIGN(Rows rows,
             query("SELECT schema_name || '.' || table_name AS name FROM duckdb_tables() "
                   "WHERE schema_name = $1 AND NOT internal UNION ALL "
                   "SELECT schema_name || '.' || view_name FROM duckdb_views() "
                   "WHERE schema_name = $1 AND NOT internal ORDER BY name",
                   {std::string(schema)}));
  std::vector<std::string> names;
  while (true) {
    TRY_ASSIGN(const bool found, rows.next());
    if (!found) return names;
    names.emplace_back(rows.text(0));
  }
}

Result<std::vector<Column>> DuckSession::columns(std::string_view table) {
  const auto [schema, name] = schema_and_name(table);
  std::vector<bool> nullable;
  {
    TRY_ASSIGN(Rows rows, query("SELECT is_nullable FROM duckdb_columns() WHERE schema_name = $1 "
                                "AND table_name = $2 ORDER BY column_index",
                                {schema, name}));
    while (true) {
      TRY_ASSIGN(const bool found, rows.next());
      if (!found) break;
      nullable.push_back(rows.boolean(0));
    }
  }
  if (nullable.empty()) return std::vector<Column>{};
  TRY_ASSIGN(auto columns, describe("SELECT * FROM " + dialect().table(table)));
  PROMISE(columns.size() == nullable.size());
  for (std::size_t i = 0; i < columns.size(); ++i) columns[i].nullable = nullable[i];
  return columns;
}

Result<std::vector<Column>> DuckSession::describe(std::string_view select) {
  Extracted statements;
  TRY_ASSIGN(const std::size_t count, split(*connection_, select, statements));
  if (count != 1) {
    return fail(ErrorKind::permanent, "R0201", "one SELECT was expected, not several statements");
  }
  TRY_ASSIGN(const Prepared statement, connection_->prepare(statements, 0, select));
  if (duckdb_prepared_statement_type(statement.get()) != DUCKDB_STATEMENT_TYPE_SELECT) {
    return fail(ErrorKind::permanent, "R0201", "a SELECT was expected, not a statement that acts");
  }
  return columns_of(statement);
}

}  // namespace rondo::warehouse::duck
