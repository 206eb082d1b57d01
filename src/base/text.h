#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rondo {

[[nodiscard]] std::string_view trim(std::string_view text);
/// ASCII only: identifiers, header names, domains. Other bytes pass unchanged.
[[nodiscard]] std::string lower(std::string_view text);
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);
[[nodiscard]] std::string join(std::span<const std::string> parts, std::string_view separator);
[[nodiscard]] std::string replace_all(std::string text, std::string_view from, std::string_view to);
[[nodiscard]] bool iequals(std::string_view a, std::string_view b);
/// Matches `*` (any run, also empty) and `?` (one byte); case matters.
[[nodiscard]] bool glob_matches(std::string_view pattern, std::string_view text);
/// True if `text` is well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms).
[[nodiscard]] bool is_utf8(std::string_view text);
/// "1,234,567"
[[nodiscard]] std::string with_commas(long long number);

/// Optimal string alignment distance with adjacent swaps (Damerau 1964), in bytes.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);
/// The candidate nearest to `word`, if it is near enough to be a misspelling of it.
[[nodiscard]] std::optional<std::string> nearest(std::string_view word,
                                                 std::span<const std::string> candidates);

/// RFC 4648. The decoder answers nothing for malformed input.
[[nodiscard]] std::string base64_encode(std::string_view bytes);
[[nodiscard]] std::optional<std::string> base64_decode(std::string_view text);
[[nodiscard]] std::string hex_encode(std::string_view bytes);

}  // namespace rondo
