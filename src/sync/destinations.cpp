#include "sync/destinations.h"

namespace rondo::sync {

Destinations::Destinations(world::World world, ConnectorSource source,
                           connector::ClientOptions options)
    : world_(world), source_(std::move(source)), options_(options) {}

Result<Destinations::Open*> Destinations::open(const model::Destination& destination) {
  const auto known = open_.find(destination.name);
  if (known != open_.end()) return known->second.get();
  TRY_ASSIGN(connector::Connector connector, source_(destination.connector));
  TRY_ASSIGN(auto client,
             connector::Client::make(world_, std::move(connector), destination.settings, options_));
  auto made = std::make_unique<Open>();
  made->client = std::move(client);
  return (open_[destination.name] = std::move(made)).get();
}

}  // namespace rondo::sync
