// The HTTP server alone: a handler that only answers, to be driven by wrk. README.md says how.
#include <cstdlib>

#include <fmt/core.h>

#include "base/async.h"
#include "world/real/real_world.h"

namespace rondo {
namespace {

Task<world::HttpResponse> answer(world::HttpRequest request) {
  world::HttpResponse response{.status = 200, .headers = {{"Content-Type", "application/json"}}};
  response.body = fmt::format(R"({{"taken":{}}})", request.body.size());
  co_return response;
}

Task<void> serve(world::RealWorld& world, std::uint16_t port) {
  auto server = world.view().network.serve({.port = port}, answer);
  if (!server) {
    fmt::print(stderr, "{}\n", server.error().text());
    std::exit(1);
  }
  Signal stop;
  world.on_stop_signal([&stop] { stop.set(); });
  fmt::print("listening on http://127.0.0.1:{}\n", (*server)->port());
  std::fflush(stdout);
  co_await stop;
  co_await (*server)->stop(std::chrono::seconds{1});
}

}  // namespace
}  // namespace rondo

int main(int count, char** arguments) {
  const int port = count > 1 ? std::atoi(arguments[1]) : 0;
  rondo::world::RealWorld world;
  world.run(rondo::serve(world, static_cast<std::uint16_t>(port)));
  return 0;
}
