#pragma once

#include <string>
#include <string_view>

#include "warehouse/warehouse.h"

namespace rondo::warehouse {

/// Makes the schemas `raw`, `rondo`, `models`, `traits`, `audiences` and every system table that is
/// missing. Safe to repeat. The tables are where the stages meet; `system_tables.sql` beside this
/// file says each column.
[[nodiscard]] Result<void> ensure_system_tables(Session& session);

/// How far a stream was taken in; 0 if never. Read and written in the transaction of the rows it
/// stands for, so that a crash can neither lose nor repeat one.
[[nodiscard]] Result<std::int64_t> load_position(Session& session, std::string_view stream);
[[nodiscard]] Result<void> set_load_position(Session& session, std::string_view stream,
                                             std::int64_t position);

}  // namespace rondo::warehouse
