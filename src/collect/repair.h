#pragma once

#include <string>
#include <string_view>

namespace rondo::collect {

/// The same JSON text with every malformed UTF-8 sequence and every \uD800-\uDFFF escape that is no
/// half of a pair replaced by U+FFFD.
[[nodiscard]] std::string repair_characters(std::string_view json);

/// Deepest nesting of objects and arrays in a well-formed JSON text; 0 for a scalar.
[[nodiscard]] std::size_t nesting(std::string_view json);

}  // namespace rondo::collect
