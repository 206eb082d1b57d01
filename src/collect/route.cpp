#include "collect/route.h"

#include <algorithm>
#include <array>

namespace rondo::collect {
namespace {

using model::EventType;

constexpr std::array all_types{EventType::track,  EventType::identify, EventType::page,
                               EventType::screen, EventType::group,    EventType::alias};

// The browser SDK shortens each call to its first letter; no two share one.
std::optional<EventType> short_or_full(std::string_view name) {
  if (name.size() != 1) return event_type_of(name);
  const auto* found = std::ranges::find_if(
      all_types, [name](EventType type) { return name_of(type).front() == name.front(); });
  if (found == all_types.end()) return std::nullopt;
  return *found;
}

}  // namespace

std::optional<EventType> event_type_of(std::string_view name) {
  const auto* found =
      std::ranges::find_if(all_types, [name](EventType type) { return name_of(type) == name; });
  if (found == all_types.end()) return std::nullopt;
  return *found;
}

std::string_view path_of(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  while (url.size() > 1 && url.ends_with('/')) url.remove_suffix(1);
  return url;
}

std::optional<Route> route_of(std::string_view url) {
  std::string_view path = path_of(url);
  const bool jitsu = path.starts_with("/api/s/");
  if (!jitsu && !path.starts_with("/v1/")) return std::nullopt;
  path.remove_prefix(jitsu ? 7 : 4);
  if (!jitsu && (path == "batch" || path == "import" || path == "b"))
    return Route{.is_batch = true};
  const auto type = jitsu ? event_type_of(path) : short_or_full(path);
  if (!type) return std::nullopt;
  return Route{.type = type};
}

std::optional<std::string_view> settings_key(std::string_view url) {
  constexpr std::string_view before = "/v1/projects/";
  constexpr std::string_view after = "/settings";
  const std::string_view path = path_of(url);
  if (path.size() <= before.size() + after.size()) return std::nullopt;
  if (!path.starts_with(before) || !path.ends_with(after)) return std::nullopt;
  return path.substr(before.size(), path.size() - before.size() - after.size());
}

}  // namespace rondo::collect
