#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "warehouse/warehouse.h"

namespace rondo::warehouse {

/// What a reader has not seen yet of a table that grows along a column.
struct NewRows {
  std::string condition;    ///< SQL: true for the rows to read now; "false" if there are none
  bool from_start = false;  ///< everything is read again, not only what was added
  std::int64_t position = 0;
  std::int64_t rows = 0;  ///< of the table, up to that position
  std::string reader;
};

enum class GrowsBy { number, time };

/// Finds them by the position that the reader left in rondo.load_positions. The number of rows up
/// to that position is kept too: if it has changed (a row was erased, replaced, or came in behind,
/// as one released from quarantine does) all rows are read again, so a reader must be idempotent.
/// An empty table, or one that does not exist yet, has no new rows.
[[nodiscard]] Result<NewRows> new_rows(Session& session, std::string_view reader,
                                       std::string_view table, std::string_view column,
                                       GrowsBy grows);

/// Remembers that they were taken in. To be called in the transaction of what was made of them.
[[nodiscard]] Result<void> remember(Session& session, const NewRows& seen);

}  // namespace rondo::warehouse
