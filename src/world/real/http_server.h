#pragma once

#include <memory>

#include "world/network.h"
#include "world/real/loop.h"

namespace rondo::world {

/// HTTP/1.0 and 1.1 on the loop, without TLS: that and HTTP/2 are the business of a proxy in front.
/// The contract is that of `Network::serve`; README.md tells how hostile clients are met.
[[nodiscard]] Result<std::unique_ptr<HttpServer>> serve_http(Loop& loop, ServeOptions options,
                                                             HttpHandler handler);

}  // namespace rondo::world
