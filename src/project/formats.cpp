#include "project/formats.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <regex>

#include "base/text.h"
#include "base/time.h"

namespace rondo::project {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_small(char c) { return c >= 'a' && c <= 'z'; }

std::optional<int> whole_number(std::string_view text) {
  int value = 0;
  const auto [stop, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc{} || stop != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

struct CronField {
  std::string_view name;
  int first;
  int last;
  std::string_view words;  ///< three letters each, the first of them stands for `first`
};
constexpr std::array<CronField, 5> cron_fields{
    {{"minute", 0, 59, ""},
     {"hour", 0, 23, ""},
     {"day of month", 1, 31, ""},
     {"month", 1, 12, "janfebmaraprmayjunjulaugsepoctnovdec"},
     {"day of week", 0, 7, "sunmontuewedthufrisat"}}};
constexpr std::array<std::string_view, 7> cron_words{"@hourly",  "@daily",  "@midnight", "@weekly",
                                                     "@monthly", "@yearly", "@annually"};

std::optional<int> cron_value(const CronField& field, std::string_view text) {
  if (text.size() == 3 && !field.words.empty()) {
    const std::size_t at = field.words.find(lower(text));
    if (at != std::string_view::npos && at % 3 == 0) return field.first + static_cast<int>(at / 3);
  }
  const auto value = whole_number(text);
  if (!value || *value < field.first || *value > field.last) return std::nullopt;
  return value;
}

bool cron_part_fits(const CronField& field, std::string_view part) {
  if (const std::size_t slash = part.find('/'); slash != std::string_view::npos) {
    const auto step = whole_number(part.substr(slash + 1));
    if (!step || *step < 1) return false;
    part = part.substr(0, slash);
  }
  if (part == "*") return true;
  const std::size_t dash = part.find('-');
  const auto low = cron_value(field, part.substr(0, dash));
  if (dash == std::string_view::npos) return low.has_value();
  const auto high = cron_value(field, part.substr(dash + 1));
  return low && high && *low <= *high;
}

bool is_regular_expression(std::string_view text) {
  try {
    const std::regex compiled(text.begin(), text.end(), std::regex::ECMAScript);
    return true;
  } catch (const std::regex_error&) {
    return false;
  }
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (const std::string_view word : split(text, ' ')) {
    if (!trim(word).empty()) words.push_back(trim(word));
  }
  return words;
}

}  // namespace

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= name_length_max && is_small(text[0]) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_small(c) || is_digit(c) || c == '_'; });
}

std::optional<double> parse_share(std::string_view text) {
  if (!text.ends_with('%') || text.size() < 2 || !is_digit(text[0])) return std::nullopt;
  text.remove_suffix(1);
  double percent = 0;
  const auto [stop, problem] =
      std::from_chars(text.data(), text.data() + text.size(), percent, std::chars_format::fixed);
  if (problem != std::errc{} || stop != text.data() + text.size()) return std::nullopt;
  if (!(percent >= 0 && percent <= 100)) return std::nullopt;
  return percent / 100;
}

std::optional<Money> parse_money(std::string_view text) {
  constexpr std::size_t decimals_max = 6;
  constexpr std::size_t digits_max = 12;  // with six decimals it still fits into 64 bits
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const std::string_view currency = text.substr(space + 1);
  if (currency.size() != 3 ||
      !std::all_of(currency.begin(), currency.end(), [](char c) { return c >= 'A' && c <= 'Z'; })) {
    return std::nullopt;
  }
  const std::string_view amount = text.substr(0, space);
  const std::size_t point = amount.find('.');
  const std::string_view whole = amount.substr(0, point);
  std::string decimals(point == std::string_view::npos ? "0" : amount.substr(point + 1));
  if (whole.empty() || whole.size() > digits_max || decimals.empty() ||
      decimals.size() > decimals_max) {
    return std::nullopt;
  }
  decimals.resize(decimals_max, '0');
  const std::string digits = std::string(whole) + decimals;
  if (!std::all_of(digits.begin(), digits.end(), is_digit)) return std::nullopt;
  Money money{0, std::string(currency)};
  std::from_chars(digits.data(), digits.data() + digits.size(), money.micros);
  return money;
}

std::optional<std::string> cron_problem(std::string_view text) {
  if (text.starts_with('@')) {
    const bool known = std::find(cron_words.begin(), cron_words.end(), text) != cron_words.end();
    return known ? std::nullopt : std::optional<std::string>("no such word");
  }
  const auto fields = words_of(text);
  if (fields.size() != cron_fields.size()) {
    return "a rule has five fields, this one has " + std::to_string(fields.size());
  }
  for (std::size_t i = 0; i < fields.size(); ++i) {
    for (const std::string_view part : split(fields[i], ',')) {
      if (cron_part_fits(cron_fields[i], part)) continue;
      return "`" + std::string(part) + "` is no " + std::string(cron_fields[i].name) + " (" +
             std::to_string(cron_fields[i].first) + " to " + std::to_string(cron_fields[i].last) +
             ")";
    }
  }
  return std::nullopt;
}

std::optional<std::string> format_problem(std::string_view format, std::string_view text) {
  if (format == "name" && !is_name(text)) {
    return "a name: a small letter first, then small letters, digits and `_`, 63 at most";
  }
  if (format == "duration" && !parse_duration(text)) {
    return "a duration: a whole number and a unit, such as `250ms`, `10s`, `15m`, `24h`, `7d`";
  }
  if (format == "share" && !parse_share(text)) return "a share from `0%` to `100%`";
  if (format == "money" && !parse_money(text)) {
    return "an amount and a currency, such as `40 EUR` or `0.05 EUR`";
  }
  if (format == "cron") {
    if (const auto problem = cron_problem(text)) {
      return "five fields: minute, hour, day of month, month, day of week, such as "
             "`0 7 * * MON-FRI`; " +
             *problem;
    }
  }
  if (format == "regex" && !is_regular_expression(text)) return "a regular expression (ECMAScript)";
  if (format == "denial" && !(text.starts_with("deny [") && text.ends_with("]"))) {
    return "of the form `deny [purpose, purpose]`";
  }
  return std::nullopt;
}

}  // namespace rondo::project
