#include "connector/testing/twin.h"

#include "base/check.h"
#include "world/real/real_world.h"

namespace rondo::connector {

Json twin_json(const std::string& name) {
  world::RealWorld world;
  const std::string path = std::string(RONDO_CONNECTOR_TWINS) + "/" + name + ".json";
  const Result<std::string> text = world::read_file(world.view().disk, path);
  PROMISE(text.has_value());
  Result<Json> json = Json::parse(*text);
  PROMISE(json.has_value());
  return std::move(*json);
}

Connector twin(const std::string& name) {
  Result<Connector> made = Connector::from(twin_json(name), name);
  PROMISE(made.has_value());
  return std::move(*made);
}

}  // namespace rondo::connector
