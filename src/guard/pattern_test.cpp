#include "guard/pattern.h"

#include <array>
#include <regex>

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace rondo::guard {
namespace {

bool matches(std::string_view source, std::string_view text) {
  const auto pattern = Pattern::compile(source);
  REQUIRE_MESSAGE(pattern, source);
  return pattern->matches(text);
}

TEST_CASE("a text matches as a whole") {
  CHECK(matches("abc", "abc"));
  CHECK_FALSE(matches("abc", "abcd"));
  CHECK_FALSE(matches("abc", "xabc"));
  CHECK(matches("", ""));
  CHECK_FALSE(matches("", "a"));
}

TEST_CASE("what people write in contracts") {
  const char* order = R"(^ORD-\d{4,8}$)";
  CHECK(matches(order, "ORD-1234"));
  CHECK(matches(order, "ORD-12345678"));
  CHECK_FALSE(matches(order, "ORD-123"));
  CHECK_FALSE(matches(order, "ORD-123456789"));
  const char* email = R"([^@\s]+@[^@\s]+\.[a-z]{2,})";
  CHECK(matches(email, "ada@example.com"));
  CHECK_FALSE(matches(email, "ada@example"));
  CHECK_FALSE(matches(email, "ada @example.com"));
  CHECK(matches("(EUR|USD|GBP)", "USD"));
  CHECK_FALSE(matches("(EUR|USD|GBP)", "usd"));
  CHECK(matches("(?:a|b)+?c{0,2}", "abbacc"));
}

TEST_CASE("sets: ranges, negation, classes inside, a dash or bracket at its place") {
  CHECK(matches("[a-c-]+", "a-b-c"));
  CHECK(matches("[]]?x", "x") ==
        false);  // `[]` holds nothing, as in ECMAScript, and `]` stands for itself
  CHECK(matches(R"([\w.-]+)", "a_1.-"));
  CHECK(matches(R"([\]\\]+)", "]\\"));
  CHECK(matches("[^a]", "b"));
  CHECK_FALSE(matches("[^a]", "a"));
  CHECK(matches("[^]", "\n"));
  CHECK(matches(R"([\D]+)", "ab"));
  CHECK_FALSE(matches(R"([\D]+)", "a1"));
}

TEST_CASE("characters are code points, and a stray byte is one of its own") {
  CHECK(matches(".", "é"));
  CHECK(matches(".", "😀"));
  CHECK(matches("[à-ü]+", "éü"));
  CHECK(matches(R"(\u00e9)", "é"));
  CHECK(matches(R"(\x41\t)", "A\t"));
  CHECK(matches(".", "\xff"));
  CHECK_FALSE(matches("ÿ", "\xff"));
  CHECK_FALSE(matches(".", "\n"));
  CHECK(matches(R"(\S)", "\xff"));
  CHECK(matches(R"(\s)", "\xC2\xA0"));
}

TEST_CASE("what is not understood is refused, with its place") {
  struct Case {
    const char* source;
    const char* says;
  };
  constexpr std::array cases{
      Case{"a)", "nothing opened at character 2"},
      Case{"(a", "not closed at character 3"},
      Case{"[a", "not closed"},
      Case{"*a", "nothing to repeat at character 1"},
      Case{"a**", "nothing to repeat"},
      Case{"a{2,1}", "wrong way round"},
      Case{"a{", "without a number"},
      Case{"a{1", "not closed"},
      Case{"[b-a]", "wrong way round"},
      Case{R"(\1)", "not supported"},
      Case{R"(\bword)", "not supported"},
      Case{"(?=a)", "not supported"},
      Case{"\\", "at the end"},
      Case{R"(\x4)", "hexadecimal"},
      Case{"a{1001}", "1000"},
      Case{"\xff", "not UTF-8"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.source);
    const auto pattern = Pattern::compile(c.source);
    REQUIRE_FALSE(pattern);
    CHECK(pattern.error().code == "R0051");
    CHECK_MESSAGE(pattern.error().message.find(c.says) != std::string::npos,
                  pattern.error().message);
  }
}

TEST_CASE("limits: size and depth are bounded") {
  CHECK(Pattern::compile("a{1000}"));
  CHECK_FALSE(Pattern::compile("(a{1000}){1000}"));
  CHECK_FALSE(Pattern::compile("((((a{99}){99}){99}){99}){99}"));
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '(') + std::string(depth, ')');
  };
  CHECK(Pattern::compile(nested(Pattern::depth_max - 1)));
  CHECK_FALSE(Pattern::compile(nested(Pattern::depth_max)));
}

TEST_CASE("no pattern and no text take exponential time or a deep stack") {
  CHECK_FALSE(matches("(a*)*b", std::string(20'000, 'a')));
  CHECK_FALSE(matches("(a|aa)+$", std::string(20'000, 'a') + "b"));
  CHECK(matches("(x?){500}x{500}", std::string(500, 'x')));
  CHECK(matches("(()*)*", ""));
  CHECK(matches(".*", std::string(1'000'000, 'a')));
}

std::string any_pattern(int depth) {
  static constexpr std::array<std::string_view, 8> atoms{"a",    "b",     ".", "[ab]",
                                                         "[^a]", R"(\d)", "c", R"(\w)"};
  std::string pattern;
  for (auto left = *rc::gen::inRange(0, 4); left > 0; --left) {
    if (depth > 0 && *rc::gen::inRange(0, 3) == 0) {
      pattern += "(" + any_pattern(depth - 1) + "|" + any_pattern(depth - 1) + ")";
    } else {
      pattern += atoms[*rc::gen::inRange<std::size_t>(0, atoms.size())];
    }
    static constexpr std::array<std::string_view, 6> times{"", "", "*", "+", "?", "{1,2}"};
    pattern += times[*rc::gen::inRange<std::size_t>(0, times.size())];
  }
  return pattern;
}

TEST_CASE("it agrees with the standard library's ECMAScript wherever both understand") {
  CHECK(rc::check([] {
    const std::string source = any_pattern(2);
    std::string text;
    for (auto left = *rc::gen::inRange(0, 6); left > 0; --left)
      text += *rc::gen::element('a', 'b', 'c', '1');
    RC_LOG() << source << " on " << text;
    const auto pattern = Pattern::compile(source);
    RC_ASSERT(pattern.has_value());
    RC_ASSERT(pattern->matches(text) == std::regex_match(text, std::regex(source)));
  }));
}

TEST_CASE("any bytes as a pattern are compiled or refused, and then match in peace") {
  CHECK(rc::check([] {
    static constexpr std::string_view letters = "ab\\[](){}|*+?^$.-,012dwsx\xC3\xA9";
    std::string source;
    for (auto left = *rc::gen::inRange(0, 12); left > 0; --left) {
      source += letters[*rc::gen::inRange<std::size_t>(0, letters.size())];
    }
    const auto pattern = Pattern::compile(source);
    if (pattern) (void)pattern->matches("abab012\n");
  }));
}

}  // namespace
}  // namespace rondo::guard
