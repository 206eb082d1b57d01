#include "project/schema.h"

#include <array>
#include <map>
#include <utility>

#include "base/check.h"
#include "base/embedded.h"

namespace rondo::embedded {
std::span<const EmbeddedFile> rondo_embedded_schemas();
}

namespace rondo::project {
namespace {

constexpr std::array<std::string_view, 10> kinds{
    "project",     "consent", "identity",   "source",  "contract",
    "destination", "sync",    "enrichment", "outcome", "feedback"};
constexpr std::string_view common_prefix = "common.json#/$defs/";
constexpr std::string_view local_prefix = "#/$defs/";

Json parsed(std::string_view kind) {
  for (const EmbeddedFile& file : embedded::rondo_embedded_schemas()) {
    if (file.path != std::string(kind) + ".json") continue;
    auto json = Json::parse(file.bytes);
    PROMISE(json.has_value());
    return std::move(*json);
  }
  PROMISE(false);
  return {};
}

/// Puts the shared definitions in place, so that a printed schema needs no other file. What stands
/// beside the
/// `$ref` (a better description, a default) wins.
Json bundled(const Json& part, const Json& common) {
  if (part.is_array()) {
    Json all = Json::array();
    for (const Json& item : part.as_array()) all.push(bundled(item, common));
    return all;
  }
  if (!part.is_object()) return part;
  Json whole = Json::object();
  const std::string_view ref = part["$ref"].as_string();
  const bool shared = ref.starts_with(common_prefix);
  if (shared) {
    const Json* definition = common["$defs"].find(ref.substr(common_prefix.size()));
    PROMISE(definition != nullptr);
    whole = bundled(*definition, common);
  }
  for (const auto& [key, value] : part.as_object()) {
    if (!(shared && key == "$ref")) whole.set(key, bundled(value, common));
  }
  return whole;
}

std::map<std::string, Json, std::less<>> all_schemas() {
  const Json common = parsed("common");
  std::map<std::string, Json, std::less<>> all;
  for (const std::string_view kind : kinds) all.emplace(kind, bundled(parsed(kind), common));
  return all;
}

}  // namespace

std::span<const std::string_view> schema_kinds() { return kinds; }

const Json* schema(std::string_view kind) {
  static const auto all = all_schemas();
  const auto found = all.find(kind);
  return found == all.end() ? nullptr : &found->second;
}

const Json& target_of(const Json& root, const Json& part) {
  const std::string_view ref = part["$ref"].as_string();
  if (!ref.starts_with(local_prefix)) return part;
  const Json* definition = root["$defs"].find(ref.substr(local_prefix.size()));
  PROMISE(definition != nullptr);
  return *definition;
}

}  // namespace rondo::project
