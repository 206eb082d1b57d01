#include "project/yaml_json.h"

#include <charconv>
#include <string>
#include <utility>

#include "project/report.h"
#include "project/yaml.h"

namespace rondo::project {
namespace {

Json scalar_json(const YamlNode& node) {
  if (node.is_null()) return {};
  if (node.is_bool())
    return Json(node.text == "true" || node.text == "True" || node.text == "TRUE");
  if (node.is_integer()) {
    std::int64_t value = 0;
    const char* end = node.text.data() + node.text.size();
    const auto [stop, error] = std::from_chars(node.text.data(), end, value);
    if (error == std::errc{} && stop == end) return Json(value);
  }
  if (node.is_number()) return Json(node.number(0));
  return Json(node.text);
}

}  // namespace

Json to_json(const YamlNode& node) {
  if (node.is_scalar()) return scalar_json(node);
  if (node.is_list()) {
    Json list = Json::array();
    for (const auto& item : node.items) list.push(to_json(item));
    return list;
  }
  Json map = Json::object();
  for (const auto& entry : node.entries) map.set(entry.key, to_json(entry.value));
  return map;
}

Result<Json> read_yaml(std::string_view text, std::string_view file) {
  Report report;
  const std::string name(file);
  if (accept_text(name, std::string(text), report)) {
    if (const auto root = parse_yaml(name, report)) return to_json(*root);
  }
  const auto found = report.take().sorted();
  Error error{ErrorKind::permanent, "R0101", name + " is no YAML that can be read"};
  if (!found.empty()) {
    error.code = found.front().code;
    error.message = found.front().message;
    error.hint = found.front().hint;
    error.where = found.front().where;
  }
  return fail(std::move(error));
}

}  // namespace rondo::project
