#include <fmt/format.h>

#include "base/check.h"
#include "sync/outbox.h"
#include "warehouse/system_tables.h"

// The way of a receipt from the outbox into the warehouse.
namespace rondo::sync {
namespace {

using model::ColumnType;
using state::Statement;

constexpr std::string_view stream = "outbox";
constexpr std::string_view incoming = "rondo.incoming_receipts";
constexpr std::int64_t receipts_max =
    20'000;  // in memory at once; but never a part of one `settled`

std::vector<warehouse::Column> incoming_columns() {
  using enum ColumnType;
  return {{"receipt_id", int64},       {"sync", text},    {"run_id", text},
          {"destination", text},       {"object", text},  {"key", text},
          {"profile_id", text},        {"action", text},  {"state", text},
          {"reason_code", text},       {"reason", text},  {"fingerprint", text},
          {"remote_id", text},         {"fields", json},  {"request_id", text},
          {"delivered_at", timestamp}, {"settled", int64}};
}

struct Read {
  warehouse::BatchBuilder batch{incoming_columns()};
  std::int64_t position = 0;
};

Result<Read> read_settled(state::Database& database, std::int64_t after) {
  // Up to the last complete group of one transaction within the limit.
  TRY_ASSIGN(Statement rows,
             database.query(
                 "SELECT receipt_id, sync, run_id, destination, object, key, profile_id, action, "
                 "state, reason_code, reason, fingerprint, remote_id, fields, request_id, at, "
                 "settled FROM outbox WHERE settled > ? AND settled <= coalesce((SELECT settled "
                 "FROM outbox WHERE settled > ? ORDER BY settled LIMIT 1 OFFSET ?), "
                 "(SELECT max(settled) FROM outbox WHERE settled IS NOT NULL)) "
                 "AND state IN ('ok', 'rejected', 'unknown') ORDER BY settled, receipt_id",
                 {after, after, receipts_max}));
  Read read;
  read.position = after;
  while (true) {
    TRY_ASSIGN(const bool more, rows.next());
    if (!more) return read;
    auto& batch = read.batch;
    batch.int64(rows.int64(0));
    for (int column = 1; column <= 5; ++column) batch.text(rows.text(column));
    batch.text_or_null(rows.text(6)).text(rows.text(7)).text(rows.text(8));
    batch.text_or_null(rows.text(9)).text_or_null(rows.text(10)).text(rows.text(11));
    batch.text_or_null(rows.text(12)).text(rows.text(13)).text_or_null(rows.text(14));
    TRY_ASSIGN(const Time at, parse_time(rows.text(15)));
    batch.timestamp(at).int64(rows.int64(16));
    read.position = rows.int64(16);
  }
}

// What the destination holds follows from the last change of each key that took effect or may have:
// an ok remove, or one that was read back and never arrived, leaves nothing; what is in doubt stays
// with a fingerprint that equals none, so that the next diff sends or removes it again.
Result<void> apply(warehouse::Session& session) {
  const auto& dialect = session.dialect();
  const std::vector<std::string> receipt{"receipt_id"};
  const std::vector<std::string> others{"sync",        "run_id",     "destination", "object",
                                        "key",         "profile_id", "action",      "state",
                                        "reason_code", "reason",     "fingerprint", "remote_id",
                                        "fields",      "request_id", "delivered_at"};
  TRY(session.execute(dialect.upsert("rondo.deliveries", incoming, receipt, others)));
  const std::string last = fmt::format(
      "select * from (select *, row_number() over (partition by sync, key order by settled desc, "
      "receipt_id desc) as place from {0} where state <> 'rejected' or reason_code = "
      "'read_back_missing') latest where place = 1",
      incoming);
  const std::string gone = "((state = 'ok' and action = 'remove') or state = 'rejected')";
  TRY(session.execute(
      fmt::format("delete from rondo.delivered where exists (select 1 from ({}) l where l.sync = "
                  "rondo.delivered.sync and l.key = rondo.delivered.key and {})",
                  last, gone)));
  const std::string kept = fmt::format(
      "(select l.sync, l.key, l.profile_id, case when l.state = 'unknown' then '{}' else "
      "l.fingerprint "
      "end as fingerprint, coalesce(l.remote_id, d.remote_id) as remote_id, l.fields, l.receipt_id "
      "from ({}) l left join rondo.delivered d on d.sync = l.sync and d.key = l.key where not {})",
      fingerprint_in_doubt, last,
      "((l.state = 'ok' and l.action = 'remove') or l.state = 'rejected')");
  TRY(session.execute(dialect.upsert(
      "rondo.delivered", kept, std::vector<std::string>{"sync", "key"},
      std::vector<std::string>{"profile_id", "fingerprint", "remote_id", "fields", "receipt_id"})));
  return {};
}

}  // namespace

// An outbox that begins anew, or goes on from a backup, would number its receipts again: they would
// take the place of older ones, never be read, and be sent again by every run.
Result<void> Outbox::refuse_if_older(warehouse::Session& session) {
  TRY_ASSIGN(const std::int64_t read, warehouse::load_position(session, stream));
  TRY_ASSIGN(const std::int64_t next, next_settled());
  if (read < next) return {};
  return fail(
      ErrorKind::permanent, "R0424",
      fmt::format("the outbox ends at {}, but the warehouse has read it up to {}", next - 1, read),
      "state.sqlite was lost or replaced by an older one: put the right one back; nothing "
      "was sent");
}

Result<std::int64_t> Outbox::publish(warehouse::Session& session) {
  TRY(refuse_if_older(session));
  std::int64_t published = 0;
  while (true) {
    TRY_ASSIGN(const std::int64_t before, warehouse::load_position(session, stream));
    TRY_ASSIGN(Read read, read_settled(*database_, before));
    if (read.position == before) return published;
    published += read.batch.rows();
    TRY(session.transaction([&]() -> Result<void> {
      TRY(session.ingest(incoming, std::move(read.batch).finish(), warehouse::IngestMode::replace));
      TRY(apply(session));
      TRY(session.execute(fmt::format("drop table {}", incoming)));
      return warehouse::set_load_position(session, stream, read.position);
    }));
  }
}

}  // namespace rondo::sync
