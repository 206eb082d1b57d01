#include "connector/expression.h"

#include <algorithm>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "base/hash.h"
#include "connector/functions.h"

namespace rondo::connector {
namespace {

Json json(std::string_view text) { return *Json::parse(text); }

Json value_of(std::string_view expression, const Json& here = Json()) {
  const auto compiled = Expression::compile(expression);
  REQUIRE_MESSAGE(compiled.has_value(), (compiled ? "" : compiled.error().message));
  Scope scope;
  scope.here(here);
  return compiled->evaluate(scope);
}

std::string complaint(std::string_view expression) {
  const auto compiled = Expression::compile(expression);
  REQUIRE_FALSE(compiled.has_value());
  CHECK(compiled.error().code == "R0402");
  return compiled.error().message;
}

TEST_CASE("paths follow members, indexes and lists; a path that leads nowhere is null") {
  const Json answer = json(R"({"a":{"b":[{"c":1},{"c":2},{}]},"key":"b","n":[[1,2],[3]]})");
  CHECK(value_of("a.b[1].c", answer) == Json(2));
  CHECK(value_of("a[key][0].c", answer) == Json(1));
  CHECK(value_of("a.b[].c", answer) == json("[1,2]"));
  CHECK(value_of("n[][]", answer) == json("[1,2,3]"));
  CHECK(value_of("a.x.y.z", answer) == Json());
  CHECK(value_of("a.b[9]", answer) == Json());
  CHECK(value_of("a.x[]", answer) == json("[]"));
}

TEST_CASE("header names may hold dashes and are compared in lower case") {
  CHECK(value_of("header.Retry-After", json(R"({"header":{"retry-after":"7"}})")) == Json("7"));
}

TEST_CASE("or is weaker than and, and weaker than not") {
  CHECK(value_of("true or false and false") == Json(true));
  CHECK(value_of("not true or true") == Json(true));
  CHECK(value_of("not (true or true)") == Json(false));
}

TEST_CASE("comparisons: numbers by value, membership in lists, null only equals null") {
  CHECK(value_of("1 == 1.0") == Json(true));
  CHECK(value_of("2 in [1, 2]") == Json(true));
  CHECK(value_of("3 not in [1, 2]") == Json(true));
  CHECK(value_of("'a' < 'b'") == Json(true));
  CHECK(value_of("missing == null") == Json(true));
  CHECK(value_of("missing < 5") == Json(false));
  CHECK(value_of("missing >= 5") == Json(false));
  CHECK(value_of("s == 5", json(R"({"s":"5"})")) == Json(false));
}

TEST_CASE("functions clean values as destinations ask for") {
  CHECK(value_of("lower_trim('  Ada@X.co ')") == Json("ada@x.co"));
  CHECK(value_of("gmail_canon('A.da+news@GoogleMail.com')") == Json("ada@gmail.com"));
  CHECK(value_of("gmail_canon('a.da+news@x.co')") == Json("a.da+news@x.co"));
  CHECK(value_of("e164('+49 (30) 901820')") == Json("+4930901820"));
  CHECK(value_of("e164('0049 30 901820')") == Json("+4930901820"));
  CHECK(value_of("e164('030 901820')") == Json());
  CHECK(value_of("sha256('a')") == Json(sha256_hex("a")));
  CHECK(value_of("sha256(missing)") == Json());
  CHECK(value_of("after('no: [1]', ': ')") == Json("[1]"));
  CHECK(value_of("parse_json('[1,2]')") == json("[1,2]"));
  CHECK(value_of("if(1 == 1, 'y', 'n')") == Json("y"));
  CHECK(value_of("epoch_ms('1970-01-01T00:00:01Z')") == Json(1000));
  CHECK(value_of("pick(here, 'a')", json(R"({"a":1,"b":2})")) == json(R"({"a":1})"));
  CHECK(value_of("without(here, 'a')", json(R"({"a":1,"b":2})")) == json(R"({"b":2})"));
}

TEST_CASE("mistakes are found when the expression is compiled, with place and suggestion") {
  CHECK(complaint("status ==") == "expected a value at column 10 of `status ==`");
  CHECK(complaint("lower_trum(x)").find("did you mean `lower_trim`?") != std::string::npos);
  CHECK(complaint("sha256()").find("1 argument(s)") != std::string::npos);
  CHECK(complaint("1 == 'a'").find("never equal") != std::string::npos);
  CHECK(complaint("'a' and true").find("conditions") != std::string::npos);
  CHECK(complaint("1 in 'abc'").find("list") != std::string::npos);
  CHECK(complaint("first('abc')").find("takes a list") != std::string::npos);
  CHECK(complaint("'open").find("closing quote") != std::string::npos);
  CHECK(complaint("a b").find("the end") != std::string::npos);
  CHECK(complaint(std::string(500, '(')).find("deep") != std::string::npos);
}

TEST_CASE("names say what the loader has to know, secrets with their member") {
  const auto compiled = Expression::compile("secret.token == x.y.z or lower(object) in [a, 'b']");
  REQUIRE(compiled.has_value());
  CHECK(compiled->names() == std::vector<std::string>{"a", "object", "secret.token", "x.y"});
}

TEST_CASE("templates mix literal text and expressions; paths are percent-encoded") {
  const Json here = json(R"({"id":"a/b c","n":3})");
  Scope scope;
  scope.here(here);
  CHECK(Template::compile("Bearer ${id}")->fill(scope) == "Bearer a/b c");
  CHECK(Template::compile("/x/{id}/{n}", "{")->fill(scope, true) == "/x/a%2Fb%20c/3");
  CHECK(Template::compile("")->fill(scope).empty());
  CHECK_FALSE(Template::compile("${id").has_value());
}

TEST_CASE("shapes keep structure, leave out null members, keep fixed values") {
  const Json here = json(R"({"id":"7","rows":[1]})");
  Scope scope;
  scope.here(here);
  const auto shape =
      Shape::compile(json(R"({"inputs":"rows","id":"id","no":"gone","f":false,"l":["'x'"]})"));
  REQUIRE(shape.has_value());
  CHECK(shape->fill(scope).text() == R"({"inputs":[1],"id":"7","f":false,"l":["x"]})");
}

TEST_CASE("functions are sorted by name, so that the reference is") {
  const auto all = all_functions();
  CHECK(all.size() >= 25);
  CHECK(std::ranges::is_sorted(all, {}, &Function::name));
}

TEST_CASE("no text makes the compiler or the evaluation fall over") {
  CHECK(rc::check([](const std::string& noise) {
    const auto compiled = Expression::compile(noise);
    const Json here = Json::object({{"a", Json(1)}});
    Scope scope;
    scope.here(here);
    if (compiled) RC_ASSERT(compiled->evaluate(scope).text().size() > 0);
  }));
  CHECK(rc::check([] {
    const std::vector<std::string> words{
        "a",   "(", ")",  "[",    "]", "[]",     ".b",        "or",  "not ",
        "'x'", "1", "==", " in ", ",", "lower(", "coalesce(", "null"};
    std::string text;
    for (const auto& word :
         *rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(words))) {
      text += word + " ";
    }
    const auto compiled = Expression::compile(text);
    const Json here = *Json::parse(R"({"a":[{"b":"c"}]})");
    Scope scope;
    scope.here(here);
    if (compiled) RC_ASSERT(compiled->evaluate(scope).text().size() > 0);
  }));
}

}  // namespace
}  // namespace rondo::connector
