#pragma once

#include <string>
#include <utility>

#include <duckdb.h>

namespace rondo::warehouse::duck {

/// Owns one handle of the C API and ends it with `Destroy`.
template <class Handle, auto Destroy>
class Owned {
 public:
  Owned() = default;
  explicit Owned(Handle handle) : handle_(handle) {}
  Owned(Owned&& other) noexcept : handle_(std::exchange(other.handle_, Handle{})) {}
  Owned& operator=(Owned&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;
  ~Owned() { reset(); }

  void reset() {
    Destroy(&handle_);
    handle_ = Handle{};
  }
  [[nodiscard]] Handle get() const { return handle_; }
  Handle* out() { return &handle_; }
  explicit operator bool() const { return handle_ != nullptr; }

 private:
  Handle handle_{};
};

using Database = Owned<duckdb_database, duckdb_close>;
using ConnectionHandle = Owned<duckdb_connection, duckdb_disconnect>;
using Config = Owned<duckdb_config, duckdb_destroy_config>;
using Prepared = Owned<duckdb_prepared_statement, duckdb_destroy_prepare>;
using Extracted = Owned<duckdb_extracted_statements, duckdb_destroy_extracted>;
using ResultHandle = Owned<duckdb_result, duckdb_destroy_result>;
using Chunk = Owned<duckdb_data_chunk, duckdb_destroy_data_chunk>;
using LogicalType = Owned<duckdb_logical_type, duckdb_destroy_logical_type>;
using ErrorData = Owned<duckdb_error_data, duckdb_destroy_error_data>;
using Appender = Owned<duckdb_appender, duckdb_appender_destroy>;
using ArrowOptions = Owned<duckdb_arrow_options, duckdb_destroy_arrow_options>;
using ConvertedSchema = Owned<duckdb_arrow_converted_schema, duckdb_destroy_arrow_converted_schema>;

/// A text that the library allocated, taken and freed.
inline std::string take_text(char* text) {
  std::string copy = text == nullptr ? "" : text;
  duckdb_free(text);
  return copy;
}

}  // namespace rondo::warehouse::duck
