#include "collect/quarantine.h"

#include <utility>

#include <fmt/core.h>

namespace rondo::collect {
namespace {

constexpr std::string_view arriving = "rondo.working_quarantine";

}  // namespace

std::vector<warehouse::Column> quarantine_columns() {
  using model::ColumnType;
  return {{"quarantine_id", ColumnType::text}, {"source", ColumnType::text},
          {"stream", ColumnType::text},        {"contract", ColumnType::text},
          {"reason_code", ColumnType::text},   {"reason", ColumnType::text},
          {"payload", ColumnType::json},       {"received_at", ColumnType::timestamp}};
}

void add_quarantined(warehouse::BatchBuilder& batch, const Quarantined& record) {
  batch.text(record.id)
      .text(record.source)
      .text(record.stream)
      .text_or_null(record.contract)
      .text(record.reason_code)
      .text(record.reason)
      .text(record.payload)
      .timestamp(record.received_at);
}

Result<std::int64_t> store_quarantined(warehouse::Session& session, warehouse::BatchBuilder batch) {
  if (batch.rows() == 0) return 0;
  const std::string table = session.dialect().table(arriving);
  TRY(session.ingest(arriving, std::move(batch).finish(), warehouse::IngestMode::replace));
  TRY_ASSIGN(const auto held, session.execute(fmt::format(
                                  R"(insert into rondo.quarantine
  (quarantine_id, source, stream, contract, reason_code, reason, payload, received_at, state)
select quarantine_id, source, stream, contract, reason_code, reason, payload, received_at, 'held'
from (select *, row_number() over (partition by quarantine_id order by received_at) as copy_number
      from {}) a
where copy_number = 1
  and not exists (select 1 from rondo.quarantine q where q.quarantine_id = a.quarantine_id))",
                                  table)));
  TRY(session.execute("drop table " + table));
  return held;
}

}  // namespace rondo::collect
