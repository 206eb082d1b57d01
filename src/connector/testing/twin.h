#pragma once

#include <string>

#include "connector/connector.h"

namespace rondo::connector {

/// For tests of rooms that know no YAML: the shipped connector NAME, read from its JSON twin in
/// tests/connectors/. A system test proves that the twins say what the YAML files say.
[[nodiscard]] Json twin_json(const std::string& name);
[[nodiscard]] Connector twin(const std::string& name);

}  // namespace rondo::connector
