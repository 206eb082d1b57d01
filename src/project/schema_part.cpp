#include "project/schema_part.h"

#include <algorithm>

#include "base/text.h"

namespace rondo::project {
namespace {

std::string_view words_for(std::string_view type) {
  if (type == "object") return "a map";
  if (type == "array") return "a list";
  if (type == "string") return "text";
  if (type == "integer") return "a whole number";
  if (type == "number") return "a number";
  return "`true` or `false`";
}

bool is_of_type(const YamlNode& node, std::string_view type) {
  if (type == "object") return node.is_map();
  if (type == "array") return node.is_list();
  if (type == "string") return node.is_text();
  if (type == "integer") return node.is_integer();
  if (type == "number") return node.is_number();
  return type == "boolean" && node.is_bool();
}

}  // namespace

std::string_view kind_of(const YamlNode& node) {
  if (node.is_map()) return "a map";
  if (node.is_list()) return "a list";
  if (node.is_null()) return "nothing";
  if (node.is_bool()) return "true or false";
  if (node.is_number()) return "a number";
  return "text";
}

std::vector<std::string> types_of(const Json& part) {
  std::vector<std::string> types;
  if (part["type"].is_string()) types.emplace_back(part["type"].as_string());
  for (const Json& type : part["type"].as_array()) types.emplace_back(type.as_string());
  return types;
}

bool fits_type(const YamlNode& node, const Json& part) {
  const auto types = types_of(part);
  return types.empty() || std::any_of(types.begin(), types.end(), [&](const std::string& type) {
           return is_of_type(node, type);
         });
}

std::string joined_types(const std::vector<std::string>& types) {
  std::string words;
  for (const std::string& type : types) {
    if (words.find(words_for(type)) != std::string::npos) continue;
    words += words.empty() ? "" : " or ";
    words += words_for(type);
  }
  return words;
}

std::string hint_for_type(const YamlNode& node, const std::vector<std::string>& types) {
  const std::string& type = types.front();
  if (type == "string" && node.is_scalar() && !node.is_null()) {
    return "put it in quotes: \"" + node.text + "\"";
  }
  if (type == "array" && node.is_text()) return "write a list: [" + node.text + "]";
  if (type == "boolean" && node.is_scalar()) {
    const std::string word = lower(node.text);
    if (word == "yes" || word == "on" || word == "1") return "write `true`";
    if (word == "no" || word == "off" || word == "0") return "write `false`";
  }
  if (type == "string" && node.is_list()) return "only one can stand here: write it without a list";
  if (type == "object" && node.is_list()) return "write `name: value`, without the dashes";
  if (type == "object") return "write pairs below it: `name: value`";
  return {};
}

std::string value_text(const Json& value) {
  return value.is_string() ? std::string(value.as_string()) : value.text();
}

std::vector<std::string> values_of(const Json& part) {
  std::vector<std::string> values;
  if (const Json* only = part.find("const")) values.push_back(value_text(*only));
  for (const Json& value : part["enum"].as_array()) values.push_back(value_text(value));
  return values;
}

std::vector<std::string> keys_of(const Json& object) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : object.as_object()) keys.push_back(key);
  return keys;
}

std::string_view words_for_format(std::string_view format) {
  if (format == "money") return "price";
  if (format == "cron") return "schedule";
  if (format == "regex") return "regular expression";
  return format;
}

}  // namespace rondo::project
