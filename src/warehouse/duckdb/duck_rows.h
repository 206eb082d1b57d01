#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "warehouse/duckdb/column_reader.h"
#include "warehouse/duckdb/connection.h"
#include "warehouse/rows_implementation.h"

namespace rondo::warehouse::duck {

/// An answer of DuckDB, chunk by chunk as the engine makes them.
class DuckRows final : public Rows::Implementation {
 public:
  /// Registers itself as the open answer of the connection; nothing else may be open.
  static Result<std::unique_ptr<Rows::Implementation>> make(std::shared_ptr<Connection> connection,
                                                            ResultHandle answer, std::string sql);
  ~DuckRows() override;

  [[nodiscard]] std::span<const Column> columns() const override { return columns_; }
  Result<bool> next() override;
  [[nodiscard]] bool is_null(std::size_t column) const override;
  [[nodiscard]] std::string_view text(std::size_t column) const override;
  [[nodiscard]] std::int64_t int64(std::size_t column) const override;
  [[nodiscard]] double float64(std::size_t column) const override;
  [[nodiscard]] Time timestamp(std::size_t column) const override;
  void release_to(std::unique_ptr<Rows::Implementation> self, ArrowArrayStream* out) override;

  /// Reads the rest into memory; an error on the way is told by the `next_chunk` that meets it.
  void drain();

  // For readers of whole chunks instead of rows.
  /// The next chunk, from memory or from the engine; an empty handle at the end.
  Result<Chunk> next_chunk();
  /// Takes the chunk under way; its rows from `first_left` on were not read yet.
  Chunk take_current(std::size_t& first_left);
  [[nodiscard]] duckdb_result* answer() { return answer_.out(); }

 private:
  DuckRows(std::shared_ptr<Connection> connection, ResultHandle answer, std::string sql);
  Result<Chunk> fetch();
  void leave();
  [[nodiscard]] const ColumnReader& reader(std::size_t column) const;

  std::shared_ptr<Connection> connection_;
  ResultHandle answer_;
  std::string sql_;
  std::vector<Column> columns_;
  std::vector<ColumnReader> readers_;
  std::deque<Chunk> kept_;
  std::optional<Error> failure_;  ///< met while draining, told after the kept chunks
  bool streaming_ = true;         ///< the engine still has chunks for us
  Chunk chunk_;
  std::size_t rows_ = 0;  ///< of the current chunk
  std::size_t row_ = 0;   ///< the current one
  bool before_first_ = true;
};

}  // namespace rondo::warehouse::duck
