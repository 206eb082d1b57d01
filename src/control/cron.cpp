#include "control/cron.h"

#include <array>
#include <charconv>
#include <utility>

#include <date/tz.h>

#include "base/text.h"

namespace rondo::control {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

struct Field {
  std::string_view name;
  int first;
  int last;
  std::string_view words;  ///< three letters each, the first one meaning `first`
};

constexpr std::array<Field, 5> fields{{{"minute", 0, 59, ""},
                                       {"hour", 0, 23, ""},
                                       {"day of month", 1, 31, ""},
                                       {"month", 1, 12, "janfebmaraprmayjunjulaugsepoctnovdec"},
                                       {"day of week", 0, 7, "sunmontuewedthufrisat"}}};

constexpr std::array<std::pair<std::string_view, std::string_view>, 7> nicknames{
    {{"@hourly", "0 * * * *"},
     {"@daily", "0 0 * * *"},
     {"@midnight", "0 0 * * *"},
     {"@weekly", "0 0 * * 0"},
     {"@monthly", "0 0 1 * *"},
     {"@yearly", "0 0 1 1 *"},
     {"@annually", "0 0 1 1 *"}}};

// Eight years hold every 29 February that any rule can ask for; what has not matched by then never
// will.
constexpr int search_days_max = 366 * 8;

Error bad(const Field& field, std::string_view part) {
  return {ErrorKind::permanent, "R0805",
          "`" + std::string(part) + "` is no " + std::string(field.name) + " of a cron rule",
          "it takes " + std::to_string(field.first) + "-" + std::to_string(field.last) +
              ", lists (1,2), ranges (1-5), steps (*/15) and `*`"};
}

std::optional<int> number_of(const Field& field, std::string_view text) {
  const std::string word = lower(text);
  if (word.size() == 3 && !field.words.empty()) {
    const auto at = field.words.find(word);
    if (at != std::string_view::npos && at % 3 == 0) return field.first + static_cast<int>(at / 3);
  }
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (value < field.first || value > field.last) return std::nullopt;
  return value;
}

template <std::size_t N>
Result<void> read_part(const Field& field, std::string_view part, std::bitset<N>& into) {
  std::string_view range = part;
  int step = 1;
  if (const auto slash = part.find('/'); slash != std::string_view::npos) {
    range = part.substr(0, slash);
    const auto text = part.substr(slash + 1);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), step);
    if (error != std::errc{} || end != text.data() + text.size() || step < 1)
      return fail(bad(field, part));
  }
  int from = field.first;
  int to = field.last == 7 ? 6 : field.last;
  if (range != "*") {
    const auto dash = range.find('-');
    const auto low = number_of(field, range.substr(0, dash));
    if (!low) return fail(bad(field, part));
    const auto high =
        dash == std::string_view::npos ? low : number_of(field, range.substr(dash + 1));
    if (!high || *high < *low) return fail(bad(field, part));
    from = *low;
    // "5/10" means from 5 to the end.
    if (dash != std::string_view::npos || step == 1) to = *high;
  }
  for (int value = from; value <= to; value += step) into.set(static_cast<std::size_t>(value) % N);
  return {};
}

template <std::size_t N>
Result<void> read_field(const Field& field, std::string_view text, std::bitset<N>& into) {
  for (const auto part : split(text, ',')) TRY(read_part(field, part, into));
  return {};
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (const auto word : split(text, ' ')) {
    if (!trim(word).empty()) words.push_back(trim(word));
  }
  return words;
}

}  // namespace

Result<Cron> Cron::parse(std::string_view text) {
  text = trim(text);
  for (const auto& [name, rule] : nicknames) {
    if (iequals(text, name)) text = rule;
  }
  const auto words = words_of(text);
  if (words.size() != fields.size()) {
    return fail(
        ErrorKind::permanent, "R0805",
        "a cron rule has 5 fields, `" + std::string(text) + "` has " + std::to_string(words.size()),
        "minute hour day-of-month month day-of-week, as in `0 7 * * MON-FRI`");
  }
  Cron cron;
  TRY(read_field(fields[0], words[0], cron.minutes_));
  TRY(read_field(fields[1], words[1], cron.hours_));
  TRY(read_field(fields[2], words[2], cron.days_));
  TRY(read_field(fields[3], words[3], cron.months_));
  TRY(read_field(fields[4], words[4], cron.weekdays_));
  cron.day_star_ = words[2].starts_with('*');
  cron.weekday_star_ = words[4].starts_with('*');
  cron.fixed_time_ = !words[0].starts_with('*') && !words[1].starts_with('*');
  const auto ever = cron.next_after(Time{}, "UTC");
  if (!ever) return fail(ever.error());
  return cron;
}

bool Cron::matches_day(int month, int day, int weekday) const {
  if (!months_.test(static_cast<std::size_t>(month))) return false;
  const bool by_day = days_.test(static_cast<std::size_t>(day));
  const bool by_weekday = weekdays_.test(static_cast<std::size_t>(weekday));
  return day_star_ || weekday_star_ ? by_day && by_weekday : by_day || by_weekday;
}

namespace {

// Where a local time stands on the real line: nowhere, once or twice.
void consider(const date::time_zone& zone, date::local_time<minutes> local, bool fixed_time,
              Time after, std::optional<Time>& best) {
  const auto take = [&](Time candidate) {
    if (candidate > after && (!best || candidate < *best)) best = candidate;
  };
  const auto info = zone.get_info(date::local_time<seconds>{local});
  if (info.result == date::local_info::nonexistent) {
    if (fixed_time) take(Time{info.first.end});
    return;
  }
  take(Time{local.time_since_epoch() - info.first.offset});
  if (info.result == date::local_info::ambiguous && !fixed_time) {
    take(Time{local.time_since_epoch() - info.second.offset});
  }
}

}  // namespace

Result<Time> Cron::next_after(Time time, std::string_view zone_name) const {
  const date::time_zone* zone = nullptr;
  try {
    zone = date::locate_zone(std::string(zone_name));
  } catch (const std::exception&) {
    return fail(ErrorKind::permanent, "R0806",
                "there is no time zone `" + std::string(zone_name) + "`",
                "use a name such as Europe/Berlin");
  }
  auto day = std::chrono::floor<date::days>(zone->to_local(std::chrono::floor<seconds>(time)));
  std::optional<Time> best;
  for (int searched = 0; searched < search_days_max; ++searched, day += date::days{1}) {
    if (best) break;  // a clock change moves by hours, not across the day after
    const date::year_month_day date{day};
    if (!matches_day(static_cast<int>(static_cast<unsigned>(date.month())),
                     static_cast<int>(static_cast<unsigned>(date.day())),
                     static_cast<int>(date::weekday{day}.c_encoding()))) {
      continue;
    }
    for (std::size_t minute_of_day = 0; minute_of_day < 24 * 60; ++minute_of_day) {
      if (!hours_.test(minute_of_day / 60) || !minutes_.test(minute_of_day % 60)) continue;
      consider(*zone, day + minutes{minute_of_day}, fixed_time_, time, best);
    }
  }
  if (best) return *best;
  return fail(ErrorKind::permanent, "R0805", "the cron rule never matches",
              "look at day of month and month: 30 February does not come");
}

}  // namespace rondo::control
