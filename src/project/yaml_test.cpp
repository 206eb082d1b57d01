#include "project/yaml.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace rondo::project {
namespace {

struct Parsed {
  std::optional<YamlNode> root;
  std::vector<Diagnostic> found;
};

Parsed parse(std::string text) {
  Report report;
  Parsed parsed;
  if (accept_text("x.yaml", std::move(text), report)) parsed.root = parse_yaml("x.yaml", report);
  parsed.found = report.take().sorted();
  return parsed;
}

std::string only_code(const std::string& text) {
  const Parsed parsed = parse(text);
  return parsed.found.size() == 1 ? parsed.found[0].code : std::to_string(parsed.found.size());
}

TEST_CASE("every key and value has its place") {
  const Parsed parsed = parse("a: one\nmap:\n  - k: \"q\\\"\"\n    l: [1, 'z']\n");
  REQUIRE(parsed.root);
  CHECK(parsed.found.empty());
  const YamlEntry& a = parsed.root->entries[0];
  CHECK(a.key_where == Span{1, 1, 1});
  CHECK(a.value.where == Span{1, 4, 3});
  const YamlNode& item = parsed.root->find("map")->items[0];
  CHECK(item.entries[0].key_where == Span{3, 5, 1});
  CHECK(item.entries[0].value.where == Span{3, 8, 5});  // with its quotes and its escape
  CHECK(item.entries[0].value.text == "q\"");
  CHECK(item.find("l")->items[1].where == Span{4, 12, 3});
}

TEST_CASE("places count characters where there are tabs, accents and carriage returns") {
  const Parsed parsed = parse(
      "\xEF\xBB\xBF"
      "größe:\t\"ß🎉\"  # x\r\nzwei: { ä: ö }\r\n");
  REQUIRE(parsed.root);
  CHECK(parsed.root->entries[0].key_where == Span{1, 1, 5});
  CHECK(parsed.root->entries[0].value.where == Span{1, 8, 4});
  const YamlEntry& inner = parsed.root->find("zwei")->entries[0];
  CHECK(inner.key_where == Span{2, 9, 1});
  CHECK(inner.value.where == Span{2, 12, 1});
}

TEST_CASE("a block of text starts on its own line") {
  const Parsed parsed = parse("sql: |\n  select 1\n  from x\n");
  const YamlNode* sql = parsed.root->find("sql");
  CHECK(sql->style == YamlNode::Style::block);
  CHECK(sql->text == "select 1\nfrom x\n");
  CHECK(sql->where.line == 2);
}

TEST_CASE("keys and values of any map stand where the text says") {
  CHECK(rc::check([] {
    const auto word = rc::gen::element<std::string>("a", "straße", "größer", "x_1", "été", "日本");
    const auto values = *rc::gen::container<std::vector<std::string>>(word);
    const bool windows = *rc::gen::arbitrary<bool>();
    std::string text;
    for (std::size_t i = 0; i < values.size(); ++i) {
      text += "ключ" + std::to_string(i) + ": " + values[i] + (windows ? "\r\n" : "\n");
    }
    const Parsed parsed = parse(text);
    RC_ASSERT(parsed.root.has_value());
    const LineTable lines(text);
    for (const YamlEntry& entry : parsed.root->entries) {
      const std::size_t key = lines.offset(entry.key_where.line, entry.key_where.column);
      const std::size_t value = lines.offset(entry.value.where.line, entry.value.where.column);
      RC_ASSERT(text.substr(key, entry.key.size()) == entry.key);
      RC_ASSERT(text.substr(value, entry.value.text.size()) == entry.value.text);
      RC_ASSERT(entry.value.where.length == characters(entry.value.text));
    }
  }));
}

TEST_CASE("a key twice is refused at the second, and the first counts") {
  const Parsed parsed = parse("a: 1\nb: 2\na: 3\n");
  REQUIRE(parsed.found.size() == 1);
  CHECK(parsed.found[0].code == "R0109");
  CHECK(parsed.found[0].where == Position{"x.yaml", 3, 1, 1});
  CHECK(parsed.root->find("a")->text == "1");
}

TEST_CASE("forms of YAML that hide where a value comes from are refused") {
  for (const char* text : {"a: &x 1\n", "a: *x\n", "a: { <<: {} }\n", "a: !!str b\n",
                           "? [a]\n: b\n", "a: 1\n---\nb: 2\n", "a: 1\n...\nb: 2\n", "&x a: 1\n"}) {
    CAPTURE(text);
    CHECK(only_code(text) == "R0110");
  }
}

TEST_CASE("what is no YAML is refused once, at a place in the file") {
  for (const char* text : {"a: [1\nb: 2\n", "a: 'x\n", "a: b: c\n", "a: @x\n", "a: {b: 1\n",
                           "- a\nb: 1\n", "a: \"\\q\"\n", "a\nb: 1\n", "a:\n\t- b\n", "}\n"}) {
    CAPTURE(text);
    const Parsed parsed = parse(text);
    REQUIRE(parsed.found.size() == 1);
    CHECK(parsed.found[0].code == "R0108");
    CHECK_FALSE(parsed.found[0].message.empty());
    CHECK(parsed.found[0].where.line >= 1);
    CHECK(parsed.found[0].where.line <= 3);
    CHECK_FALSE(parsed.root);
  }
}

TEST_CASE("an empty file, one of comments, and a lone marker hold nothing") {
  for (const char* text : {"", "# nothing\n", "---\n", "\n\n"}) {
    CAPTURE(text);
    const Parsed parsed = parse(text);
    REQUIRE(parsed.root);
    CHECK(parsed.root->is_null());
    CHECK(parsed.found.empty());
  }
}

TEST_CASE("a marker at the start is no second document") {
  CHECK(parse("---\na: 1\n").root->find("a") != nullptr);
}

std::string nested(std::size_t levels) {
  return "a: " + std::string(levels - 1, '[') + std::string(levels - 1, ']') + "\n";
}

TEST_CASE("nesting is allowed up to the limit") {
  CHECK(parse(nested(yaml_depth_max)).found.empty());
  CHECK(only_code(nested(yaml_depth_max + 1)) == "R0110");
}

TEST_CASE("size is allowed up to the limit") {
  const std::string start = "a: b\n#";
  CHECK(parse(start + std::string(yaml_size_max - start.size(), 'x')).found.empty());
  CHECK(only_code(start + std::string(yaml_size_max - start.size() + 1, 'x')) == "R0102");
}

TEST_CASE("bytes that are no text are refused at their place") {
  const Parsed latin = parse("a: 1\nb: caf\xE9\n");
  REQUIRE(latin.found.size() == 1);
  CHECK(latin.found[0].code == "R0102");
  CHECK(latin.found[0].where.line == 2);
  CHECK(latin.found[0].where.column == 7);
  CHECK(only_code(std::string("a: \0b\n", 6)) == "R0102");
  CHECK(only_code("a: \x7f\n") == "R0102");
}

TEST_CASE("no text at all brings the reader down") {
  CHECK(rc::check([] {
    const auto text = *rc::gen::container<std::string>(
        rc::gen::element('a', ':', ' ', '\n', '-', '[', ']', '{', '}', '"', '\'', '#', '&', '*',
                         '!', '|', '>', '\t', '?', ',', '%', '@', '\\', '.'));
    const Parsed parsed = parse(text);
    RC_ASSERT(parsed.root.has_value() || !parsed.found.empty());
  }));
}

}  // namespace
}  // namespace rondo::project
