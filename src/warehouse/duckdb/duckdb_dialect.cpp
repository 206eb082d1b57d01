#include <fmt/core.h>

#include "base/check.h"
#include "base/text.h"
#include "warehouse/dialect.h"

namespace rondo::warehouse {
namespace {

using model::ColumnType;

/// "a.b" -> /a/b, a JSON pointer (RFC 6901): in a path of the other kind, `$."a"."b"`, DuckDB takes
/// a member named * for all members even in quotes.
std::string json_pointer(std::string_view dotted) {
  std::string pointer;
  for (const std::string_view step : split(dotted, '.')) {
    pointer += '/' + replace_all(replace_all(std::string(step), "~", "~0"), "/", "~1");
  }
  return pointer;
}

class DuckdbDialect final : public Dialect {
 public:
  [[nodiscard]] std::string type_name(ColumnType type) const override {
    switch (type) {
      case ColumnType::text: return "VARCHAR";
      case ColumnType::int64: return "BIGINT";
      case ColumnType::float64: return "DOUBLE";
      case ColumnType::boolean: return "BOOLEAN";
      case ColumnType::timestamp: return "TIMESTAMP";
      case ColumnType::date: return "DATE";
      case ColumnType::json: return "JSON";
    }
    __builtin_unreachable();
  }

  [[nodiscard]] std::string json_text(std::string_view sql,
                                      std::string_view path_text) const override {
    return fmt::format("json_extract_string({}, {})", sql, literal(json_pointer(path_text)));
  }

  [[nodiscard]] std::string sha256_hex(std::string_view sql) const override {
    return fmt::format("sha256(CAST({} AS VARCHAR))", sql);
  }

  [[nodiscard]] std::string fingerprint(std::span<const std::string> sqls) const override {
    PROMISE(!sqls.empty());
    // Each value with its length before it, so that no two lists give the same text; NULL is '-'.
    std::string text;
    for (const std::string& sql : sqls) {
      if (!text.empty()) text += " || ";
      text += fmt::format(
          "coalesce(strlen(CAST({0} AS VARCHAR)) || ':' || CAST({0} AS VARCHAR), '-')", sql);
    }
    return fmt::format("md5({})", text);
  }

  [[nodiscard]] std::string bucket(std::string_view sql,
                                   std::string_view salt_text) const override {
    // 13 hex digits are 52 bits: every one of them is exact in a double.
    return fmt::format(
        "(CAST('0x' || substr(md5(CAST({} AS VARCHAR) || {}), 1, 13) AS BIGINT)"
        " / CAST(4503599627370496 AS DOUBLE))",
        sql, literal(salt_text));
  }

  [[nodiscard]] std::string safe_cast(std::string_view sql, ColumnType type) const override {
    return fmt::format("TRY_CAST({} AS {})", sql, type_name(type));
  }

  [[nodiscard]] std::string seconds_between(std::string_view from_sql,
                                            std::string_view to_sql) const override {
    return fmt::format(
        "((epoch_us(CAST({} AS TIMESTAMP)) - epoch_us(CAST({} AS TIMESTAMP))) / "
        "CAST(1000000 AS DOUBLE))",
        to_sql, from_sql);
  }

  [[nodiscard]] std::string upsert(std::string_view into, std::string_view from,
                                   std::span<const std::string> keys,
                                   std::span<const std::string> others) const override {
    PROMISE(!keys.empty());
    const std::string key_list = names(keys);
    const std::string all = others.empty() ? key_list : key_list + ", " + names(others);
    std::string action = "NOTHING";
    if (!others.empty()) {
      std::vector<std::string> sets;
      for (const std::string& name : others) {
        sets.push_back(identifier(name) + " = excluded." + identifier(name));
      }
      action = "UPDATE SET " + join(sets, ", ");
    }
    const std::string source =
        from.starts_with('(') ? std::string(from) + " AS upserted" : table(from);
    return fmt::format("INSERT INTO {} ({}) SELECT {} FROM {} ON CONFLICT ({}) DO {}", table(into),
                       all, all, source, key_list, action);
  }

  [[nodiscard]] std::string create_table_as(std::string_view table_name,
                                            std::string_view select) const override {
    return fmt::format("CREATE OR REPLACE TABLE {} AS {}", table(table_name), select);
  }

 private:
  [[nodiscard]] std::string names(std::span<const std::string> all) const {
    std::vector<std::string> quoted;
    for (const std::string& name : all) quoted.push_back(identifier(name));
    return join(quoted, ", ");
  }
};

}  // namespace

const Dialect& duckdb_dialect() {
  static const DuckdbDialect dialect;
  return dialect;
}

}  // namespace rondo::warehouse
