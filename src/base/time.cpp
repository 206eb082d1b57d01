#include "base/time.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <optional>

namespace rondo {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Reads a text from its start; every step says whether it fitted.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool at_end() const { return rest_.empty(); }

  bool one_of(std::string_view characters) {
    if (rest_.empty() || characters.find(rest_.front()) == std::string_view::npos) return false;
    last_ = rest_.front();
    rest_.remove_prefix(1);
    return true;
  }
  [[nodiscard]] char last() const { return last_; }

  /// Exactly `count` digits.
  bool number(std::size_t count, int& into) {
    if (rest_.size() < count) return false;
    int value = 0;
    for (const char c : rest_.substr(0, count)) {
      if (!is_digit(c)) return false;
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(count);
    into = value;
    return true;
  }

  /// 1 to 9 digits of a second, as microseconds, what is finer is cut.
  bool fraction(int& microseconds) {
    std::size_t count = 0;
    int value = 0;
    for (; count < rest_.size() && is_digit(rest_[count]); ++count) {
      if (count < 6) value = value * 10 + (rest_[count] - '0');
    }
    if (count == 0 || count > 9) return false;
    for (std::size_t i = count; i < 6; ++i) value *= 10;
    rest_.remove_prefix(count);
    microseconds = value;
    return true;
  }

 private:
  std::string_view rest_;
  char last_ = 0;
};

std::optional<std::chrono::sys_days> read_date(Reader& reader) {
  int year = 0;
  int month = 0;
  int day = 0;
  const bool fits = reader.number(4, year) && reader.one_of("-") && reader.number(2, month) &&
                    reader.one_of("-") && reader.number(2, day);
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!fits || !date.ok()) return std::nullopt;
  return std::chrono::sys_days{date};
}

/// A second of 60 is a leap second and becomes the first of the next minute, as in PostgreSQL.
std::optional<Duration> read_time_of_day(Reader& reader) {
  int hour = 0;
  int minute = 0;
  int second = 0;
  int micro = 0;
  const bool fits = reader.number(2, hour) && reader.one_of(":") && reader.number(2, minute) &&
                    reader.one_of(":") && reader.number(2, second);
  if (!fits || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  if (reader.one_of(".") && !reader.fraction(micro)) return std::nullopt;
  return hours{hour} + minutes{minute} + seconds{second} + Duration{micro};
}

std::optional<minutes> read_offset(Reader& reader) {
  if (reader.one_of("Zz")) return minutes{0};
  if (!reader.one_of("+-")) return std::nullopt;
  const int sign = reader.last() == '-' ? -1 : 1;
  int hour = 0;
  int minute = 0;
  if (!reader.number(2, hour) || !reader.one_of(":") || !reader.number(2, minute))
    return std::nullopt;
  if (hour > 23 || minute > 59) return std::nullopt;
  return sign * minutes{hour * 60 + minute};
}

std::optional<Time> read_time(std::string_view text) {
  Reader reader(text);
  const auto date = read_date(reader);
  if (!date) return std::nullopt;
  if (reader.at_end()) return Time{*date};
  if (!reader.one_of("Tt ")) return std::nullopt;
  const auto time_of_day = read_time_of_day(reader);
  if (!time_of_day) return std::nullopt;
  const auto offset = read_offset(reader);
  if (!offset || !reader.at_end()) return std::nullopt;
  return Time{*date} + *time_of_day - *offset;
}

// What is quoted in a message stays short: it may be a whole foreign document.
std::string quoted(std::string_view text) {
  constexpr std::size_t shown_max = 40;
  const bool cut = text.size() > shown_max;
  return "`" + std::string(text.substr(0, shown_max)) + (cut ? "…`" : "`");
}

struct Unit {
  std::string_view name;
  Duration length;
};
constexpr std::array<Unit, 6> units{{{"ms", std::chrono::milliseconds{1}},
                                     {"s", seconds{1}},
                                     {"m", minutes{1}},
                                     {"h", hours{1}},
                                     {"d", days{1}},
                                     {"w", days{7}}}};

std::optional<Duration> read_duration(std::string_view text) {
  std::int64_t count = 0;
  std::size_t digits = 0;
  for (; digits < text.size() && is_digit(text[digits]); ++digits) {
    const std::int64_t digit = text[digits] - '0';
    if (__builtin_mul_overflow(count, std::int64_t{10}, &count)) return std::nullopt;
    if (__builtin_add_overflow(count, digit, &count)) return std::nullopt;
  }
  if (digits == 0) return std::nullopt;
  for (const Unit& unit : units) {
    if (text.substr(digits) != unit.name) continue;
    if (__builtin_mul_overflow(count, std::int64_t{unit.length.count()}, &count))
      return std::nullopt;
    return Duration{count};
  }
  return std::nullopt;
}

template <class... Arguments>
std::string formatted(const char* format, Arguments... arguments) {
  std::array<char, 64> room{};
  const int length = std::snprintf(room.data(), room.size(), format, arguments...);
  return {room.data(), static_cast<std::size_t>(length)};
}

std::string two_units(std::uint64_t larger, const char* larger_name, std::uint64_t smaller,
                      const char* smaller_name) {
  std::string text = std::to_string(larger) + " " + larger_name;
  if (smaller > 0) text += " " + std::to_string(smaller) + " " + smaller_name;
  return text;
}

}  // namespace

std::string to_text(Time time) {
  const auto day = std::chrono::floor<days>(time);
  const std::chrono::year_month_day date{day};
  const std::int64_t micro = (time - day).count();
  const auto whole = static_cast<int>(micro / 1'000'000);
  return formatted("%04d-%02u-%02uT%02d:%02d:%02d.%06dZ", static_cast<int>(date.year()),
                   static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                   whole / 3600, whole / 60 % 60, whole % 60, static_cast<int>(micro % 1'000'000));
}

Result<Time> parse_time(std::string_view text) {
  if (const auto time = read_time(text)) return *time;
  return fail(ErrorKind::rejected, "R0011", quoted(text) + " is not a time",
              "write it like 2026-11-24T10:15:00Z or 2026-11-24T10:15:00+01:00");
}

Result<Duration> parse_duration(std::string_view text) {
  if (const auto duration = read_duration(text)) return *duration;
  return fail(ErrorKind::rejected, "R0012", quoted(text) + " is not a duration",
              "write a whole number and one of ms, s, m, h, d, w, like 15m");
}

std::string to_short_text(Duration duration) {
  // Unsigned, because the smallest duration has no positive twin.
  auto left = static_cast<std::uint64_t>(duration.count());
  if (duration.count() < 0)
    return "-" + [&] {
      const auto magnitude = 0 - left;
      constexpr auto largest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
      return to_short_text(Duration{static_cast<std::int64_t>(std::min(magnitude, largest))});
    }();
  if (left < 1'000) return std::to_string(left) + " µs";
  if (left < 999'500) return std::to_string((left + 500) / 1'000) + " ms";
  if (left < 59'950'000) return formatted("%.1f s", static_cast<double>(left) / 1e6);
  left = (left + 500'000) / 1'000'000;  // whole seconds from here on
  if (left < 3'600) return two_units(left / 60, "min", left % 60, "s");
  if (left < 86'400) return two_units(left / 3'600, "h", left / 60 % 60, "min");
  return two_units(left / 86'400, "d", left / 3'600 % 24, "h");
}

}  // namespace rondo
