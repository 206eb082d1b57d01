#pragma once

#include <optional>
#include <string>

namespace rondo::world {

class Environment {
 public:
  virtual ~Environment() = default;
  [[nodiscard]] virtual std::optional<std::string> variable(const std::string& name) const = 0;
};

}  // namespace rondo::world
