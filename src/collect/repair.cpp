#include "collect/repair.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <tuple>
#include <utility>

#include "base/text.h"

namespace rondo::collect {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

std::optional<unsigned> unicode_escape(std::string_view text) {
  if (text.size() < 6 || text[0] != '\\' || text[1] != 'u') return std::nullopt;
  unsigned code = 0;
  const char* end = text.data() + 6;
  const auto [stopped, problem] = std::from_chars(text.data() + 2, end, code, 16);
  if (problem != std::errc{} || stopped != end) return std::nullopt;
  return code;
}
bool is_high(unsigned code) { return code >= 0xD800 && code < 0xDC00; }
bool is_low(unsigned code) { return code >= 0xDC00 && code < 0xE000; }

// How many bytes the escape at the start of `text` has, and whether it stands for a character.
std::pair<std::size_t, bool> escape_at(std::string_view text) {
  const auto code = unicode_escape(text);
  if (!code) return {std::min<std::size_t>(2, text.size()), true};
  if (is_low(*code)) return {6, false};
  if (!is_high(*code)) return {6, true};
  const auto second = unicode_escape(text.substr(6));
  if (second && is_low(*second)) return {12, true};
  return {6, false};
}

std::size_t utf8_length(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xF0) return 4;
  if (first >= 0xE0) return 3;
  return 2;
}

}  // namespace

std::string repair_characters(std::string_view json) {
  std::string good;
  good.reserve(json.size() + 64);
  while (!json.empty()) {
    std::size_t bytes = 1;
    bool is_character = true;
    if (json.front() == '\\') {
      std::tie(bytes, is_character) = escape_at(json);
    } else {
      bytes = std::min(utf8_length(static_cast<unsigned char>(json.front())), json.size());
      is_character = is_utf8(json.substr(0, bytes));
      if (!is_character) bytes = 1;
    }
    good += is_character ? json.substr(0, bytes) : replacement;
    json.remove_prefix(bytes);
  }
  return good;
}

std::size_t nesting(std::string_view json) {
  std::size_t depth = 0;
  std::size_t deepest = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      deepest = std::max(deepest, ++depth);
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return deepest;
}

}  // namespace rondo::collect
