#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "warehouse/batch.h"
#include "warehouse/duckdb/handles.h"

namespace rondo::warehouse::duck {

class DuckRows;

/// One connection and the database that it must not outlive; shared by a session and its answers.
///
/// DuckDB knows one open stream for each connection and drops it silently when anything else runs.
/// So `settle` comes first in whatever uses the connection: an answer that is still being read is
/// then read to its end into memory, and goes on from there.
struct Connection {
  std::shared_ptr<Database> database;
  ConnectionHandle handle;
  DuckRows* open_rows = nullptr;

  void settle();
  /// A statement of `extracted`, ready to run. `sql` is the whole text, for errors.
  Result<Prepared> prepare(const Extracted& extracted, std::size_t index, std::string_view sql);
  Result<ResultHandle> run(const Prepared& statement, std::string_view sql);
  Result<ResultHandle> stream(const Prepared& statement, std::string_view sql);
  /// Statements of ours that have no answer: BEGIN, COMMIT, SET.
  Result<void> command(std::string_view sql);
};

/// How many statements `sql` holds; an error for text that does not parse or holds none.
[[nodiscard]] Result<std::size_t> split(Connection& connection, std::string_view sql,
                                        Extracted& into);

[[nodiscard]] Result<void> bind_params(const Prepared& statement, const std::vector<Value>& params,
                                       std::string_view sql);

/// Takes the columns that a statement will answer.
[[nodiscard]] std::vector<Column> columns_of(const Prepared& statement);

}  // namespace rondo::warehouse::duck
