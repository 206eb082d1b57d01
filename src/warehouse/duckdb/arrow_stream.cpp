#include "warehouse/duckdb/arrow_stream.h"

#include <algorithm>
#include <cerrno>

#include <fmt/core.h>
#include <nanoarrow/nanoarrow.hpp>

#include "warehouse/dialect.h"
#include "warehouse/duckdb/duck_error.h"
#include "warehouse/duckdb/duck_rows.h"

namespace rondo::warehouse::duck {
namespace {

struct Stream {
  std::unique_ptr<DuckRows> rows;
  std::string last_error{};

  int told(std::string message) {
    last_error = std::move(message);
    return EIO;
  }
  int told(const ErrorData& error) { return told(duckdb_error_data_message(error.get())); }
};

Stream& stream_of(ArrowArrayStream* self) { return *static_cast<Stream*>(self->private_data); }

int get_schema(ArrowArrayStream* self, ArrowSchema* out) {
  Stream& stream = stream_of(self);
  duckdb_result* answer = stream.rows->answer();
  std::vector<LogicalType> types;
  std::vector<duckdb_logical_type> handles;
  std::vector<const char*> names;
  for (idx_t i = 0; i < duckdb_column_count(answer); ++i) {
    types.emplace_back(duckdb_column_logical_type(answer, i));
    handles.push_back(types.back().get());
    names.push_back(duckdb_column_name(answer, i));
  }
  const ArrowOptions options(duckdb_result_get_arrow_options(answer));
  const ErrorData error(
      duckdb_to_arrow_schema(options.get(), handles.data(), names.data(), names.size(), out));
  return error ? stream.told(error) : 0;
}

int get_next(ArrowArrayStream* self, ArrowArray* out) {
  Stream& stream = stream_of(self);
  std::size_t first_left = 0;
  Chunk chunk = stream.rows->take_current(first_left);
  if (!chunk) {
    first_left = 0;
    auto next = stream.rows->next_chunk();
    if (!next) return stream.told(next.error().text());
    chunk = *std::move(next);
  }
  out->release = nullptr;
  if (!chunk) return 0;  // a released array says: the end
  const ArrowOptions options(duckdb_result_get_arrow_options(stream.rows->answer()));
  const ErrorData error(duckdb_data_chunk_to_arrow(options.get(), chunk.get(), out));
  if (error) return stream.told(error);
  out->offset += static_cast<std::int64_t>(first_left);
  out->length -= static_cast<std::int64_t>(first_left);
  return 0;
}

const char* get_last_error(ArrowArrayStream* self) { return stream_of(self).last_error.c_str(); }

void release(ArrowArrayStream* self) {
  delete static_cast<Stream*>(self->private_data);
  self->release = nullptr;
}

}  // namespace

void make_arrow_stream(std::unique_ptr<DuckRows> rows, ArrowArrayStream* out) {
  out->get_schema = get_schema;
  out->get_next = get_next;
  out->get_last_error = get_last_error;
  out->release = release;
  out->private_data = new Stream{std::move(rows)};  // freed by `release`
}

namespace {

Error wrong_stream(std::string_view reason) {
  return {ErrorKind::permanent, "R0206", fmt::format("cannot read Arrow rows: {}", reason)};
}

Result<void> check(duckdb_state state, Appender& appender) {
  if (state == DuckDBSuccess) return {};
  const ErrorData error(duckdb_appender_error_data(appender.get()));
  return fail(to_error(duckdb_error_data_message(error.get()), ""));
}

Result<void> check(const ErrorData& error) {
  if (!error) return {};
  return fail(wrong_stream(duckdb_error_data_message(error.get())));
}

Result<Appender> appender_for(Connection& connection, const std::string& quoted_table,
                              const ArrowSchema& schema, const Chunk& sample) {
  std::vector<LogicalType> types;
  std::vector<duckdb_logical_type> handles;
  std::vector<const char*> names;
  std::string list;
  for (std::int64_t i = 0; i < schema.n_children; ++i) {
    names.push_back(schema.children[i]->name);
    types.emplace_back(duckdb_vector_get_column_type(
        duckdb_data_chunk_get_vector(sample.get(), static_cast<idx_t>(i))));
    handles.push_back(types.back().get());
    list += (list.empty() ? "" : ", ") + duckdb_dialect().identifier(names.back());
  }
  const std::string sql = fmt::format("INSERT INTO {} ({}) SELECT {} FROM rondo_appended_rows",
                                      quoted_table, list, list);
  Appender appender;
  const auto state = duckdb_appender_create_query(
      connection.handle.get(), sql.c_str(), handles.size(), handles.data(), "rondo_appended_rows",
      names.data(), appender.out());
  TRY(check(state, appender));
  return appender;
}

/// A window on the rows of an array that stays alive and keeps the ownership.
///
/// The offset goes to the columns: `duckdb_data_chunk_from_arrow` (1.5.5) silently ignores that of
/// the struct around them and would read the same first rows again and again.
class Window {
 public:
  Window(const ArrowArray& all, std::int64_t first, std::int64_t length) : window_(all) {
    for (std::int64_t i = 0; i < all.n_children; ++i) columns_.push_back(*all.children[i]);
    for (ArrowArray& column : columns_) {
      column.offset += all.offset + first;
      column.length = length;
      column.null_count = -1;  // unknown for a part
      pointers_.push_back(&column);
    }
    window_.offset = 0;
    window_.length = length;
    window_.children = pointers_.data();
    // Whoever takes the ownership gets nothing to free.
    window_.release = [](ArrowArray* self) { self->release = nullptr; };
  }
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;
  ArrowArray* array() { return &window_; }

 private:
  ArrowArray window_;
  std::vector<ArrowArray> columns_;
  std::vector<ArrowArray*> pointers_;
};

Result<Chunk> to_chunk(Connection& connection, const ConvertedSchema& schema, Window& window) {
  Chunk chunk;
  TRY(check(ErrorData(duckdb_data_chunk_from_arrow(connection.handle.get(), window.array(),
                                                   schema.get(), chunk.out()))));
  return chunk;
}

/// The next array; a released one at the end.
Result<nanoarrow::UniqueArray> next_array(ArrowArrayStream* stream) {
  nanoarrow::UniqueArray array;
  if (stream->get_next(stream, array.get()) == 0) return array;
  const char* reason = stream->get_last_error(stream);
  return fail(wrong_stream(reason == nullptr ? "no reason given" : reason));
}

}  // namespace

Result<std::int64_t> append_stream(Connection& connection, const std::string& quoted_table,
                                   ArrowArrayStream* stream) {
  connection.settle();
  nanoarrow::UniqueArrayStream owned(stream);
  nanoarrow::UniqueSchema schema;
  if (owned->get_schema(owned.get(), schema.get()) != 0) return fail(wrong_stream("no schema"));
  ConvertedSchema converted;
  TRY(check(
      ErrorData(duckdb_schema_from_arrow(connection.handle.get(), schema.get(), converted.out()))));

  const auto vector_rows = static_cast<std::int64_t>(duckdb_vector_size());
  std::int64_t appended = 0;
  Appender appender;
  while (true) {
    TRY_ASSIGN(const nanoarrow::UniqueArray array, next_array(owned.get()));
    if (array->release == nullptr) break;
    for (std::int64_t first = 0; first < array->length; first += vector_rows) {
      Window window(*array.get(), first, std::min(array->length - first, vector_rows));
      TRY_ASSIGN(const Chunk chunk, to_chunk(connection, converted, window));
      if (!appender) {
        TRY_ASSIGN(appender, appender_for(connection, quoted_table, *schema.get(), chunk));
      }
      TRY(check(duckdb_append_data_chunk(appender.get(), chunk.get()), appender));
    }
    appended += array->length;
  }
  if (appender) TRY(check(duckdb_appender_close(appender.get()), appender));
  return appended;
}

}  // namespace rondo::warehouse::duck
