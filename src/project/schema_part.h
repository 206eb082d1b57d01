#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "project/document.h"

// What one part of a JSON Schema says, and in which words a person is told.
namespace rondo::project {

/// "a map", "text", "nothing": what a value is.
[[nodiscard]] std::string_view kind_of(const YamlNode& node);
/// The types that a part allows; empty for any.
[[nodiscard]] std::vector<std::string> types_of(const Json& part);
[[nodiscard]] bool fits_type(const YamlNode& node, const Json& part);
/// "text or a list"
[[nodiscard]] std::string joined_types(const std::vector<std::string>& types);
/// What to do about a value of the wrong type; may be empty.
[[nodiscard]] std::string hint_for_type(const YamlNode& node,
                                        const std::vector<std::string>& types);
[[nodiscard]] std::string_view words_for_format(std::string_view format);

/// A JSON value as it would stand in YAML.
[[nodiscard]] std::string value_text(const Json& value);
/// The values that `const` and `enum` allow; empty for any.
[[nodiscard]] std::vector<std::string> values_of(const Json& part);
[[nodiscard]] std::vector<std::string> keys_of(const Json& object);

}  // namespace rondo::project
