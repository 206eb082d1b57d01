#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/json.h"
#include "connector/functions.h"

namespace rondo::connector {

enum class NodeKind { literal, list, name, member, index, each, call, not_, and_, or_, compare };
enum class Comparison { equal, not_equal, less, less_equal, greater, greater_equal, in, not_in };

/// One node of a compiled expression. Which members mean something depends on `kind`:
///   literal value | list children | name text | member children[0], text | index children[0], [1]
///   each children[0] | call function, children | not_ and_ or_ children | compare op, children
struct ExpressionNode {
  NodeKind kind = NodeKind::literal;
  ValueType type = ValueType::any;
  Json value{};
  std::string text{};
  Comparison op = Comparison::equal;
  const Function* function = nullptr;
  std::vector<std::unique_ptr<ExpressionNode>> children{};
};

/// Recursive descent over the text; see expression.h for the language. Error R0402.
[[nodiscard]] Result<std::unique_ptr<ExpressionNode>> parse_expression(std::string_view text);

}  // namespace rondo::connector
