#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/time.h"
#include "model/contract.h"
#include "warehouse/duckdb/handles.h"

namespace rondo::warehouse::duck {

/// Our type for a DuckDB type: every whole number is int64, DECIMAL is float64, lists, structs and
/// maps are json, and what has no better place is text.
[[nodiscard]] model::ColumnType column_type_of(duckdb_logical_type type);

/// Reads the values of one column, whatever its DuckDB type, out of one vector after the other.
class ColumnReader {
 public:
  /// Error R0206 for a type that has no reading (BIT, BIGNUM, GEOMETRY …): a cast to text helps.
  static Result<ColumnReader> make(duckdb_logical_type type, std::string_view column_name);

  /// Reads from `vector` now; it must outlive the readings. Error R0202 if one of its first `rows`
  /// whole numbers needs more than 64 bits.
  Result<void> attach(duckdb_vector vector, std::size_t rows);

  [[nodiscard]] model::ColumnType type() const { return type_; }
  [[nodiscard]] bool is_null(std::size_t row) const;
  // As `Rows` promises; views live until the next call of `text` or `attach`.
  [[nodiscard]] std::string_view text(std::size_t row) const;
  [[nodiscard]] std::int64_t int64(std::size_t row) const;
  [[nodiscard]] double float64(std::size_t row) const;
  [[nodiscard]] Time timestamp(std::size_t row) const;
  [[nodiscard]] Json json(std::size_t row) const;

 private:
  ColumnReader() = default;
  Result<void> describe(duckdb_logical_type type, std::string_view column_name);
  Result<void> add_child(LogicalType type, std::string_view column_name);
  Result<void> check_range(std::size_t rows) const;
  [[nodiscard]] std::string made_text(std::size_t row) const;
  [[nodiscard]] Json list(std::size_t offset, std::size_t length) const;
  [[nodiscard]] Json map(std::size_t offset, std::size_t length) const;
  [[nodiscard]] Json structure(std::size_t row) const;
  template <class T>
  [[nodiscard]] const T& at(std::size_t row) const {
    return static_cast<const T*>(data_)[row];
  }

  std::string name_;
  model::ColumnType type_ = model::ColumnType::text;
  duckdb_type stored_ = DUCKDB_TYPE_INVALID;    ///< what the bytes are
  duckdb_type declared_ = DUCKDB_TYPE_INVALID;  ///< DECIMAL and ENUM are stored as something else
  int scale_ = 0;
  std::size_t array_size_ = 0;
  std::vector<std::string> names_;  ///< of an enum's values or a struct's fields
  std::vector<ColumnReader> children_;
  void* data_ = nullptr;
  std::uint64_t* validity_ = nullptr;
  mutable std::string scratch_;
};

}  // namespace rondo::warehouse::duck
