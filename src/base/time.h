#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/result.h"

namespace rondo {

using Duration = std::chrono::microseconds;
/// An instant in UTC, to the microsecond: what every timestamp column holds.
using Time = std::chrono::sys_time<std::chrono::microseconds>;

/// "2026-11-24T10:15:00.123456Z"; always UTC, always six digits, so that text sorts like time.
[[nodiscard]] std::string to_text(Time time);

/// Reads RFC 3339 with 0 to 9 digits of a second (nanoseconds are cut), `Z` or an offset, 'T' or a
/// space; a bare date is midnight UTC. Error R0011 for anything else.
[[nodiscard]] Result<Time> parse_time(std::string_view text);

/// Reads "250ms", "10s", "15m", "24h", "7d", "4w". Error R0012 for anything else, negative or
/// overflowing.
[[nodiscard]] Result<Duration> parse_duration(std::string_view text);

/// "1.2 s", "340 ms", "2 h 5 min": for people.
[[nodiscard]] std::string to_short_text(Duration duration);

}  // namespace rondo
