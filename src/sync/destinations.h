#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/async.h"
#include "connector/client.h"
#include "model/project.h"

namespace rondo::sync {

/// The open destinations of a process: one client each, so that all syncs to a destination share
/// its limits, and one writer at a time.
class Destinations {
 public:
  /// Makes a connector from its name: the project's own file, or a shipped one.
  using ConnectorSource = std::function<Result<connector::Connector>(const std::string& name)>;

  Destinations(world::World world, ConnectorSource source, connector::ClientOptions options);

  struct Open {
    std::unique_ptr<connector::Client> client;
    Strand strand;  ///< the single writer
  };
  /// Opened at the first call. The pointer lives as long as this object.
  Result<Open*> open(const model::Destination& destination);

 private:
  world::World world_;
  ConnectorSource source_;
  connector::ClientOptions options_;
  std::map<std::string, std::unique_ptr<Open>> open_;
};

}  // namespace rondo::sync
