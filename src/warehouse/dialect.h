#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "model/contract.h"

namespace rondo::warehouse {

/// What a warehouse can do; code asks for these, never for a product's name.
struct Capabilities {
  bool transactions = false;       ///< DDL included
  bool on_conflict = false;        ///< INSERT … ON CONFLICT DO UPDATE
  bool merge = false;              ///< MERGE INTO
  bool create_or_replace = false;  ///< CREATE OR REPLACE TABLE
  bool qualify = false;
  bool reads_files = false;  ///< CSV, JSON lines and Parquet by SQL
  bool bound_plan = false;   ///< can bind a statement without running it, and say its columns
};

/// The places where SQL differs from engine to engine. All functions answer SQL text; arguments
/// named `sql` are expressions, `name` are identifiers (quoted here), `text` are literals (quoted
/// here).
class Dialect {
 public:
  virtual ~Dialect() = default;
  [[nodiscard]] virtual std::string identifier(
      std::string_view name) const;  ///< "na""me"; dots are part of it
  [[nodiscard]] virtual std::string literal(std::string_view text) const;  ///< 'it''s'
  /// `raw.events` -> "raw"."events"
  [[nodiscard]] std::string table(std::string_view schema_dot_name) const;
  [[nodiscard]] virtual std::string type_name(model::ColumnType type) const = 0;
  /// The member that `path_text` leads to through objects ("a.b": b of a), as text; NULL where the
  /// way ends and for a null. `sql` is of type json.
  [[nodiscard]] virtual std::string json_text(std::string_view sql,
                                              std::string_view path_text) const = 0;
  [[nodiscard]] virtual std::string sha256_hex(std::string_view sql) const = 0;
  /// 128 bits as 32 hex digits over all expressions; NULL and '' differ, and so do ('a','b') and
  /// ('ab','').
  [[nodiscard]] virtual std::string fingerprint(std::span<const std::string> sqls) const = 0;
  /// A number in [0, 1), stable over engines: the first 13 hex digits of md5(sql || salt) over
  /// 16^13.
  [[nodiscard]] virtual std::string bucket(std::string_view sql,
                                           std::string_view salt_text) const = 0;
  [[nodiscard]] virtual std::string safe_cast(std::string_view sql,
                                              model::ColumnType type) const = 0;
  /// Seconds from the first timestamp to the second, a double.
  [[nodiscard]] virtual std::string seconds_between(std::string_view from_sql,
                                                    std::string_view to_sql) const = 0;
  /// INSERT of all rows of `from`, a table's name or a SELECT in parentheses, by the columns'
  /// names; on a clash of `keys` the `others` are replaced, or the old row stays if there are none.
  /// `from` holds each key once: of two rows DuckDB silently keeps one, others fail.
  [[nodiscard]] virtual std::string upsert(std::string_view into, std::string_view from,
                                           std::span<const std::string> keys,
                                           std::span<const std::string> others) const = 0;
  [[nodiscard]] virtual std::string create_table_as(std::string_view table_name,
                                                    std::string_view select) const = 0;
};

[[nodiscard]] const Dialect& duckdb_dialect();

}  // namespace rondo::warehouse
