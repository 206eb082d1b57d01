#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "world/network.h"

namespace rondo::collect {

/// Seconds after which an overloaded collector wants to be asked again.
constexpr int retry_after_s = 1;

[[nodiscard]] world::HttpResponse success_answer();
/// {"success":false,"error":{"code","message","hint"}} with the status that the error's code stands
/// for: 400, 401, 404, 405, 413, 429 with Retry-After, 503 for all others.
[[nodiscard]] world::HttpResponse error_answer(const Error& error);
[[nodiscard]] world::HttpResponse json_answer(int status, std::string body);

/// Browsers ask before each POST with `authorization`; `*` would not cover that header, so what
/// they ask for is echoed.
[[nodiscard]] world::HttpResponse preflight_answer(const world::HttpRequest& request);
void allow_any_origin(world::HttpResponse& response);

/// What analytics-next loads first: where to send events, and that nothing else is to be loaded.
[[nodiscard]] world::HttpResponse settings_answer(std::string_view write_key,
                                                  const world::HttpRequest& request);

/// Write keys in the order in which they are believed: Basic, the body's own, X-Write-Key.
[[nodiscard]] std::vector<std::string> key_candidates(const world::HttpRequest& request,
                                                      std::string_view body_key);

}  // namespace rondo::collect
