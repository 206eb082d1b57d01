#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/source.h"
#include "world/disk.h"

namespace rondo::collect {

enum class FileFormat { csv, jsonl, parquet };

/// By `format`, or by the path's ending (csv, tsv, txt; jsonl, ndjson, json; parquet). Error R0331.
[[nodiscard]] Result<FileFormat> format_of(const model::FileStream& stream);

struct SourceFile {
  std::string path;  ///< to open it
  std::string name;  ///< relative to the project, as rows name it in _file
};
/// The files of a stream by name; `*` and `?` match in the last part of the path. Error R0330 if
/// there is none.
[[nodiscard]] Result<std::vector<SourceFile>> files_of(world::Disk& disk, const std::string& root,
                                                       const model::FileStream& stream);

struct CsvHead {
  char delimiter = ',';
  std::vector<std::string> columns;
};
/// The first record of a CSV file (RFC 4180): its column names. The delimiter is whichever of , ;
/// tab | stands there most often outside quotes. Error R0335: empty, a name twice or missing, or
/// one of Rondo's own.
[[nodiscard]] Result<CsvHead> csv_head(std::string_view start_of_file, std::string_view file_name);

}  // namespace rondo::collect
