#include "audience/audience.h"

#include <doctest/doctest.h>

#include "consent/test_bench.h"

namespace rondo::audience {
namespace {

using model::SqlKind;
using test::Bench;
using test::must;

model::SqlAsset asset(SqlKind kind, const std::string& sql, const std::string& compiled = {}) {
  model::SqlAsset made{.kind = kind, .name = "big spenders"};
  made.sql = sql;
  made.compiled = compiled.empty() ? sql : compiled;
  made.where = {"audiences/big spenders.sql", 1, 1, 1};
  return made;
}

Error error_of(Bench& bench, const model::SqlAsset& made) {
  auto result = build_sql_asset(bench.session(), made);
  REQUIRE_FALSE(result.has_value());
  return result.error();
}

TEST_CASE("a model becomes a table with its rows, and is replaced by the next run") {
  Bench bench;
  CHECK(must(build_sql_asset(bench.session(), asset(SqlKind::model, "select 1 as a"))).rows == 1);
  CHECK(must(build_sql_asset(bench.session(),
                             asset(SqlKind::model, "select * from range(3) t(b) ; \n;")))
            .rows == 3);
  CHECK(bench.one("select sum(b) from models.\"big spenders\"") == "3");
}

TEST_CASE("a comment at the end of the file does no harm") {
  Bench bench;
  CHECK(must(build_sql_asset(bench.session(), asset(SqlKind::model, "select 1 as a -- the end;")))
            .rows == 1);
}

TEST_CASE("an audience says who entered and who left") {
  Bench bench;
  const auto build = [&](const std::string& members) {
    return must(build_sql_asset(
        bench.session(),
        asset(SqlKind::audience, "select * from (values " + members + ") t(profile_id)")));
  };
  auto report = build("('a'), ('b'), ('c')");
  CHECK(report.rows == 3);
  CHECK(report.entered == 3);
  CHECK(report.left == 0);
  report = build("('b'), ('c'), ('d')");
  CHECK(report.rows == 3);
  CHECK(report.entered == 1);
  CHECK(report.left == 1);
  CHECK(bench.rows("select table_name from duckdb_tables() where table_name like 'working%'")
            .empty());
}

TEST_CASE("an audience or trait without one row per profile is refused, and the old table stands") {
  for (const auto kind : {SqlKind::audience, SqlKind::trait}) {
    Bench bench;
    must(build_sql_asset(bench.session(), asset(kind, "select 'a' as profile_id")));
    CHECK(error_of(bench, asset(kind, "select 1 as id")).code == "R0510");
    const auto null =
        error_of(bench, asset(kind, "select * from (values ('a'), (null), (null)) t(profile_id)"));
    CHECK(null.code == "R0511");
    CHECK(null.message.find("2 rows") != std::string::npos);
    const auto twice = error_of(
        bench, asset(kind, "select * from (values ('a'), ('b'), ('b'), ('b')) t(profile_id)"));
    CHECK(twice.code == "R0512");
    CHECK(twice.message.find("1 profiles") != std::string::npos);
    CHECK(twice.where->file == "audiences/big spenders.sql");
    const std::string schema = kind == SqlKind::audience ? "audiences" : "traits";
    CHECK(bench.one("select profile_id from " + schema + ".\"big spenders\"") == "a");
  }
}

TEST_CASE("a model may say of a profile what it likes, as often as it likes") {
  Bench bench;
  CHECK(must(build_sql_asset(bench.session(),
                             asset(SqlKind::model,
                                   "select * from (values ('a'), ('a'), (null)) t(profile_id)")))
            .rows == 3);
}

TEST_CASE("two columns of one name are refused with the name, in either case") {
  Bench bench;
  const auto error = error_of(bench, asset(SqlKind::model, "select 1 as total, 2 as TOTAL"));
  CHECK(error.code == "R0513");
  CHECK(error.message.find("TOTAL") != std::string::npos);
}

TEST_CASE("an error in the SQL points into the file as it was written") {
  Bench bench;
  bench.run("create table models.orders (profile_id text, total double)");
  const auto made = asset(SqlKind::audience,
                          "select profile_id\n"
                          "from ref('orders') as o where o.totl > 5",
                          "select profile_id\n"
                          "from \"models\".\"orders\" as o where o.totl > 5");
  const auto error = error_of(bench, made);
  CHECK(error.code == "R0201");
  REQUIRE(error.where.has_value());
  CHECK(error.where->file == "audiences/big spenders.sql");
  CHECK(error.where->line == 2);
  CHECK(std::string(made.sql).substr(18 + error.where->column - 1).starts_with("o"));
}

TEST_CASE("the column of an error is found by its word where the lines differ") {
  auto made = asset(SqlKind::model, "select 1\nfrom ref('x') o join ref('y') using (idd)",
                    "select 1\nfrom models.x o join models.y using (idd)");
  made.where.line = 3;
  auto place = place_in_file(made, {"", 2, 38, 1});
  CHECK(place.line == 4);
  CHECK(place.column == 38);
  CHECK(place.length == 3);
  place = place_in_file(made, {"", 1, 8, 1});
  CHECK(place.line == 3);
  CHECK(place.column == 8);
  place = place_in_file(made, {"", 2, 6, 1});  // "models": nobody wrote that
  CHECK(place.column == 1);
  CHECK(place.length == 41);
}

TEST_CASE("an error while it runs leaves the old table and names the file") {
  Bench bench;
  must(build_sql_asset(bench.session(), asset(SqlKind::model, "select 1 as a")));
  const auto error = error_of(bench, asset(SqlKind::model,
                                           "select cast(x as integer) as a from (values ('1'), "
                                           "('one')) t(x)"));
  CHECK(error.code == "R0202");
  CHECK(error.where->file == "audiences/big spenders.sql");
  CHECK(bench.one("select a from models.\"big spenders\"") == "1");
}

}  // namespace
}  // namespace rondo::audience
