#include <doctest/doctest.h>

#include "connector/connector.h"
#include "connector/testing/twin.h"
#include "project/yaml_json.h"

namespace rondo::project {
namespace {

TEST_CASE("shipped connectors are right, and say what their twins for tests of lower rooms say") {
  CHECK(connector::shipped_connectors().size() >= 5);
  for (const std::string& name : connector::shipped_connectors()) {
    const auto read = read_yaml(*connector::shipped_connector(name), name + "/connector.yaml");
    REQUIRE_MESSAGE(read.has_value(), name);
    CHECK_MESSAGE(*read == connector::twin_json(name), name);
    const auto made = connector::Connector::from(*read, name);
    CHECK_MESSAGE(made.has_value(), (made ? "" : made.error().message));
  }
}

}  // namespace
}  // namespace rondo::project
