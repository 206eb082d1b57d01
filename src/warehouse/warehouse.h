#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "warehouse/batch.h"
#include "warehouse/dialect.h"

namespace rondo::warehouse {

enum class IngestMode {
  append,
  replace,    ///< the table is made anew with the batch's columns
  temporary,  ///< the same, but it is this session's own and ends with it; a bare name. For rows on
              ///< their way into another table: nothing of it is written to the disk
};

/// One connection. Blocking, for one thread at a time; sessions of one warehouse may work side by
/// side.
///
/// Errors: R0201 SQL that does not parse or bind (permanent; `where` holds line and column inside
/// the statement), R0202 a constraint or a cast failed (rejected), R0203 conflict with another
/// writer (transient), R0204 cancelled (transient), R0205 out of memory or disk (transient), R0206
/// anything else (permanent).
class Session {
 public:
  virtual ~Session() = default;

  /// Runs one or more statements separated by ';' (parameters only with one). Rows changed by the
  /// last.
  virtual Result<std::int64_t> execute(std::string_view sql, const Params& params = {}) = 0;
  virtual Result<Rows> query(std::string_view sql, const Params& params = {}) = 0;
  /// Appends or replaces; all rows or none. `table` is "schema.name". Columns are matched by name.
  virtual Result<std::int64_t> ingest(std::string_view table, Batch batch, IngestMode mode) = 0;

  /// Everything `body` does on this session happens or nothing: its error rolls back and is
  /// returned. Not nested.
  virtual Result<void> transaction(const std::function<Result<void>()>& body) = 0;

  /// "schema.name" of tables and views, sorted.
  virtual Result<std::vector<std::string>> tables(std::string_view schema) = 0;
  /// Empty if there is no such table.
  virtual Result<std::vector<Column>> columns(std::string_view table) = 0;
  /// The columns a query would answer, by binding it; nothing is run. R0201 for anything but one
  /// SELECT (FROM, VALUES, DESCRIBE, SHOW and SUMMARIZE are SELECTs too).
  virtual Result<std::vector<Column>> describe(std::string_view select) = 0;

  /// From any thread: what runs on this session ends soon with R0204.
  virtual void cancel() = 0;

  [[nodiscard]] virtual const Dialect& dialect() const = 0;
  [[nodiscard]] virtual const Capabilities& capabilities() const = 0;

  // Shorthands on top of query.
  /// The first column of the first row as text, "" if there is none.
  Result<std::string> text(std::string_view sql, const Params& params = {});
  Result<std::int64_t> count(std::string_view sql, const Params& params = {});
};

class Warehouse {
 public:
  virtual ~Warehouse() = default;
  virtual Result<std::unique_ptr<Session>> connect() = 0;
  [[nodiscard]] virtual std::string description() const = 0;  ///< "DuckDB 1.5.5, warehouse.duckdb"
};

/// How a DuckDB warehouse is opened; all of it holds for every session of the warehouse.
struct DuckdbOptions {
  int threads = 2;                    ///< at least 1
  std::int64_t memory_bytes_max = 0;  ///< of its buffer pool; 0 is DuckDB's own choice
  /// Off: SQL can neither read nor write files or addresses (read_csv, COPY, ATTACH), and nothing
  /// can turn it on again. For warehouses that run SQL of people who must not see this machine;
  /// file sources cannot be loaded there.
  bool reads_files = true;
};

/// Opens (and makes) a DuckDB file, or one in memory for an empty path. This process is then its
/// only owner: error R0207 names the process that holds it. Checks that the library is the pinned
/// version (R0208).
[[nodiscard]] Result<std::unique_ptr<Warehouse>> open_duckdb(const std::string& path,
                                                             const DuckdbOptions& options = {});

}  // namespace rondo::warehouse
