#include "project/document.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace rondo::project {
namespace {

TEST_CASE("columns count characters, not bytes; a tab is one") {
  const LineTable lines("\tñandú: 1\n");
  CHECK(lines.at(0) == Span{1, 1, 1});
  CHECK(lines.at(1) == Span{1, 2, 1});
  CHECK(lines.at(3) == Span{1, 3, 1});  // ñ has two bytes
  CHECK(lines.between(1, 8) == Span{1, 2, 5});
}

TEST_CASE("a span of several lines ends with the first, before its line feed or carriage return") {
  const LineTable lines("a: one\r\n  two\n");
  CHECK(lines.between(3, 13) == Span{1, 4, 3});
  CHECK(lines.at(8) == Span{2, 1, 1});
}

TEST_CASE("places beyond the text are its end") {
  const LineTable lines("ab\n");
  CHECK(lines.at(99) == Span{2, 1, 1});
  CHECK(lines.offset(9, 1) == 3);
  CHECK(lines.offset(1, 99) == 2);
  CHECK(LineTable("").at(0) == Span{1, 1, 1});
}

TEST_CASE("offset and place are each other's inverse at the start of every character") {
  CHECK(rc::check([] {
    const auto pieces = *rc::gen::container<std::vector<std::string>>(
        rc::gen::element<std::string>("a", "ß", "🎉", "\t", "\n", "\r\n", " ", "key: value"));
    std::string text;
    std::vector<std::size_t> starts;
    for (const std::string& piece : pieces) {
      starts.push_back(text.size());
      text += piece;
    }
    const LineTable lines(text);
    for (const std::size_t start : starts) {
      const Span place = lines.at(start);
      RC_ASSERT(lines.offset(place.line, place.column) == start);
    }
  }));
}

YamlNode plain(std::string text) {
  YamlNode node;
  node.text = std::move(text);
  return node;
}

TEST_CASE("a plain scalar is what the core schema of YAML 1.2 says") {
  for (const char* text : {"", "~", "null"}) CHECK(plain(text).is_null());
  for (const char* text : {"true", "False"}) CHECK(plain(text).is_bool());
  for (const char* text : {"0", "-7", "+12"}) CHECK(plain(text).is_integer());
  for (const char* text : {"1.5", "-2e3", "+.5", "7"}) CHECK(plain(text).is_number());
  for (const char* text : {"yes", "no", "20%", "1.2.3", "15m", "-", ".", "0x1F", "on"}) {
    CAPTURE(text);
    CHECK(plain(text).is_text());
  }
}

TEST_CASE("in quotes everything is text") {
  YamlNode node = plain("true");
  node.style = YamlNode::Style::quoted;
  CHECK(node.is_text());
  CHECK_FALSE(node.is_bool());
}

TEST_CASE("reading what is not there answers the default") {
  const YamlNode none;
  CHECK(none.text_of("x", "y") == "y");
  CHECK(none.bool_of("x", true));
  CHECK(none.texts_of("x").empty());
  CHECK(plain("+2.5").number(0) == 2.5);
  CHECK(plain("a").number(9) == 9);
}

}  // namespace
}  // namespace rondo::project
