#include "world/network.h"

#include "base/text.h"

namespace rondo::world {

std::optional<std::string_view> Headers::get(std::string_view name) const {
  for (const auto& [key, value] : all_) {
    if (iequals(key, name)) return value;
  }
  return std::nullopt;
}

}  // namespace rondo::world
