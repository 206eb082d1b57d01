#include "enrich/spend.h"

#include <utility>

#include "base/check.h"
#include "warehouse/system_tables.h"

namespace rondo::enrich {
namespace {

using model::ColumnType;
using state::Value;

constexpr std::string_view tables = R"sql(
create table spend (
  receipt_id integer primary key autoincrement, enrichment text not null, run_id text not null,
  profile_id text not null, provider text not null, field text not null, state text not null,
  price_max_micros integer not null, cost_micros integer not null, currency text not null,
  value text, asked_at text not null, expires_at text not null);
create index spend_by_run on spend (run_id, profile_id);
create index spend_open on spend (state) where state = 'reserved';
)sql";

constexpr std::string_view stream = "spend";

}  // namespace

std::string_view name_of(Ending ending) {
  switch (ending) {
    case Ending::verified: return "verified";
    case Ending::unverified: return "unverified";
    case Ending::miss: return "miss";
    case Ending::unknown: return "unknown";
  }
  __builtin_unreachable();
}

Result<SpendJournal> SpendJournal::open(state::Database& database) {
  TRY(database.migrate("spend", {tables}));
  return SpendJournal(database);
}

Result<std::int64_t> SpendJournal::sum(std::string_view where, const std::vector<Value>& values) {
  TRY_ASSIGN(auto rows, database_->query("select coalesce(sum(cost_micros), 0) from spend where " +
                                             std::string(where),
                                         values));
  TRY(rows.next());
  return rows.int64(0);
}

Result<std::int64_t> SpendJournal::committed_micros(std::string_view run_id) {
  return sum("run_id = ?", {std::string(run_id)});
}

Result<std::optional<std::int64_t>> SpendJournal::reserve(const Question& question,
                                                          const Caps& caps) {
  std::optional<std::int64_t> receipt;
  TRY(database_->transaction([&]() -> Result<void> {
    TRY_ASSIGN(const auto run, committed_micros(question.run_id));
    if (run + question.price_max_micros > caps.run_micros) return {};
    TRY_ASSIGN(const auto record,
               sum("run_id = ? and profile_id = ?", {question.run_id, question.profile_id}));
    if (caps.record_micros > 0 && record + question.price_max_micros > caps.record_micros)
      return {};
    // A reservation costs its highest price until it is known to have cost less.
    TRY(database_->execute(
        "insert into spend (enrichment, run_id, profile_id, provider, field, state, "
        "price_max_micros, cost_micros, "
        "currency, asked_at, expires_at) values (?, ?, ?, ?, ?, 'reserved', ?6, ?6, ?, ?, ?)",
        {question.enrichment, question.run_id, question.profile_id, question.provider,
         question.field, question.price_max_micros, question.currency, to_text(question.asked_at),
         to_text(question.expires_at)}));
    receipt = database_->last_insert_id();
    return {};
  }));
  return receipt;
}

Result<void> SpendJournal::settle(std::int64_t receipt_id, Ending ending, std::string_view value,
                                  std::int64_t cost_micros) {
  TRY(database_->execute(
      "update spend set state = ?, value = ?, cost_micros = ? where receipt_id = ?",
      {std::string(name_of(ending)), value.empty() ? Value{} : Value{std::string(value)},
       cost_micros, receipt_id}));
  return {};
}

Result<void> SpendJournal::release(std::int64_t receipt_id) {
  TRY(database_->execute("delete from spend where receipt_id = ? and state = 'reserved'",
                         {receipt_id}));
  return {};
}

Result<std::int64_t> SpendJournal::settle_left_behind() {
  return database_->execute("update spend set state = 'unknown' where state = 'reserved'");
}

Result<std::int64_t> SpendJournal::publish(warehouse::Session& session) {
  TRY_ASSIGN(const auto position, warehouse::load_position(session, stream));
  TRY_ASSIGN(
      auto rows,
      database_->query("select receipt_id, enrichment, run_id, profile_id, provider, field, value, "
                       "state, cost_micros, currency, "
                       "asked_at, expires_at from spend where receipt_id > ? order by receipt_id",
                       {position}));
  warehouse::BatchBuilder batch({{"receipt_id", ColumnType::int64},
                                 {"enrichment", ColumnType::text},
                                 {"run_id", ColumnType::text},
                                 {"profile_id", ColumnType::text},
                                 {"provider", ColumnType::text},
                                 {"field", ColumnType::text},
                                 {"value", ColumnType::text},
                                 {"verdict", ColumnType::text},
                                 {"cost_micros", ColumnType::int64},
                                 {"currency", ColumnType::text},
                                 {"asked_at", ColumnType::timestamp},
                                 {"expires_at", ColumnType::timestamp}});
  std::int64_t last = position;
  while (true) {
    TRY_ASSIGN(const bool more, rows.next());
    if (!more) break;
    PROMISE(rows.text(7) != "reserved");
    last = rows.int64(0);
    batch.int64(last);
    for (int column = 1; column <= 5; ++column) batch.text(rows.text(column));
    batch.text_or_null(rows.text(6)).text(rows.text(7)).int64(rows.int64(8)).text(rows.text(9));
    for (int column = 10; column <= 11; ++column) {
      TRY_ASSIGN(const Time time, parse_time(rows.text(column)));
      batch.timestamp(time);
    }
  }
  const auto count = batch.rows();
  if (count == 0) return count;
  TRY(session.transaction([&]() -> Result<void> {
    TRY(session.ingest("rondo.enrichments", std::move(batch).finish(),
                       warehouse::IngestMode::append));
    return warehouse::set_load_position(session, stream, last);
  }));
  return count;
}

}  // namespace rondo::enrich
