#include "warehouse/system_tables.h"

#include <span>

#include "base/embedded.h"

namespace rondo::embedded {
std::span<const EmbeddedFile> rondo_embedded_warehouse();
}

namespace rondo::warehouse {

Result<void> ensure_system_tables(Session& session) {
  std::string sql;
  for (const char* schema : {"raw", "rondo", "models", "traits", "audiences"}) {
    sql += "CREATE SCHEMA IF NOT EXISTS " + session.dialect().identifier(schema) + ";\n";
  }
  sql += embedded::rondo_embedded_warehouse().front().bytes;
  return session.transaction([&]() -> Result<void> {
    TRY(session.execute(sql));
    return {};
  });
}

Result<std::int64_t> load_position(Session& session, std::string_view stream) {
  return session.count("SELECT position FROM rondo.load_positions WHERE stream = $1",
                       {std::string(stream)});
}

Result<void> set_load_position(Session& session, std::string_view stream, std::int64_t position) {
  TRY(
      session.execute("INSERT INTO rondo.load_positions (stream, position, updated_at) "
                      "VALUES ($1, $2, CAST(current_timestamp AS TIMESTAMP)) "
                      "ON CONFLICT (stream) DO UPDATE SET position = excluded.position, "
                      "updated_at = excluded.updated_at",
                      {std::string(stream), position}));
  return {};
}

}  // namespace rondo::warehouse
