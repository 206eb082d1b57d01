#pragma once

#include <optional>
#include <string_view>

#include "model/event.h"

namespace rondo::collect {

/// What the body of a request to some path must look like.
struct Route {
  bool is_batch = false;                   ///< {"batch": [event, …]}
  std::optional<model::EventType> type{};  ///< of a single event, said by the path
};

/// The paths that Segment, RudderStack and Jitsu clients post to: /v1/{batch,import,b},
/// /v1/{track,identify,page, screen,group,alias}, /v1/{t,i,p,s,g,a}, /api/s/TYPE; with or without a
/// slash at the end. Queries are ignored.
[[nodiscard]] std::optional<Route> route_of(std::string_view url);

/// KEY of `GET /v1/projects/KEY/settings`.
[[nodiscard]] std::optional<std::string_view> settings_key(std::string_view url);

/// The path without query and trailing slashes.
[[nodiscard]] std::string_view path_of(std::string_view url);

[[nodiscard]] std::optional<model::EventType> event_type_of(std::string_view name);

}  // namespace rondo::collect
