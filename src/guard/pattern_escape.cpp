#include <algorithm>
#include <vector>

#include "guard/pattern_parser.h"

namespace rondo::guard {
namespace {

constexpr std::uint32_t last_character = 0x10'FFFF;
constexpr std::uint32_t last_of_all = 0x11'00FF;  // bytes that are no UTF-8 included

struct Pair {
  std::uint32_t first;
  std::uint32_t last;
};

// ECMAScript's WhiteSpace and LineTerminator.
std::vector<Pair> pairs_of(char name) {
  switch (name) {
    case 'd': return {{'0', '9'}};
    case 'w': return {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
    case 's':
      return {{0x09, 0x0D},     {0x20, 0x20},     {0xA0, 0xA0},     {0x1680, 0x1680},
              {0x2000, 0x200A}, {0x2028, 0x2029}, {0x202F, 0x202F}, {0x205F, 0x205F},
              {0x3000, 0x3000}, {0xFEFF, 0xFEFF}};
    default: return {};
  }
}

// Both sorted and without overlaps, as above.
std::vector<Pair> all_but(const std::vector<Pair>& pairs) {
  std::vector<Pair> rest;
  std::uint32_t next = 0;
  for (const Pair& pair : pairs) {
    if (pair.first > next) rest.push_back({next, pair.first - 1});
    next = pair.last + 1;
  }
  rest.push_back({next, last_of_all});
  return rest;
}

std::optional<std::uint32_t> control_of(char name) {
  switch (name) {
    case 't': return '\t';
    case 'n': return '\n';
    case 'r': return '\r';
    case 'f': return '\f';
    case 'v': return '\v';
    case '0': return 0;
    default: return std::nullopt;
  }
}

bool is_letter_or_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

}  // namespace

Result<std::uint32_t> PatternParser::hex(std::size_t digits) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    const std::string_view known = "0123456789abcdefABCDEF";
    const std::size_t at = rest_.empty() ? std::string_view::npos : known.find(rest_.front());
    if (at == std::string_view::npos) return problem("too few hexadecimal digits");
    value = value * 16 + static_cast<std::uint32_t>(at < 16 ? at : at - 6);
    rest_.remove_prefix(1);
  }
  if (value > last_character) return problem("no such character");
  return value;
}

Result<PatternParser::Set> PatternParser::escape(bool in_set) {
  skip("\\");
  if (rest_.empty()) return problem("a `\\` at the end");
  const char name = rest_.front();
  const char small = name >= 'A' && name <= 'Z' ? static_cast<char>(name - 'A' + 'a') : name;
  if (auto pairs = pairs_of(small); !pairs.empty()) {
    rest_.remove_prefix(1);
    if (small != name) pairs = all_but(pairs);
    Set set;
    for (const Pair& pair : pairs) set.ranges.push_back({pair.first, pair.last});
    return set;
  }
  std::uint32_t c = 0;
  if (const auto control = control_of(name)) {
    rest_.remove_prefix(1);
    c = *control;
  } else if (name == 'x' || name == 'u') {
    rest_.remove_prefix(1);
    TRY_ASSIGN(c, hex(name == 'x' ? 2 : 4));
  } else if (in_set && name == 'b') {
    rest_.remove_prefix(1);
    c = '\b';
  } else if (is_letter_or_digit(name)) {
    return problem(std::string("`\\") + name + "` is not supported");
  } else {
    c = take_character(rest_);
  }
  return Set{{{c, c}}, false};
}

}  // namespace rondo::guard
