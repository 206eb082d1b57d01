#include "base/text.h"

#include <array>

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace rondo {
namespace {

TEST_CASE("trim, lower, iequals know ASCII and leave the rest alone") {
  CHECK(trim(" \t a b \r\n") == "a b");
  CHECK(trim(" \n").empty());
  CHECK(lower("ABCÉz-9") == "abcÉz-9");
  CHECK(iequals("Content-Type", "content-TYPE"));
  CHECK_FALSE(iequals("a", "ab"));
}

TEST_CASE("split keeps empty parts; join is its way back") {
  CHECK(split("a,,b", ',') == std::vector<std::string_view>{"a", "", "b"});
  CHECK(split("", ',') == std::vector<std::string_view>{""});
  CHECK(rc::check([](const std::string& text) {
    std::vector<std::string> parts;
    for (const auto part : split(text, 'a')) parts.emplace_back(part);
    RC_ASSERT(join(parts, "a") == text);
  }));
}

TEST_CASE("replace_all does not look again at what it put in") {
  CHECK(replace_all("aXbX", "X", "XX") == "aXXbXX");
  CHECK(replace_all("abc", "", "X") == "abc");
  CHECK(replace_all("aaa", "aa", "b") == "ba");
}

TEST_CASE("globs: a star is any run, a question mark one byte") {
  CHECK(glob_matches("*", ""));
  CHECK(glob_matches("audiences.*", "audiences.lapsed"));
  CHECK(glob_matches("a*b*c", "a-b-b-c"));
  CHECK(glob_matches("?at", "cat"));
  CHECK_FALSE(glob_matches("?at", "at"));
  CHECK_FALSE(glob_matches("a*b", "a-c"));
  CHECK_FALSE(glob_matches("A", "a"));
  CHECK_FALSE(glob_matches("", "a"));
}

TEST_CASE("a hostile glob takes no exponential time") {
  std::string pattern;
  for (int i = 0; i < 50; ++i) pattern += "*a";
  CHECK_FALSE(glob_matches(pattern + "b", std::string(2'000, 'a')));
}

/// The definition, as slow as it is plain.
bool glob_by_definition(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '*') {
    return glob_by_definition(pattern.substr(1), text) ||
           (!text.empty() && glob_by_definition(pattern, text.substr(1)));
  }
  return !text.empty() && (pattern[0] == '?' || pattern[0] == text[0]) &&
         glob_by_definition(pattern.substr(1), text.substr(1));
}

std::string any_of(std::string_view letters, std::size_t length_max) {
  std::string text;
  for (auto left = *rc::gen::inRange<std::size_t>(0, length_max); left > 0; --left) {
    text += letters[*rc::gen::inRange<std::size_t>(0, letters.size())];
  }
  return text;
}

TEST_CASE("globs match exactly what their definition says") {
  CHECK(rc::check([] {
    const auto pattern = any_of("ab*?", 10);
    const auto text = any_of("ab", 14);
    RC_ASSERT(glob_matches(pattern, text) == glob_by_definition(pattern, text));
  }));
}

TEST_CASE("UTF-8: RFC 3629, nothing more") {
  for (const char* good : {"", "a", "é", "€", "😀", "\xF4\x8F\xBF\xBF", "\xEF\xBF\xBF"})
    CHECK(is_utf8(good));
  constexpr std::array<std::string_view, 11> bad{
      "\x80",         "\xC0\xAF",         "\xC1\xBF",         "\xE0\x9F\xBF", "\xF0\x8F\xBF\xBF",
      "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE2\x82",     "\xC3",
      "a\xFFz"};
  for (const auto text : bad) CHECK_FALSE(is_utf8(text));
}

TEST_CASE("thousands have commas") {
  CHECK(with_commas(0) == "0");
  CHECK(with_commas(999) == "999");
  CHECK(with_commas(1'000) == "1,000");
  CHECK(with_commas(-1'234'567) == "-1,234,567");
  CHECK(with_commas(-999) == "-999");
}

TEST_CASE("edit distance counts adjacent swaps once") {
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("scedule", "schedule") == 1);
  CHECK(edit_distance("ab", "ba") == 1);
  CHECK(edit_distance("kitten", "sitting") == 3);
  CHECK(edit_distance("ca", "abc") == 3);  // the optimal string alignment, not the unrestricted one
}

TEST_CASE("edit distance is symmetric and never beyond the longer word") {
  CHECK(rc::check([](const std::string& a, const std::string& b) {
    const auto distance = edit_distance(a, b);
    RC_ASSERT(distance == edit_distance(b, a));
    RC_ASSERT(distance <= std::max(a.size(), b.size()));
    RC_ASSERT((distance == 0) == (a == b));
  }));
}

TEST_CASE("nearest suggests misspellings, not other words") {
  const std::vector<std::string> fields{"schedule", "purpose", "to", "id", "Email"};
  CHECK(nearest("scedule", fields) == "schedule");
  CHECK(nearest("porpuse", fields) == "purpose");
  CHECK(nearest("email", fields) == "Email");
  CHECK(nearest("it", fields) == "id");
  CHECK(nearest("destination", fields) == std::nullopt);
  CHECK(nearest("x", fields) == std::nullopt);
  CHECK(nearest("", fields) == std::nullopt);
  CHECK(nearest("abc", {}) == std::nullopt);
}

TEST_CASE("base64: the vectors of RFC 4648, section 10") {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7> vectors{
      {{"", ""},
       {"f", "Zg=="},
       {"fo", "Zm8="},
       {"foo", "Zm9v"},
       {"foob", "Zm9vYg=="},
       {"fooba", "Zm9vYmE="},
       {"foobar", "Zm9vYmFy"}}};
  for (const auto& [plain, coded] : vectors) {
    CHECK(base64_encode(plain) == coded);
    CHECK(base64_decode(coded) == plain);
  }
}

TEST_CASE("base64: malformed text has no value") {
  for (const char* bad :
       {"Zg", "Zg=", "Zg===", "Z===", "====", "Zm9v\n", "Zm9-", "Zh==", "Zm9=", "=Zg="}) {
    CAPTURE(bad);
    CHECK(base64_decode(bad) == std::nullopt);
  }
}

TEST_CASE("base64 and hex: any bytes come back") {
  CHECK(rc::check([](const std::string& bytes) {
    RC_ASSERT(base64_decode(base64_encode(bytes)) == bytes);
    RC_ASSERT(hex_encode(bytes).size() == 2 * bytes.size());
  }));
  CHECK(hex_encode(std::string_view("\x00\x7f\xff", 3)) == "007fff");
}

}  // namespace
}  // namespace rondo
