#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/time.h"
#include "model/contract.h"

struct ArrowArrayStream;

namespace rondo::warehouse {

using model::ColumnType;

struct Column {
  std::string name;
  ColumnType type = ColumnType::text;
  bool nullable = true;
  friend bool operator==(const Column&, const Column&) = default;
};

/// A parameter of a statement; monostate is NULL. JSON goes as text.
using Value = std::variant<std::monostate, bool, std::int64_t, double, std::string, Time>;
using Params = std::vector<Value>;

/// Rows on their way into a warehouse, columnar (Arrow inside). Move only.
class Batch {
 public:
  class Implementation;
  explicit Batch(std::unique_ptr<Implementation> implementation);
  Batch(Batch&&) noexcept;
  Batch& operator=(Batch&&) noexcept;
  ~Batch();
  [[nodiscard]] std::span<const Column> columns() const;
  [[nodiscard]] std::int64_t rows() const;
  /// Gives the rows away as an Arrow C stream that the caller releases; the batch is empty
  /// afterwards.
  void release_to(ArrowArrayStream* out);

 private:
  std::unique_ptr<Implementation> implementation_;
};

/// Fills a batch row by row: one call per column in the declared order, then the next row starts by
/// itself. A value of the wrong type or a wrong order is a broken promise.
class BatchBuilder {
 public:
  explicit BatchBuilder(std::vector<Column> columns);
  BatchBuilder(BatchBuilder&&) noexcept;
  ~BatchBuilder();
  BatchBuilder& null();
  BatchBuilder& text(std::string_view value);  ///< text and json columns
  BatchBuilder& text_or_null(std::string_view value) {
    return value.empty() ? null() : text(value);
  }
  BatchBuilder& int64(std::int64_t value);
  BatchBuilder& float64(double value);
  BatchBuilder& boolean(bool value);
  BatchBuilder& timestamp(Time value);
  [[nodiscard]] std::int64_t rows() const;  ///< complete rows so far
  Batch finish() &&;                        ///< the last row must be complete

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

/// The rows of an answer, streamed. One row is current after each `next` that said true. Read it to
/// its end or destroy it before anything else is asked of the same session.
class Rows {
 public:
  class Implementation;
  explicit Rows(std::unique_ptr<Implementation> implementation);
  Rows(Rows&&) noexcept;
  Rows& operator=(Rows&&) noexcept;
  ~Rows();

  [[nodiscard]] std::span<const Column> columns() const;
  Result<bool> next();

  [[nodiscard]] bool is_null(std::size_t column) const;
  /// The value as text whatever its type (timestamps as to_text(Time), doubles shortest round
  /// trip); "" for NULL. Views live until the next `next`.
  [[nodiscard]] std::string_view text(std::size_t column) const;
  [[nodiscard]] std::int64_t int64(std::size_t column) const;  ///< 0 for NULL; int64, boolean
  [[nodiscard]] double float64(std::size_t column) const;      ///< 0 for NULL; float64, int64
  [[nodiscard]] bool boolean(std::size_t column) const;        ///< false for NULL
  [[nodiscard]] Time timestamp(std::size_t column) const;      ///< epoch for NULL; timestamp, date
  /// The value in JSON's types: number, bool, parsed json, text; timestamps as text.
  [[nodiscard]] Json json(std::size_t column) const;

  /// The whole rest as an Arrow C stream, for other engines; this object is at its end afterwards.
  void release_to(ArrowArrayStream* out);

 private:
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace rondo::warehouse
