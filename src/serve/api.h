#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "serve/board.h"
#include "world/network.h"

namespace rondo::serve {

struct ApiOptions {
  std::string token;                          ///< empty: whoever reaches the port may ask
  std::function<std::string()> metrics_text;  ///< the collector's counters, Prometheus text format
  world::HttpHandler collector;  ///< gets everything that is not below /api, and /api/s
  /// Whether a selection names something; what is wrong otherwise. Empty: everything does.
  std::function<Result<void>(const std::string& selection)> check_selection{};
};

/// One handler for the whole port:
///
///     GET  /api/status     what `rondo status --json` prints
///     GET  /api/runs       the latest runs with their steps, newest first
///     POST /api/runs       {"select": "sync:x"} -> 202; the run starts when the loop is free
///     GET  /metrics        Prometheus text format 0.0.4
///     everything else      the collector
///
/// Refusals are JSON: {"error": {"code", "message", "hint"}}: 401 R0807 without the token, 404,
/// 405, 400 for a body that is no JSON object or names no asset (R0801), 503 when nothing runs
/// here. A browser's request from another page (an Origin header that is not this host) is refused
/// with 403 where it would change something.
[[nodiscard]] world::HttpHandler make_api(Board& board, ApiOptions options);

}  // namespace rondo::serve
