#include "base/codes.h"

#include <algorithm>
#include <cctype>

#include <doctest/doctest.h>

namespace rondo {
namespace {

TEST_CASE("every code is R and four digits, has a title and an explanation, and stands once") {
  for (const CodeEntry& entry : all_codes()) {
    CAPTURE(entry.code);
    CHECK(entry.code.size() == 5);
    CHECK(entry.code.front() == 'R');
    CHECK(std::all_of(entry.code.begin() + 1, entry.code.end(),
                      [](char c) { return c >= '0' && c <= '9'; }));
    CHECK_FALSE(entry.title.empty());
    CHECK(entry.title.back() != '.');
    CHECK(entry.explanation.size() >= 40);
    CHECK(entry.explanation.back() == '.');
  }
  const auto codes = all_codes();
  const auto same = [](const CodeEntry& a, const CodeEntry& b) { return a.code >= b.code; };
  CHECK(std::adjacent_find(codes.begin(), codes.end(), same) == codes.end());
}

TEST_CASE("explain tells title and explanation, in either case of the letter") {
  const std::string text = explain("r0010");
  CHECK(text.starts_with("R0010: not valid JSON\n\n"));
  CHECK(text.find("64 levels") != std::string::npos);
}

TEST_CASE("an unknown code is answered with the nearest one") {
  CHECK(explain("RO010").find("did you mean `R0010`?") != std::string::npos);
  CHECK(explain("nonsense") == "there is no code `nonsense`\n");
  CHECK(find_code("R9999") == nullptr);
}

}  // namespace
}  // namespace rondo
