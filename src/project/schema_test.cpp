#include "project/schema.h"

#include <set>

#include <doctest/doctest.h>

#include "project/formats.h"
#include "project/schema_part.h"
#include "project/yaml.h"

namespace rondo::project {
namespace {

/// Calls `visit` with every part of a schema and the way to it.
template <class Visit>
void each_part(const Json& part, const std::string& way, const Visit& visit) {
  if (part.is_object()) visit(part, way);
  for (const auto& [key, value] : part.as_object()) each_part(value, way + "/" + key, visit);
  for (const Json& item : part.as_array()) each_part(item, way + "/", visit);
}

TEST_CASE("there is a schema for each kind, complete in itself") {
  CHECK(schema_kinds().size() == 10);
  for (const std::string_view kind : schema_kinds()) {
    CAPTURE(kind);
    REQUIRE(schema(kind) != nullptr);
    CHECK((*schema(kind))["title"].as_string() == kind);
    CHECK((*schema(kind))["$schema"].as_string() == "https://json-schema.org/draft/2020-12/schema");
    CHECK(schema(kind)->text().find("common.json") == std::string::npos);
  }
  CHECK(schema("nonsense") == nullptr);
}

TEST_CASE("each field says what it is for, unless it is not carried out yet") {
  for (const std::string_view kind : schema_kinds()) {
    each_part(*schema(kind), std::string(kind), [&](const Json& part, const std::string& way) {
      for (const auto& [name, field] : part["properties"].as_object()) {
        if (way.ends_with("/properties")) continue;
        const std::string field_way = way + "/" + name;  // clang 14 captures no binding
        CAPTURE(field_way);
        const bool described = target_of(*schema(kind), field)["description"].is_string() ||
                               field["description"].is_string();
        CHECK((described || field.find("x-rondo-not-yet") != nullptr));
      }
    });
  }
}

TEST_CASE("what a required field is called, the properties declare") {
  for (const std::string_view kind : schema_kinds()) {
    each_part(*schema(kind), std::string(kind), [](const Json& part, const std::string& way) {
      if (part["properties"].is_null()) return;
      for (const Json& name : part["required"].as_array()) {
        CAPTURE(way);
        CHECK(part["properties"].find(name.as_string()) != nullptr);
      }
    });
  }
}

TEST_CASE("examples in the schemas are valid") {
  for (const std::string_view kind : schema_kinds()) {
    each_part(*schema(kind), std::string(kind), [](const Json& part, const std::string& way) {
      for (const Json& example : part["examples"].as_array()) {
        if (!example.is_string()) continue;
        CAPTURE(way);
        CHECK_FALSE(format_problem(part["format"].as_string(), example.as_string()));
      }
    });
  }
}

// Validation of small schemas ---------------------------------------------------------------------

std::vector<Diagnostic> check(std::string_view schema_text, std::string yaml) {
  Report report;
  REQUIRE(accept_text("x.yaml", std::move(yaml), report));
  const auto root = parse_yaml("x.yaml", report);
  REQUIRE(root);
  const auto parsed = Json::parse(schema_text);
  REQUIRE(parsed);
  (void)validate("x.yaml", *root, *parsed, report);
  return report.take().sorted();
}

std::string codes(const std::vector<Diagnostic>& found) {
  std::string all;
  for (const Diagnostic& one : found) {
    all += one.code + "@" + std::to_string(one.where.line) + ":" +
           std::to_string(one.where.column) + " ";
  }
  return all;
}

constexpr std::string_view person = R"({
  "title": "person", "type": "object", "additionalProperties": false, "required": ["name", "age"],
  "properties": {
    "name": {"type": "string", "minLength": 1},
    "age": {"type": "integer", "minimum": 0, "maximum": 150},
    "tall": {"type": "boolean"}, "size": {"type": "number"},
    "tags": {"type": "array", "minItems": 1, "maxItems": 2, "uniqueItems": true,
             "items": {"type": "string"}},
    "kind": {"enum": ["cat", "dog"]},
    "code": {"type": "string", "pattern": "^[A-Z]+$", "examples": ["AB"]},
    "wait": {"type": "string", "format": "duration"},
    "either": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
  }})";

TEST_CASE("a value that fits gives nothing to say") {
  CHECK(check(person,
              "name: Ada\nage: 36\ntall: true\nsize: 1.7\ntags: [a, b]\nkind: cat\n"
              "code: AB\nwait: 5s\neither: [x]\n")
            .empty());
  CHECK(check(person, "name: \"7\"\nage: 0\neither: x\n").empty());
}

TEST_CASE("all that does not fit is said, each at its place") {
  const auto found = check(person,
                           "name: 7\nage: 200\ntall: yes\nsize: wide\ntags: [a, a, b]\n"
                           "kind: cow\ncode: ab\nwait: soon\neither: {}\n");
  CHECK(codes(found) ==
        "R0104@1:7 R0106@2:6 R0104@3:7 R0104@4:7 R0106@5:7 R0106@5:11 R0106@6:7 "
        "R0107@7:7 R0107@8:7 R0104@9:9 ");
}

TEST_CASE("limits are allowed, one beyond is not") {
  CHECK(check(person, "name: A\nage: 150\ntags: [a]\n").empty());
  CHECK(codes(check(person, "name: A\nage: 151\n")) == "R0106@2:6 ");
  CHECK(codes(check(person, "name: A\nage: -1\n")) == "R0106@2:6 ");
  CHECK(codes(check(person, "name: \"\"\nage: 1\n")) == "R0106@1:7 ");
  CHECK(codes(check(person, "name: A\nage: 1\ntags: []\n")) == "R0106@3:1 ");
}

TEST_CASE("a misspelt required field is one mistake, not two") {
  const auto found = check(person, "nmae: Ada\nage: 3\n");
  REQUIRE(found.size() == 1);
  CHECK(found[0].code == "R0103");
  CHECK(found[0].hint == "did you mean `name`?");
  CHECK(codes(check(person, "colour: red\nage: 3\n")) == "R0103@1:1 R0105@1:1 ");
}

TEST_CASE("a key without a value points at the key") {
  const auto found = check(person, "name:\nage: 3\n");
  REQUIRE(found.size() == 1);
  CHECK(found[0].message == "`name` in person has no value");
  CHECK(found[0].where == Position{"x.yaml", 1, 1, 4});
}

constexpr std::string_view shape = R"({
  "title": "shape", "oneOf": [
    {"type": "object", "title": "circle", "additionalProperties": false,
     "required": ["type", "radius"],
     "properties": {"type": {"const": "circle"}, "radius": {"type": "number"}}},
    {"type": "object", "title": "square", "additionalProperties": false,
     "required": ["type", "side"],
     "properties": {"type": {"const": "square"}, "side": {"type": "number"}}}]})";

TEST_CASE("of alternatives the constant decides, and its own errors are shown") {
  CHECK(check(shape, "type: circle\nradius: 1\n").empty());
  CHECK(codes(check(shape, "type: circle\nside: 1\n")) == "R0105@1:1 R0103@2:1 ");
  const auto unknown = check(shape, "type: circel\nradius: 1\n");
  REQUIRE(unknown.size() == 1);
  CHECK(unknown[0].hint == "did you mean `circle`? allowed: `circle` or `square`");
  CHECK(codes(check(shape, "radius: 1\n")) == "R0105@1:1 ");
  CHECK(codes(check(shape, "tipe: circle\nradius: 1\n")) == "R0103@1:1 ");
  CHECK(codes(check(shape, "[circle]\n")) == "R0104@1:1 ");
}

constexpr std::string_view tree = R"({
  "title": "tree", "$ref": "#/$defs/tree", "$defs": {"tree": {
    "type": "object", "additionalProperties": false,
    "properties": {"left": {"$ref": "#/$defs/tree"},
                   "later": {"type": "string", "x-rondo-not-yet": true}}}}})";

TEST_CASE("references to definitions may be recursive") {
  CHECK(check(tree, "left: { left: { left: {} } }\n").empty());
  CHECK(codes(check(tree, "left: { left: { lift: {} } }\n")) == "R0103@1:17 ");
}

TEST_CASE("what is understood but not carried out gives a warning") {
  const auto found = check(tree, "later: x\n");
  REQUIRE(found.size() == 1);
  CHECK(found[0].severity == Severity::warning);
  CHECK(found[0].code == "R0117");
}

TEST_CASE("the reference page names every field") {
  for (const std::string_view kind : schema_kinds()) {
    const std::string page = schema_reference_markdown(kind);
    CHECK(page.starts_with("# " + std::string(kind) + "\n"));
    for (const std::string& name : keys_of((*schema(kind))["properties"])) {
      CAPTURE(name);
      CHECK(page.find("`" + name + "`") != std::string::npos);
    }
  }
  CHECK(schema_reference_markdown("sync").find("## trigger") != std::string::npos);
  CHECK(schema_reference_markdown("nonsense").empty());
}

}  // namespace
}  // namespace rondo::project
