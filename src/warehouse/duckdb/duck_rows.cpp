#include "warehouse/duckdb/duck_rows.h"

#include "base/check.h"
#include "warehouse/duckdb/arrow_stream.h"
#include "warehouse/duckdb/duck_error.h"

namespace rondo::warehouse::duck {

DuckRows::DuckRows(std::shared_ptr<Connection> connection, ResultHandle answer, std::string sql)
    : connection_(std::move(connection)), answer_(std::move(answer)), sql_(std::move(sql)) {
  PROMISE(connection_->open_rows == nullptr);
  connection_->open_rows = this;
}

DuckRows::~DuckRows() {
  chunk_.reset();
  kept_.clear();
  answer_.reset();
  const bool unread = streaming_;
  leave();
  // An unread stream keeps its transaction, and with it an old snapshot, until the next statement.
  if (unread) (void)connection_->command("SELECT 1");
}

Result<std::unique_ptr<Rows::Implementation>> DuckRows::make(std::shared_ptr<Connection> connection,
                                                             ResultHandle answer, std::string sql) {
  std::unique_ptr<DuckRows> rows(
      new DuckRows(std::move(connection), std::move(answer), std::move(sql)));
  const idx_t count = duckdb_column_count(rows->answer());
  for (idx_t i = 0; i < count; ++i) {
    const std::string name = duckdb_column_name(rows->answer(), i);
    const LogicalType type(duckdb_column_logical_type(rows->answer(), i));
    TRY_ASSIGN(ColumnReader column, ColumnReader::make(type.get(), name));
    rows->columns_.push_back({name, column.type()});
    rows->readers_.push_back(std::move(column));
  }
  return std::unique_ptr<Rows::Implementation>(std::move(rows));
}

void DuckRows::leave() {
  streaming_ = false;
  if (connection_->open_rows == this) connection_->open_rows = nullptr;
}

Result<Chunk> DuckRows::fetch() {
  Chunk chunk(duckdb_fetch_chunk(answer_.get()));
  if (chunk && duckdb_data_chunk_get_size(chunk.get()) > 0) return chunk;
  leave();
  const char* said = duckdb_result_error(answer_.out());
  if (said != nullptr && *said != '\0') return fail(to_error(said, sql_));
  return Chunk();
}

void DuckRows::drain() {
  while (streaming_) {
    auto chunk = fetch();
    if (!chunk) {
      failure_ = std::move(chunk).error();
    } else if (*chunk) {
      kept_.push_back(*std::move(chunk));
    }
  }
}

Result<Chunk> DuckRows::next_chunk() {
  if (!kept_.empty()) {
    Chunk chunk = std::move(kept_.front());
    kept_.pop_front();
    return chunk;
  }
  if (failure_) return fail(*failure_);
  if (!streaming_) return Chunk();
  auto chunk = fetch();
  if (!chunk) failure_ = chunk.error();
  return chunk;
}

Chunk DuckRows::take_current(std::size_t& first_left) {
  first_left = before_first_ ? row_ : row_ + 1;
  if (first_left >= rows_) return {};
  rows_ = 0;
  return std::move(chunk_);
}

Result<bool> DuckRows::next() {
  if (chunk_ && ++row_ < rows_) return true;
  TRY_ASSIGN(chunk_, next_chunk());
  row_ = 0;
  rows_ = chunk_ ? duckdb_data_chunk_get_size(chunk_.get()) : 0;
  before_first_ = false;
  for (std::size_t i = 0; chunk_ && i < readers_.size(); ++i) {
    TRY(readers_[i].attach(duckdb_data_chunk_get_vector(chunk_.get(), i), rows_));
  }
  return rows_ > 0;
}

const ColumnReader& DuckRows::reader(std::size_t column) const {
  PROMISE(row_ < rows_ && column < readers_.size());
  return readers_[column];
}

bool DuckRows::is_null(std::size_t column) const { return reader(column).is_null(row_); }
std::string_view DuckRows::text(std::size_t column) const { return reader(column).text(row_); }
std::int64_t DuckRows::int64(std::size_t column) const { return reader(column).int64(row_); }
double DuckRows::float64(std::size_t column) const { return reader(column).float64(row_); }
Time DuckRows::timestamp(std::size_t column) const { return reader(column).timestamp(row_); }

void DuckRows::release_to(std::unique_ptr<Rows::Implementation> self, ArrowArrayStream* out) {
  PROMISE(self.get() == this);
  (void)self.release();
  make_arrow_stream(std::unique_ptr<DuckRows>(this), out);
}

}  // namespace rondo::warehouse::duck
