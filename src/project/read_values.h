#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "model/project.h"
#include "project/document.h"

// Small readers that the readers of files share. All take what validation let pass and keep the
// default otherwise.
namespace rondo::project {

void read_duration(const YamlNode& owner, std::string_view key, Duration& into);
[[nodiscard]] std::optional<double> share_of(const YamlNode& owner, std::string_view key);
[[nodiscard]] model::Trigger read_trigger(const YamlNode& owner, const std::string& file);
/// Splits "a:b" at the first colon; the second is empty without one.
[[nodiscard]] std::pair<std::string, std::string> split_once(std::string_view text, char separator);

}  // namespace rondo::project
