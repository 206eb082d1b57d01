#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "connector/expression.h"

namespace rondo::connector {

/// One pure function of the expression language.
struct Function {
  std::string_view name;
  std::size_t arguments_min;
  std::size_t arguments_max;
  ValueType takes;  ///< what its first argument must be able to be
  ValueType answers;
  Json (*call)(std::span<const Json> arguments);
};

/// All of them, by name.
[[nodiscard]] std::span<const Function> all_functions();
[[nodiscard]] const Function* find_function(std::string_view name);

}  // namespace rondo::connector
