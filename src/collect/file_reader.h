#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "collect/file_paths.h"
#include "collect/quarantine.h"
#include "warehouse/warehouse.h"

namespace rondo::collect {

/// Where rows of a file source stand until they are merged: the file's columns, then _file text,
/// _row bigint.
constexpr std::string_view rows_arriving = "rondo.working_rows";

/// What a file brought besides its rows.
struct FileContent {
  std::vector<warehouse::Column> columns;  ///< of its own, in its order
  std::vector<Quarantined> malformed;  ///< lines that are no rows; source and stream are not set
};

/// Reads one file into `into` (made anew) by the warehouse's own reader. CSV and JSON lines give
/// text columns (objects and arrays as JSON text), Parquet its own types. `_row` counts the rows of
/// the file from 1; lines of JSON lines files. Errors: R0334 the warehouse cannot, R0335, or what
/// the warehouse says of an unreadable file.
[[nodiscard]] Result<FileContent> read_file_into(warehouse::Session& session, world::Disk& disk,
                                                 const SourceFile& file, FileFormat format,
                                                 std::string_view into);

}  // namespace rondo::collect
