#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "project/engine_words.h"
#include "project/sql_asset.h"
#include "project/sql_tokens.h"

namespace rondo::project {
namespace {

std::vector<std::string> texts(std::string_view sql) {
  std::vector<std::string> all;
  for (const SqlToken& token : sql_tokens(sql)) all.emplace_back(token.text);
  return all;
}

using Texts = std::vector<std::string>;

TEST_CASE("strings, quoted names, numbers and marks are one token each") {
  CHECK(texts("select 'it''s', \"a \"\"b\", 1.5e3 from x.y;") ==
        Texts{"select", "'it''s'", ",", "\"a \"\"b\"", ",", "1.5e3", "from", "x", ".", "y", ";"});
}

TEST_CASE("comments are no tokens, not even nested ones") {
  CHECK(texts("a -- 'b'\n/* c /* d */ e */ f") == Texts{"a", "f"});
  CHECK(texts("a /* never closed") == Texts{"a"});
}

TEST_CASE("dollar quotes end with their own tag; a parameter is none") {
  CHECK(texts("$$a'b$$ x") == Texts{"$$a'b$$", "x"});
  CHECK(texts("$t$ a $$ b $t$ x") == Texts{"$t$ a $$ b $t$", "x"});
  CHECK(texts("$1 + $2") == Texts{"$", "1", "+", "$", "2"});
}

TEST_CASE("only strings that ask for it know backslashes") {
  CHECK(texts("E'a\\'b' c") == Texts{"E'a\\'b'", "c"});
  CHECK(texts("'a\\' c") == Texts{"'a\\'", "c"});
}

TEST_CASE("tokens stand in order and leave out blanks and comments only") {
  CHECK(rc::check([] {
    const auto pieces = *rc::gen::container<std::vector<std::string>>(
        rc::gen::element<std::string>("select", " ", "\n", "'a'", "'", "\"", "--", "/*", "*/", "$$",
                                      "$x$", "1", ".", "ref('a')", "ß", "E'", "\\", ";"));
    std::string sql;
    for (const std::string& piece : pieces) sql += piece;
    std::size_t end = 0;
    for (const SqlToken& token : sql_tokens(sql)) {
      RC_ASSERT(token.begin >= end);
      RC_ASSERT(token.size > 0U);
      RC_ASSERT(token.end() <= sql.size());
      RC_ASSERT(sql.substr(token.begin, token.size) == token.text);
      end = token.end();
    }
  }));
}

SqlCalls calls(std::string_view sql, std::size_t problems = 0) {
  Report report;
  SqlCalls found = find_calls("x.sql", sql, report);
  CHECK(report.take().error_count() == problems);
  return found;
}

TEST_CASE("calls are found whatever their case and blanks, and only where they are calls") {
  const SqlCalls found = calls(
      "select ref.x, t.ref('a'), 'ref(''b'')' -- ref('c')\n"
      "from REF ( 'd' ) join Source('s', 'It''s') using (ref)");
  REQUIRE(found.calls.size() == 2);
  CHECK(found.calls[0].first == "d");
  CHECK(found.calls[1].first == "s");
  CHECK(found.calls[1].second == "It's");
}

TEST_CASE("malformed calls are reported and never taken for good ones") {
  for (const char* sql :
       {"from ref()", "from ref(a)", "from ref('a', 'b')", "from source('a')", "from ref('a'",
        "from ref(,'a')", "from ref($$a$$)", "from ref('a' 'b')"}) {
    CAPTURE(sql);
    CHECK(calls(sql, 1).calls.empty());
  }
}

TEST_CASE("a semicolon may end the query, and nothing may follow") {
  CHECK(calls("select 1;").last_semicolon == 8);
  CHECK(calls("select ';'").last_semicolon == std::nullopt);
  (void)calls("select 1; select 2", 1);
  (void)calls("drop table x", 1);
  (void)calls("  -- nothing\n", 1);
}

TEST_CASE("what replaces a call keeps the lines, and places find their way back") {
  const std::string sql = "select *\nfrom ref(\n  'a'\n) as x\nwhere y";
  const SqlCall call = calls(sql).calls.at(0);
  CompiledSql compiled(sql);
  compiled.replace(call.begin, call.end, "models.a");
  compiled.finish();
  CHECK(compiled.text() == "select *\nfrom models.a\n\n as x\nwhere y");
  CHECK(compiled.original_offset(compiled.text().find("where")) == sql.find("where"));
  CHECK(compiled.original_offset(compiled.text().find("models")) == call.begin);
  CHECK(compiled.original_offset(2) == 2);
}

TEST_CASE("outside of what was replaced every character is where it came from") {
  CHECK(rc::check([] {
    const auto pieces = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
        " a ", "\n", " ref('x') ", " source('s', 't') ", " ref(\n'longer') ", "ß"));
    std::string sql = "select ";
    for (const std::string& piece : pieces) sql += piece;
    Report report;
    const SqlCalls found = find_calls("x.sql", sql, report);
    CompiledSql compiled(sql);
    std::vector<bool> replaced(sql.size() + 1, false);
    for (const SqlCall& call : found.calls) {
      compiled.replace(call.begin, call.end, "schema.table");
      std::fill(replaced.begin() + static_cast<std::ptrdiff_t>(call.begin),
                replaced.begin() + static_cast<std::ptrdiff_t>(call.end), true);
    }
    compiled.finish();
    for (std::size_t at = 0; at < compiled.text().size(); ++at) {
      const std::size_t from = compiled.original_offset(at);
      RC_ASSERT(from < sql.size());
      if (!replaced[from]) RC_ASSERT(sql[from] == compiled.text()[at]);
    }
    RC_ASSERT(std::count(sql.begin(), sql.end(), '\n') ==
              std::count(compiled.text().begin(), compiled.text().end(), '\n'));
  }));
}

TEST_CASE("the engine's hints are said in this program's words") {
  CHECK(plain_hint("Candidate bindings: \"email\", \"t.phone\"", "emial") ==
        "did you mean `email`?");
  CHECK(plain_hint("Candidate bindings: : \"a\", \"t.b\"", "zzz") == "there are `a` and `b`");
  CHECK(plain_hint("Candidate functions: \tf(INT) -> INT \tf(BIGINT) -> INT", "f") ==
        "it takes `f(INT)`, `f(BIGINT)`");
  CHECK(plain_hint("Did you mean \"upper\"?", "uper") == "did you mean `upper`?");
  CHECK(plain_hint("", "x").empty());
}

}  // namespace
}  // namespace rondo::project
