#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rondo::project {

constexpr std::size_t name_length_max = 63;

/// [a-z][a-z0-9_]{0,62}: names of files, fields, purposes.
[[nodiscard]] bool is_name(std::string_view text);

/// "12.5%" -> 0.125; nothing for anything else or beyond 100%.
[[nodiscard]] std::optional<double> parse_share(std::string_view text);

struct Money {
  std::int64_t micros = 0;  ///< millionths of `currency`
  std::string currency;     ///< three capital letters
};
/// "0.05 EUR"; at most six decimals, no sign.
[[nodiscard]] std::optional<Money> parse_money(std::string_view text);

/// Five fields as the scheduler reads them, or one of its `@` words; answers what is wrong with
/// them.
[[nodiscard]] std::optional<std::string> cron_problem(std::string_view text);

/// What a value of a schema's `format` should have been, if it is not: "a duration such as `15m`".
/// Formats that are not known here are never wrong.
[[nodiscard]] std::optional<std::string> format_problem(std::string_view format,
                                                        std::string_view text);

}  // namespace rondo::project
