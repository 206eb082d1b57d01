#include "connector/expression.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/check.h"
#include "connector/expression_node.h"

namespace rondo::connector {
namespace {

const Json null_value;

Json evaluate_node(const ExpressionNode& node, const Scope& scope);

std::optional<std::partial_ordering> order_of(const Json& a, const Json& b) {
  if (a.is_int() && b.is_int()) return a.as_int() <=> b.as_int();
  if (a.is_number() && b.is_number()) return a.as_double() <=> b.as_double();
  if (a.is_string() && b.is_string()) return a.as_string() <=> b.as_string();
  return std::nullopt;
}

bool same(const Json& a, const Json& b) {
  if (a.is_number() && b.is_number()) return order_of(a, b) == std::partial_ordering::equivalent;
  return a == b;
}

bool compare(Comparison op, const Json& a, const Json& b) {
  using enum Comparison;
  switch (op) {
    case equal: return same(a, b);
    case not_equal: return !same(a, b);
    case in:
    case not_in: {
      const bool found =
          std::ranges::any_of(b.as_array(), [&](const Json& x) { return same(a, x); });
      return found == (op == in);
    }
    default: break;
  }
  const auto order = order_of(a, b);
  if (!order) return false;
  if (op == less) return *order < 0;
  if (op == less_equal) return *order <= 0;
  if (op == greater) return *order > 0;
  return *order >= 0;
}

bool inside_each(const ExpressionNode& node) {
  if (node.kind == NodeKind::each) return true;
  if (node.kind != NodeKind::member && node.kind != NodeKind::index) return false;
  return inside_each(*node.children[0]);
}

Json step_into(const Json& value, const Json& index) {
  if (index.is_string()) return value[index.as_string()];
  const auto& items = value.as_array();
  if (!index.is_int()) return {};
  const std::int64_t at = index.as_int();
  if (at < 0 || at >= static_cast<std::int64_t>(items.size())) return {};
  return items[static_cast<std::size_t>(at)];
}

// `a[].b[]`: whatever follows an each is done to all items, and a list inside is laid flat.
Json for_all(const ExpressionNode& node, const Json& items, const Scope& scope) {
  Json found = Json::array();
  for (const Json& item : items.as_array()) {
    Json next = node.kind == NodeKind::member ? item[node.text]
                : node.kind == NodeKind::index
                    ? step_into(item, evaluate_node(*node.children[1], scope))
                    : item;
    if (node.kind == NodeKind::each) {
      for (const Json& inner : next.as_array()) found.push(inner);
    } else if (!next.is_null()) {
      found.push(std::move(next));
    }
  }
  return found;
}

// The value a plain path leads to, without copying what lies on the way; null for other nodes.
const Json* reach(const ExpressionNode& node, const Scope& scope) {
  if (node.kind == NodeKind::name) return &scope.value(node.text);
  if (node.kind != NodeKind::member || inside_each(*node.children[0])) return nullptr;
  const Json* base = reach(*node.children[0], scope);
  return base == nullptr ? nullptr : &(*base)[node.text];
}

Json evaluate_path(const ExpressionNode& node, const Scope& scope) {
  if (const Json* reached = reach(node, scope)) return *reached;
  const ExpressionNode& base = *node.children[0];
  const Json value = evaluate_node(base, scope);
  if (inside_each(base)) return for_all(node, value, scope);
  if (node.kind == NodeKind::member) return value[node.text];
  if (node.kind == NodeKind::index)
    return step_into(value, evaluate_node(*node.children[1], scope));
  // `[]` of a single value is the list of just it: APIs often drop the brackets around one.
  if (value.is_array()) return value;
  return value.is_null() ? Json::array() : Json::array({value});
}

Json evaluate_call(const ExpressionNode& node, const Scope& scope) {
  std::vector<Json> arguments;
  arguments.reserve(node.children.size());
  for (const auto& child : node.children) arguments.push_back(evaluate_node(*child, scope));
  return node.function->call(arguments);
}

bool truth(const ExpressionNode& node, const Scope& scope) {
  return evaluate_node(node, scope).as_bool();
}

Json evaluate_node(const ExpressionNode& node, const Scope& scope) {
  switch (node.kind) {
    case NodeKind::literal: return node.value;
    case NodeKind::list: {
      Json items = Json::array();
      for (const auto& child : node.children) items.push(evaluate_node(*child, scope));
      return items;
    }
    case NodeKind::name: return scope.value(node.text);
    case NodeKind::member:
    case NodeKind::index:
    case NodeKind::each: return evaluate_path(node, scope);
    case NodeKind::call: return evaluate_call(node, scope);
    case NodeKind::not_: return Json(!truth(*node.children[0], scope));
    case NodeKind::and_:
      return Json(truth(*node.children[0], scope) && truth(*node.children[1], scope));
    case NodeKind::or_:
      return Json(truth(*node.children[0], scope) || truth(*node.children[1], scope));
    case NodeKind::compare:
      return Json(compare(node.op, evaluate_node(*node.children[0], scope),
                          evaluate_node(*node.children[1], scope)));
  }
  PROMISE(false && "every kind of node is handled");
}

void collect_names(const ExpressionNode& node, std::set<std::string>& into) {
  if (node.kind == NodeKind::member && node.children[0]->kind == NodeKind::name) {
    into.insert(node.children[0]->text + "." + node.text);
    return;
  }
  if (node.kind == NodeKind::name) into.insert(node.text);
  for (const auto& child : node.children) collect_names(*child, into);
}

}  // namespace

std::string_view name_of(ValueType type) {
  switch (type) {
    case ValueType::any: return "value";
    case ValueType::boolean: return "condition";
    case ValueType::number: return "number";
    case ValueType::text: return "text";
    case ValueType::list: return "list";
  }
  __builtin_unreachable();
}

Scope& Scope::add(std::string_view name, const Json& value) {
  names_.emplace_back(name, &value);
  return *this;
}

Scope& Scope::here(const Json& value) {
  here_ = &value;
  return *this;
}

const Json& Scope::value(std::string_view name) const {
  for (const auto& [known, value] : names_) {
    if (known == name) return *value;
  }
  if (name == "here" && here_ != nullptr) return *here_;
  return here_ != nullptr ? (*here_)[name] : null_value;
}

Result<Expression> Expression::compile(std::string_view text) {
  TRY_ASSIGN(auto root, parse_expression(text));
  return Expression(std::string(text), std::shared_ptr<const ExpressionNode>(std::move(root)));
}

Json Expression::evaluate(const Scope& scope) const {
  return root_ ? evaluate_node(*root_, scope) : Json();
}
bool Expression::holds(const Scope& scope) const { return root_ && truth(*root_, scope); }
ValueType Expression::type() const { return root_ ? root_->type : ValueType::any; }

std::vector<std::string> Expression::names() const {
  std::set<std::string> names;
  if (root_) collect_names(*root_, names);
  return {names.begin(), names.end()};
}

std::string plain_text(const Json& value) {
  if (value.is_null()) return {};
  if (value.is_string()) return std::string(value.as_string());
  return value.text();
}

std::string url_encode(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                            (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
    if (unreserved) {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

}  // namespace rondo::connector
