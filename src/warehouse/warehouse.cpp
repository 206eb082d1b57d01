#include "warehouse/warehouse.h"

namespace rondo::warehouse {

Result<std::string> Session::text(std::string_view sql, const Params& params) {
  TRY_ASSIGN(Rows rows, query(sql, params));
  TRY_ASSIGN(const bool found, rows.next());
  return found ? std::string(rows.text(0)) : std::string();
}

Result<std::int64_t> Session::count(std::string_view sql, const Params& params) {
  TRY_ASSIGN(Rows rows, query(sql, params));
  TRY_ASSIGN(const bool found, rows.next());
  return found ? rows.int64(0) : 0;
}

}  // namespace rondo::warehouse
