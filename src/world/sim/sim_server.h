#pragma once

#include <memory>

#include "world/sim/sim_network.h"

namespace rondo::world {

struct SimServerState {
  Machine machine;
  ServeOptions options;
  std::string host;
  std::uint16_t port;
  HttpHandler handler;
  std::size_t under_way = 0;
  bool closed = false;  ///< no new requests
  bool cut = false;     ///< what is under way gets no answer any more
};

/// The handle of a server. Destroying it closes the server and cuts its connections; handlers that
/// are under way go on to their end, but nobody gets their answer.
class SimServer final : public HttpServer {
 public:
  SimServer(SimNetwork& network, std::shared_ptr<SimServerState> state);
  ~SimServer() override;
  [[nodiscard]] std::uint16_t port() const override { return state_->port; }
  Task<void> stop(Duration grace) override;

 private:
  SimNetwork& network_;
  std::shared_ptr<SimServerState> state_;
};

}  // namespace rondo::world
