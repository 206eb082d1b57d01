#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "warehouse/batch.h"
#include "world/disk.h"

namespace rondo::sync {

/// One line of RFC 4180, ending with a line feed; a cell is quoted where it has to be.
[[nodiscard]] std::string csv_line(const std::vector<std::string>& cells);

/// A line of names, then every row that is left of `rows`; NULL is an empty cell.
[[nodiscard]] Result<std::string> csv_text(const std::vector<std::string>& names,
                                           warehouse::Rows rows);

/// Puts `bytes` at `path` and "<sha256>  <name>\n" at `path`.sha256. The file is there whole or not
/// at all: temporary name, sync, rename. Missing folders are made. Error R0410.
[[nodiscard]] Result<void> write_with_checksum(world::Disk& disk, const std::string& path,
                                               std::string_view bytes);

}  // namespace rondo::sync
