#include "project/read_values.h"

#include <utility>

#include "project/formats.h"
#include "project/report.h"

namespace rondo::project {

void read_duration(const YamlNode& owner, std::string_view key, Duration& into) {
  if (const auto duration = parse_duration(owner.text_of(key))) into = *duration;
}

std::optional<double> share_of(const YamlNode& owner, std::string_view key) {
  return parse_share(owner.text_of(key));
}

model::Trigger read_trigger(const YamlNode& owner, const std::string& file) {
  model::Trigger trigger;
  const YamlEntry* entry = owner.entry("trigger");
  if (entry == nullptr) return trigger;
  trigger.where = position(file, entry->key_where);
  trigger.schedule = entry->value.text_of("schedule");
  read_duration(entry->value, "every", trigger.every);
  trigger.after_upstream = entry->value.text_of("after") == "upstream";
  return trigger;
}

std::pair<std::string, std::string> split_once(std::string_view text, char separator) {
  const std::size_t at = text.find(separator);
  if (at == std::string_view::npos) return {std::string(text), ""};
  return {std::string(text.substr(0, at)), std::string(text.substr(at + 1))};
}

}  // namespace rondo::project
