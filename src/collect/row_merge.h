#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/contract.h"
#include "model/source.h"
#include "warehouse/warehouse.h"

namespace rondo::collect {

struct MergeCounts {
  std::int64_t rows = 0;      ///< with distinct keys that arrived
  std::int64_t added = 0;     ///< new keys
  std::int64_t replaced = 0;  ///< keys whose row is another one now
};

/// The type in which a column of a file is stored: the contract's, otherwise as it arrived.
[[nodiscard]] model::ColumnType stored_type(const warehouse::Column& column,
                                            const model::Contract* contract);

/// Brings the rows that stand in `rows_arriving` (`columns` of the file's own) into `table`, which
/// is made or widened as needed. Of several rows with one key the last by _file and _row counts; a
/// row that is there already, by _row_hash, is left alone. Inside the caller's transaction. Rows
/// without a key must have been taken out.
[[nodiscard]] Result<MergeCounts> merge_rows(warehouse::Session& session, const std::string& table,
                                             const std::vector<warehouse::Column>& columns,
                                             const model::FileStream& stream,
                                             const model::Contract* contract, Time now);

}  // namespace rondo::collect
