#pragma once

#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "project/document.h"

namespace rondo::project {

/// The same value in JSON's types (YAML 1.2 core schema): what other rooms read files by.
[[nodiscard]] Json to_json(const YamlNode& node);

/// Reads a whole YAML text, as strictly as project files are read. Error R0101 with the place in
/// `file`.
[[nodiscard]] Result<Json> read_yaml(std::string_view text, std::string_view file);

}  // namespace rondo::project
