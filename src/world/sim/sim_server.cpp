#include "world/sim/sim_server.h"

#include <fmt/format.h>

namespace rondo::world {

SimServer::SimServer(SimNetwork& network, std::shared_ptr<SimServerState> state)
    : network_(network), state_(std::move(state)) {}

SimServer::~SimServer() {
  network_.close(state_);
  state_->cut = true;
}

Task<void> SimServer::stop(Duration grace) {
  constexpr Duration look_every = std::chrono::milliseconds{1};
  SimCore& core = network_.core_;
  network_.close(state_);
  const Duration end = core.now() + grace;
  while (state_->under_way > 0 && core.now() < end) {
    Pause pause(core, std::min(look_every, end - core.now()));
    co_await pause;
  }
  state_->cut = true;
}

}  // namespace rondo::world
