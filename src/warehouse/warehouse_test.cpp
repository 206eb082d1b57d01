#include "warehouse/warehouse.h"

#include <vector>

#include <doctest/doctest.h>

#include "warehouse/system_tables.h"

namespace rondo::warehouse {
namespace {

struct Memory {
  std::unique_ptr<Warehouse> warehouse = std::move(*open_duckdb(""));
  std::unique_ptr<Session> session = std::move(*warehouse->connect());
  Session* operator->() const { return session.get(); }
};

Batch people(std::int64_t count, std::int64_t first = 0) {
  BatchBuilder builder({{"id", ColumnType::int64, false}, {"name", ColumnType::text}});
  for (std::int64_t i = first; i < first + count; ++i) {
    builder.int64(i).text("person " + std::to_string(i));
  }
  return std::move(builder).finish();
}

TEST_CASE("statements change rows and say how many") {
  const Memory db;
  CHECK(*db->execute("CREATE TABLE t (a BIGINT); INSERT INTO t VALUES (1), (2), (3)") == 3);
  CHECK(*db->execute("UPDATE t SET a = a + 1 WHERE a > $1", {std::int64_t{1}}) == 2);
  CHECK(*db->count("SELECT sum(a) FROM t") == 8);
}

TEST_CASE("every parameter type comes back as it went in") {
  const Memory db;
  const Time moment{std::chrono::microseconds{1'767'225'600'123'456}};
  auto rows = db->query("SELECT $1, $2, $3, $4, $5, $6", {std::monostate{}, true, std::int64_t{-7},
                                                          2.5, std::string("it's é"), moment});
  REQUIRE(rows);
  REQUIRE(*rows->next());
  CHECK(rows->is_null(0));
  CHECK(rows->boolean(1));
  CHECK(rows->int64(2) == -7);
  CHECK(rows->float64(3) == 2.5);
  CHECK(rows->text(4) == "it's é");
  CHECK(rows->timestamp(5) == moment);
  CHECK_FALSE(*rows->next());
}

TEST_CASE("a wrong number of parameters is an error") {
  const Memory db;
  CHECK(db->query("SELECT $1").error().code == "R0201");
  CHECK(db->query("SELECT 1", {std::int64_t{1}}).error().code == "R0201");
}

TEST_CASE("an answer that is left half-read gives way to the next question and goes on") {
  const Memory db;
  auto first = db->query("SELECT * FROM range(100000)");
  REQUIRE(*first->next());
  CHECK(*db->count("SELECT 42") == 42);
  std::int64_t sum = 0;
  do sum += first->int64(0);
  while (*first->next());
  CHECK(sum == 4'999'950'000);
}

TEST_CASE("an answer that is dropped half-read holds nothing") {
  const Memory db;
  REQUIRE(db->execute("CREATE TABLE t AS SELECT * FROM range(100000) r(a)"));
  { REQUIRE(*db->query("SELECT * FROM t")->next()); }
  auto other = std::move(*db.warehouse->connect());
  CHECK(other->execute("ALTER TABLE t ADD COLUMN b BIGINT; DROP TABLE t; CHECKPOINT"));
}

TEST_CASE("ingest appends by the names of the columns") {
  const Memory db;
  REQUIRE(
      db->execute("CREATE TABLE main.t (name VARCHAR, extra VARCHAR DEFAULT 'none', id BIGINT)"));
  CHECK(*db->ingest("main.t", people(5000), IngestMode::append) == 5000);
  CHECK(*db->count("SELECT count(*) FROM t WHERE name = 'person ' || id AND extra = 'none'") ==
        5000);
  CHECK(*db->count("SELECT count(DISTINCT id) FROM t") == 5000);  // more than two vectors
}

TEST_CASE("ingest is all or nothing") {
  const Memory db;
  REQUIRE(db->execute("CREATE TABLE main.t (id BIGINT PRIMARY KEY, name VARCHAR)"));
  REQUIRE(db->execute("INSERT INTO t VALUES (249999, 'already here')"));
  auto failed = db->ingest("main.t", people(250'000), IngestMode::append);
  REQUIRE_FALSE(failed);
  CHECK(failed.error().code == "R0202");
  CHECK(*db->count("SELECT count(*) FROM t") == 1);
  CHECK(*db->ingest("main.t", people(10), IngestMode::append) == 10);
}

TEST_CASE("ingest with replace makes the table anew with the batch's columns") {
  const Memory db;
  REQUIRE(db->execute("CREATE TABLE main.t (other BIGINT)"));
  CHECK(*db->ingest("main.t", people(3), IngestMode::replace) == 3);
  const std::vector<Column> expected{{"id", ColumnType::int64, false}, {"name", ColumnType::text}};
  CHECK(*db->columns("main.t") == expected);
  CHECK(*db->ingest("main.t", people(0), IngestMode::replace) == 0);
  CHECK(*db->count("SELECT count(*) FROM t") == 0);
}

TEST_CASE("a temporary table is this session's own") {
  const Memory db;
  auto other = std::move(*db.warehouse->connect());
  CHECK(*db->ingest("incoming", people(3), IngestMode::temporary) == 3);
  CHECK(*db->ingest("incoming", people(5), IngestMode::temporary) == 5);
  CHECK(*db->count("SELECT count(*) FROM incoming") == 5);
  CHECK(other->execute("SELECT * FROM incoming").error().code == "R0201");
}

TEST_CASE("ingest into nowhere or into a column that is not there is an error") {
  const Memory db;
  CHECK(db->ingest("main.nowhere", people(3), IngestMode::append).error().code == "R0201");
  REQUIRE(db->execute("CREATE TABLE main.t (id BIGINT)"));
  CHECK(db->ingest("main.t", people(3), IngestMode::append).error().code == "R0201");
}

TEST_CASE("a transaction keeps everything or nothing") {
  const Memory db;
  REQUIRE(db->execute("CREATE TABLE t (a BIGINT)"));
  CHECK(db->transaction([&]() -> Result<void> {
    TRY(db->execute("INSERT INTO t VALUES (1)"));
    TRY(db->execute("INSERT INTO t VALUES (2)"));
    return {};
  }));
  auto failed = db->transaction([&]() -> Result<void> {
    TRY(db->execute("DELETE FROM t"));
    return fail(ErrorKind::rejected, "R0202", "changed my mind");
  });
  CHECK(failed.error().message == "changed my mind");
  CHECK(*db->count("SELECT count(*) FROM t") == 2);
}

TEST_CASE("a transaction after an unread answer is undone all the same") {
  const Memory db;
  REQUIRE(db->execute("CREATE TABLE t AS SELECT * FROM range(100000) r(a)"));
  for (const bool keep_rows : {true, false}) {
    std::optional<Rows> rows = std::move(*db->query("SELECT * FROM t"));
    REQUIRE(*rows->next());
    if (!keep_rows) rows.reset();
    auto failed = db->transaction([&]() -> Result<void> {
      TRY(db->execute("DELETE FROM t"));
      return fail(ErrorKind::rejected, "R0202", "no");
    });
    CHECK_FALSE(failed);
    CHECK(*db->count("SELECT count(*) FROM t") == 100'000);
  }
}

TEST_CASE("two writers of one row: the second is told to try again") {
  const Memory db;
  REQUIRE(db->execute("CREATE TABLE t (a BIGINT, b BIGINT); INSERT INTO t VALUES (1, 0)"));
  auto other = std::move(*db.warehouse->connect());
  auto outcome = db->transaction([&]() -> Result<void> {
    TRY(db->execute("UPDATE t SET b = 1"));
    auto second = other->execute("UPDATE t SET b = 2");
    CHECK(second.error().code == "R0203");
    CHECK(second.error().kind == ErrorKind::transient);
    return {};
  });
  CHECK(outcome);
  CHECK(other->execute("UPDATE t SET b = 3"));
  CHECK(*db->count("SELECT b FROM t") == 3);
}

TEST_CASE("describe names the columns without running anything") {
  const Memory db;
  const auto columns = db->describe(
      "SELECT 1::INTEGER AS a, 'x' AS b, error('ran') AS c, now()::TIMESTAMP AS d, '{}'::JSON AS "
      "e, "
      "[1] AS f, 1.5 AS g, true AS h, DATE '2026-01-01' AS i");
  REQUIRE(columns);
  std::vector<ColumnType> types;
  for (const Column& column : *columns) types.push_back(column.type);
  CHECK((*columns)[1].name == "b");
  CHECK(types[0] == ColumnType::int64);
  CHECK(types[1] == ColumnType::text);
  CHECK(types[3] == ColumnType::timestamp);
  CHECK(types[4] == ColumnType::json);
  CHECK(types[5] == ColumnType::json);
  CHECK(types[6] == ColumnType::float64);
  CHECK(types[7] == ColumnType::boolean);
  CHECK(types[8] == ColumnType::date);
}

TEST_CASE("describe takes one SELECT and nothing that acts") {
  const Memory db;
  REQUIRE(db->execute("CREATE TABLE t (a BIGINT)"));
  for (const char* sql : {"SELECT 1", "FROM t", "VALUES (1)", "DESCRIBE t", "SHOW TABLES",
                          "SUMMARIZE t", "WITH w AS (SELECT 1) FROM w"}) {
    CAPTURE(sql);
    CHECK(db->describe(sql));
  }
  for (const char* sql :
       {"DELETE FROM t", "DROP TABLE t", "COMMIT", "COPY t TO 'never_written.csv'",
        "ATTACH 'never_made.db'", "EXPLAIN ANALYZE DELETE FROM t", "SELECT 1; SELECT 2",
        "COMMIT; DROP TABLE t", "SET threads = 1", "INSTALL httpfs"}) {
    CAPTURE(sql);
    const auto refused = db->describe(sql);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == "R0201");
  }
}

TEST_CASE("tables and columns are listed") {
  const Memory db;
  REQUIRE(
      db->execute("CREATE SCHEMA s; CREATE TABLE s.b (x BIGINT NOT NULL, y VARCHAR); "
                  "CREATE VIEW s.a AS SELECT 1 AS one"));
  CHECK(*db->tables("s") == std::vector<std::string>{"s.a", "s.b"});
  CHECK(db->tables("nothing")->empty());
  const std::vector<Column> expected{{"x", ColumnType::int64, false},
                                     {"y", ColumnType::text, true}};
  CHECK(*db->columns("s.b") == expected);
  CHECK(db->columns("s.nothing")->empty());
  CHECK(db->columns("s.a")->size() == 1);
}

TEST_CASE("system tables can be made again and again") {
  const Memory db;
  REQUIRE(ensure_system_tables(*db.session));
  REQUIRE(db->execute("INSERT INTO rondo.load_positions VALUES ('s', 5, now()::TIMESTAMP)"));
  REQUIRE(ensure_system_tables(*db.session));
  CHECK(*load_position(*db.session, "s") == 5);
  CHECK(db->columns("raw.events")->size() > 10);
}

TEST_CASE("a position is kept only with the transaction that moved it") {
  const Memory db;
  REQUIRE(ensure_system_tables(*db.session));
  CHECK(*load_position(*db.session, "events") == 0);
  REQUIRE(set_load_position(*db.session, "events", 10));
  auto failed = db->transaction([&]() -> Result<void> {
    TRY(set_load_position(*db.session, "events", 20));
    return fail(ErrorKind::transient, "R0205", "no");
  });
  CHECK_FALSE(failed);
  CHECK(*load_position(*db.session, "events") == 10);
}

TEST_CASE("a description names engine and file") {
  CHECK(Memory().warehouse->description() == "DuckDB 1.5.5, in memory");
}

}  // namespace
}  // namespace rondo::warehouse
