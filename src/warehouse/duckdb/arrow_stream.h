#pragma once

#include <memory>

#include "base/result.h"
#include "warehouse/duckdb/connection.h"

struct ArrowArrayStream;

namespace rondo::warehouse::duck {

class DuckRows;

/// The rest of `rows` as an Arrow C stream; errors come by the stream's own means.
void make_arrow_stream(std::unique_ptr<DuckRows> rows, ArrowArrayStream* out);

/// Appends the rows of `stream` to a table that exists, matching columns by name, and releases it.
/// Columns of the table that the stream has not get their default. Rows appended.
/// Needs an open transaction: a failure in the middle leaves it to be rolled back.
[[nodiscard]] Result<std::int64_t> append_stream(Connection& connection,
                                                 const std::string& quoted_table,
                                                 ArrowArrayStream* stream);

}  // namespace rondo::warehouse::duck
