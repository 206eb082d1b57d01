#include "project/document.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace rondo::project {
namespace {

constexpr std::array<std::string_view, 5> nulls{"", "~", "null", "Null", "NULL"};
constexpr std::array<std::string_view, 3> trues{"true", "True", "TRUE"};
constexpr std::array<std::string_view, 3> falses{"false", "False", "FALSE"};

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool all_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string_view without_sign(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  return text;
}

bool looks_like_number(std::string_view text) {
  const std::string_view digits = without_sign(text);
  if (digits.empty() || !(all_digits(digits.substr(0, 1)) || digits[0] == '.')) return false;
  double value = 0;
  const auto end = digits.data() + digits.size();
  const auto [stop, problem] = std::from_chars(digits.data(), end, value);
  return problem == std::errc{} && stop == end;
}

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

}  // namespace

std::uint32_t characters(std::string_view text) {
  return static_cast<std::uint32_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !continues_character(c); }));
}

bool YamlNode::is_null() const {
  return is_scalar() && style == Style::plain && contains(nulls, text);
}
bool YamlNode::is_bool() const {
  return is_scalar() && style == Style::plain && (contains(trues, text) || contains(falses, text));
}
bool YamlNode::is_integer() const {
  return is_scalar() && style == Style::plain && all_digits(without_sign(text));
}
bool YamlNode::is_number() const {
  return is_scalar() && style == Style::plain && looks_like_number(text);
}
bool YamlNode::is_text() const { return is_scalar() && !is_null() && !is_bool() && !is_number(); }

const YamlEntry* YamlNode::entry(std::string_view key) const {
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [key](const YamlEntry& one) { return one.key == key; });
  return found == entries.end() ? nullptr : &*found;
}

const YamlNode* YamlNode::find(std::string_view key) const {
  const YamlEntry* found = entry(key);
  return found == nullptr ? nullptr : &found->value;
}

std::string_view YamlNode::text_of(std::string_view key, std::string_view otherwise) const {
  const YamlNode* found = find(key);
  return found == nullptr || !found->is_scalar() || found->is_null()
             ? otherwise
             : std::string_view(found->text);
}

bool YamlNode::bool_of(std::string_view key, bool otherwise) const {
  const YamlNode* found = find(key);
  return found == nullptr || !found->is_bool() ? otherwise : contains(trues, found->text);
}

std::vector<std::string> YamlNode::texts() const {
  std::vector<std::string> all;
  if (is_scalar() && !is_null()) all.push_back(text);
  for (const YamlNode& item : items) {
    if (item.is_scalar() && !item.is_null()) all.push_back(item.text);
  }
  return all;
}

std::vector<std::string> YamlNode::texts_of(std::string_view key) const {
  const YamlNode* found = find(key);
  return found == nullptr ? std::vector<std::string>{} : found->texts();
}

double YamlNode::number(double otherwise) const {
  if (!is_number()) return otherwise;
  const bool plus = text.starts_with('+');
  double value = otherwise;
  std::from_chars(text.data() + (plus ? 1 : 0), text.data() + text.size(), value);
  return value;
}

LineTable::LineTable(std::string_view text) : text_(text), line_starts_{0} {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\n') line_starts_.push_back(at + 1);
  }
}

Span LineTable::at(std::size_t offset) const {
  offset = std::min(offset, text_.size());
  const auto next = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
  const auto line = static_cast<std::uint32_t>(next - line_starts_.begin());
  const std::size_t start = line_starts_[line - 1];
  return {line, characters(text_.substr(start, offset - start)) + 1, 1};
}

Span LineTable::between(std::size_t begin, std::size_t end) const {
  Span span = at(begin);
  begin = std::min(begin, text_.size());
  std::string_view covered = text_.substr(begin, std::max(end, begin) - begin);
  covered = covered.substr(0, covered.find_first_of("\r\n"));
  span.length = std::max<std::uint32_t>(1, characters(covered));
  return span;
}

std::size_t LineTable::offset(std::uint32_t line, std::uint32_t column) const {
  if (line == 0 || line > line_starts_.size()) return text_.size();
  std::size_t at = line_starts_[line - 1];
  for (std::uint32_t passed = 1; passed < column && at < text_.size() && text_[at] != '\n';) {
    ++at;
    while (at < text_.size() && continues_character(text_[at])) ++at;
    ++passed;
  }
  return at;
}

}  // namespace rondo::project
