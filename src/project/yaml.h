#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "project/document.h"
#include "project/report.h"

namespace rondo::project {

constexpr std::size_t yaml_size_max = 1024 * 1024;  ///< bytes of one file
constexpr std::size_t yaml_depth_max = 32;          ///< levels of maps and lists

/// Checks what every text file of a project must be: not too large, UTF-8 (a byte order mark is
/// dropped), no control characters. Adds the file to the report; false if it cannot be read any
/// further.
[[nodiscard]] bool accept_text(const std::string& file, std::string text, Report& report);

/// Reads one YAML 1.2 document of a file that `accept_text` let pass. Nothing if it is not YAML: a
/// syntax error ends the file, so there is one of them at most.
///
/// On purpose not taken, each with an error of its own: a second document, anchors and aliases,
/// merge keys (`<<`), tags, keys that are not text, the same key twice. A project says each thing
/// once and in one place. An empty file is a scalar without text.
[[nodiscard]] std::optional<YamlNode> parse_yaml(const std::string& file, Report& report);

}  // namespace rondo::project
