#include "warehouse/dialect.h"

#include <vector>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "base/hash.h"
#include "base/text.h"
#include "warehouse/warehouse.h"

// Golden texts of each dialect; what they mean is checked by running them in tests/sql.
namespace rondo::warehouse {
namespace {

using model::ColumnType;

const Dialect& d() { return duckdb_dialect(); }

/// Characters that mean something to SQL or JSON, and some of several bytes.
std::string any_text() {
  static const std::vector<std::string> characters{
      "a", "b", "0", " ", "\"", "'", "\\", "[", "]", "$", "*",  "{", "}",  ":",
      ",", ";", "#", "/", "~",  "-", "?",  "%", "_", ".", "\n", "é", "語", "\xF0\x9F\x92\xB6"};
  return join(*rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(characters)), "");
}

TEST_CASE("names and texts are quoted") {
  CHECK(d().identifier("a") == R"("a")");
  CHECK(d().identifier(R"(a"b.c)") == R"("a""b.c")");
  CHECK(d().literal("it's") == "'it''s'");
  CHECK(d().table("raw.events") == R"("raw"."events")");
  CHECK(d().table("raw.a.b") == R"("raw"."a.b")");
  CHECK(d().table("events") == R"("events")");
}

TEST_CASE("fragments of DuckDB") {
  const std::vector<std::string> columns{"a", "b + 1"};
  CHECK(d().json_text("props", "a.b c") == "json_extract_string(props, '/a/b c')");
  CHECK(d().sha256_hex("x") == "sha256(CAST(x AS VARCHAR))");
  CHECK(d().fingerprint(columns) ==
        "md5(coalesce(strlen(CAST(a AS VARCHAR)) || ':' || CAST(a AS VARCHAR), '-') || "
        "coalesce(strlen(CAST(b + 1 AS VARCHAR)) || ':' || CAST(b + 1 AS VARCHAR), '-'))");
  CHECK(d().bucket("id", "it's") ==
        "(CAST('0x' || substr(md5(CAST(id AS VARCHAR) || 'it''s'), 1, 13) AS BIGINT)"
        " / CAST(4503599627370496 AS DOUBLE))");
  CHECK(d().safe_cast("x", ColumnType::int64) == "TRY_CAST(x AS BIGINT)");
  CHECK(d().seconds_between("a", "b") ==
        "((epoch_us(CAST(b AS TIMESTAMP)) - epoch_us(CAST(a AS TIMESTAMP)))"
        " / CAST(1000000 AS DOUBLE))");
  CHECK(d().create_table_as("models.x", "SELECT 1") ==
        R"(CREATE OR REPLACE TABLE "models"."x" AS SELECT 1)");
}

TEST_CASE("upsert replaces the other columns, or nothing if there are none") {
  const std::vector<std::string> keys{"k", "l"};
  const std::vector<std::string> others{"v"};
  CHECK(d().upsert("a.t", "a.s", keys, others) ==
        R"(INSERT INTO "a"."t" ("k", "l", "v") SELECT "k", "l", "v" FROM "a"."s" )"
        R"(ON CONFLICT ("k", "l") DO UPDATE SET "v" = excluded."v")");
  CHECK(d().upsert("a.t", "(SELECT 1 AS k)", std::vector<std::string>{"k"}, {}) ==
        R"(INSERT INTO "a"."t" ("k") SELECT "k" FROM (SELECT 1 AS k) AS upserted )"
        R"(ON CONFLICT ("k") DO NOTHING)");
}

TEST_CASE("any text survives quoting, and any path reads what was put there") {
  const auto warehouse = std::move(*open_duckdb(""));
  const auto session = std::move(*warehouse->connect());
  CHECK(rc::check("a literal is its text, a name its name", [&] {
    const std::string text = any_text();
    RC_ASSERT(*session->text("SELECT " + d().literal(text)) == text);
    const auto columns = *session->describe("SELECT 1 AS " + d().identifier("x" + text));
    RC_ASSERT(columns.at(0).name == "x" + text);
  }));
  CHECK(rc::check("json_text reads the member of any name", [&] {
    const std::string name = replace_all(any_text(), ".", "");
    RC_PRE(!name.empty());
    const Json object = Json::object({{"in", Json::object({{name, "found"}})}});
    const std::string sql = d().json_text("CAST($1 AS JSON)", "in." + name);
    RC_ASSERT(*session->text("SELECT " + sql, {object.text()}) == "found");
  }));
}

TEST_CASE("fingerprint and bucket are what their contracts say") {
  const auto warehouse = std::move(*open_duckdb(""));
  const auto session = std::move(*warehouse->connect());
  const std::vector<std::string> columns{"'a'", "NULL", "'bc'"};
  CHECK(*session->text("SELECT " + d().fingerprint(columns)) == md5_hex("1:a-2:bc"));
  const std::string digits = md5_hex("p1salt").substr(0, 13);
  const double expected =
      static_cast<double>(std::stoull(digits, nullptr, 16)) / 4503599627370496.0;
  auto rows = session->query("SELECT " + d().bucket("'p1'", "salt"));
  REQUIRE(*rows->next());
  CHECK(rows->float64(0) == expected);
}

}  // namespace
}  // namespace rondo::warehouse
