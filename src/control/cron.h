#pragma once

#include <bitset>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace rondo::control {

/// A five-field cron rule: minute hour day-of-month month day-of-week. Lists, ranges, steps, month
/// and weekday names (either case), 7 for Sunday, and @hourly @daily @weekly @monthly @yearly. If
/// both day fields are restricted, either may match; if one starts with `*`, both must (Vixie
/// cron's rule).
///
/// Where clocks change (Vixie cron's rule again): a rule with a fixed minute and hour whose time is
/// skipped runs at the first instant after the gap, and once in a repeated hour; a rule with `*` in
/// minute or hour follows real time.
class Cron {
 public:
  /// Error R0805 says which field is wrong and what it takes; so does a rule that can never match
  /// (30 February).
  static Result<Cron> parse(std::string_view text);

  /// The first match strictly after `time`. `zone` is an IANA name, error R0806 if there is none of
  /// it.
  [[nodiscard]] Result<Time> next_after(Time time, std::string_view zone) const;

 private:
  std::bitset<60> minutes_;
  std::bitset<24> hours_;
  std::bitset<32> days_;     ///< 1-31
  std::bitset<13> months_;   ///< 1-12
  std::bitset<7> weekdays_;  ///< 0 is Sunday
  bool day_star_ = false;
  bool weekday_star_ = false;
  bool fixed_time_ = false;  ///< neither minute nor hour starts with `*`

  [[nodiscard]] bool matches_day(int month, int day, int weekday) const;
};

}  // namespace rondo::control
