#pragma once

#include <string>
#include <string_view>

namespace rondo {

class Json;

/// The text of a value: compact for `indent` 0, otherwise one member per line. Doubles are the
/// shortest text that reads back as the same bits and always look like one ("1.0"); infinities and
/// NaN, which JSON has no words for, become null.
[[nodiscard]] std::string json_text(const Json& value, std::size_t indent);

/// `text` as a JSON string, quotes included (RFC 8259, 7).
[[nodiscard]] std::string json_quoted(std::string_view text);

}  // namespace rondo
