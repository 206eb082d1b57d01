// How fast rows go into the warehouse and out of it, and what a primary key costs on the way.
//   warehouse_bench [FILE]     the file is made and left; without one everything stays in memory
#include <chrono>
#include <functional>
#include <string>

#include <fmt/core.h>

#include "base/hash.h"
#include "warehouse/system_tables.h"
#include "warehouse/warehouse.h"

namespace {

using namespace rondo;
using warehouse::Batch;
using warehouse::BatchBuilder;
using warehouse::ColumnType;
using warehouse::IngestMode;
using warehouse::Rows;
using warehouse::Session;

template <class T>
T must(Result<T> result) {
  if (!result) {
    fmt::print(stderr, "{}: {}\n", result.error().code, result.error().text());
    std::exit(1);
  }
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

double measure(const char* what, std::int64_t rows, const std::function<void()>& body) {
  const auto start = std::chrono::steady_clock::now();
  body();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  fmt::print("{:<46} {:>9} rows {:>8.3f} s {:>12.0f} rows/s\n", what, rows, took.count(),
             static_cast<double>(rows) / took.count());
  return took.count();
}

Batch events(std::int64_t first, std::int64_t count) {
  BatchBuilder rows({{"event_id", ColumnType::text, false},
                     {"source", ColumnType::text, false},
                     {"message_id", ColumnType::text, false},
                     {"type", ColumnType::text, false},
                     {"name", ColumnType::text},
                     {"user_id", ColumnType::text},
                     {"occurred_at", ColumnType::timestamp, false},
                     {"received_at", ColumnType::timestamp, false},
                     {"properties", ColumnType::json},
                     {"log_offset", ColumnType::int64, false}});
  const Time start{std::chrono::seconds{1'767'225'600}};
  for (std::int64_t i = first; i < first + count; ++i) {
    const std::string message = fmt::format("m-{}", i);
    rows.text(content_hash(message).hex()).text("web").text(message).text("track");
    rows.text("Order Completed").text(fmt::format("u{}", i % 50'000));
    rows.timestamp(start + std::chrono::seconds{i}).timestamp(start + std::chrono::seconds{i});
    rows.text(fmt::format(R"({{"order_id":"o{}","total":{}.5,"currency":"EUR"}})", i, i % 500));
    rows.int64(i);
  }
  return std::move(rows).finish();
}

constexpr std::int64_t batch_rows = 50'000;

void load(Session& session, const char* table, std::int64_t first, std::int64_t count) {
  for (std::int64_t at = first; at < first + count; at += batch_rows) {
    must(session.ingest(table, events(at, batch_rows), IngestMode::append));
  }
}

std::int64_t read_all(Session& session, std::string_view sql) {
  Rows rows = must(session.query(sql));
  std::int64_t bytes = 0;
  while (must(rows.next())) {
    bytes += static_cast<std::int64_t>(rows.text(0).size() + rows.text(8).size());
    bytes += rows.int64(9);
  }
  return bytes;
}

void events_bench(Session& session, std::int64_t count) {
  measure("build batches alone", count, [&] {
    for (std::int64_t at = 0; at < count; at += batch_rows) (void)events(at, batch_rows).rows();
  });
  const std::string columns = must(session.text(
      "SELECT string_agg(column_name || ' ' || data_type, ', ' ORDER BY column_index) FROM "
      "duckdb_columns() WHERE schema_name = 'raw' AND table_name = 'events'"));
  must(session.execute("CREATE OR REPLACE TABLE raw.plain (" + columns + ")"));
  must(session.execute("CREATE OR REPLACE TABLE raw.keyed (" + columns +
                       ", PRIMARY KEY (event_id))"));
  for (const char* table : {"raw.plain", "raw.keyed"}) {
    const std::string name = table;
    measure(("ingest, " + name).c_str(), count, [&] { load(session, table, 0, count); });
    measure(("ingest on top, " + name).c_str(), count, [&] { load(session, table, count, count); });
    measure(("anti-join of 100k known, " + name).c_str(), 100'000, [&] {
      must(session.count("SELECT count(*) FROM (SELECT event_id FROM " + name +
                         " LIMIT 100000) n WHERE NOT EXISTS (SELECT 1 FROM " + name +
                         " e WHERE e.event_id = n.event_id)"));
    });
  }
  measure("read all rows, cell by cell", 2 * count,
          [&] { read_all(session, "SELECT * FROM raw.plain"); });
  measure("group by user", 2 * count,
          [&] { must(session.execute("SELECT user_id, count(*) FROM raw.plain GROUP BY 1")); });
  measure("json_text of every row", 2 * count, [&] {
    must(session.execute("SELECT max(" + session.dialect().json_text("properties", "order_id") +
                         ") FROM raw.plain"));
  });
}

void upsert_bench(Session& session, std::int64_t count) {
  const auto source = [&](int version) {
    return fmt::format("(SELECT md5(i::VARCHAR) AS k, 'v{}' AS v FROM range({}) r(i))", version,
                       count);
  };
  must(
      session.execute("CREATE OR REPLACE TABLE main.u (k VARCHAR PRIMARY KEY, v VARCHAR);"
                      "CREATE OR REPLACE TABLE main.p (k VARCHAR, v VARCHAR)"));
  const std::vector<std::string> keys{"k"};
  const std::vector<std::string> others{"v"};
  const auto upsert = [&](int version) {
    must(session.execute(session.dialect().upsert("main.u", source(version), keys, others)));
  };
  measure("upsert, all new, text key", count, [&] { upsert(1); });
  measure("upsert, all replaced, text key", count, [&] { upsert(2); });
  measure("insert without a key", count,
          [&] { must(session.execute("INSERT INTO p SELECT * FROM " + source(1))); });
  measure("delete + insert without a key", count, [&] {
    must(session.transaction([&]() -> Result<void> {
      TRY(session.execute("DELETE FROM p WHERE k IN (SELECT k FROM " + source(1) + ")"));
      TRY(session.execute("INSERT INTO p SELECT * FROM " + source(2)));
      return {};
    }));
  });
  measure("create table as (rebuild)", count, [&] {
    must(session.execute("CREATE OR REPLACE TABLE p AS SELECT * FROM " + source(3)));
  });
}

}  // namespace

int main(int argc, char** argv) {
  auto database = must(warehouse::open_duckdb(argc > 1 ? argv[1] : ""));
  auto session = must(database->connect());
  must(warehouse::ensure_system_tables(*session));
  events_bench(*session, 500'000);
  upsert_bench(*session, 100'000);
  upsert_bench(*session, 1'000'000);
  return 0;
}
