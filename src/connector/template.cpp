#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "connector/expression.h"

namespace rondo::connector {

Result<Template> Template::compile(std::string_view text, std::string_view open) {
  Template made;
  while (!text.empty()) {
    const auto start = text.find(open);
    Part part{std::string(text.substr(0, start)), {}};
    if (start == std::string_view::npos) {
      made.parts_.push_back(std::move(part));
      break;
    }
    const auto end = text.find('}', start);
    if (end == std::string_view::npos) {
      return fail(ErrorKind::permanent, "R0402", fmt::format("`{}` has no closing brace", text));
    }
    const std::size_t inside = start + open.size();
    TRY_ASSIGN(Expression expression, Expression::compile(text.substr(inside, end - inside)));
    part.expression.push_back(std::move(expression));
    made.parts_.push_back(std::move(part));
    text.remove_prefix(end + 1);
  }
  return made;
}

std::string Template::fill(const Scope& scope, bool encode_url) const {
  std::string filled;
  for (const Part& part : parts_) {
    filled += part.literal;
    for (const Expression& expression : part.expression) {
      const std::string value = plain_text(expression.evaluate(scope));
      filled += encode_url ? url_encode(value) : value;
    }
  }
  return filled;
}

std::vector<std::string> Template::names() const {
  std::set<std::string> names;
  for (const Part& part : parts_) {
    for (const Expression& expression : part.expression) {
      for (auto& name : expression.names()) names.insert(std::move(name));
    }
  }
  return {names.begin(), names.end()};
}

/// Exactly one of: an expression, members, items, or a fixed value.
struct Shape::Node {
  std::vector<Expression> expression;
  std::vector<std::string> names;  // of an object: one for each of `items`
  std::vector<Node> items;
  Json fixed;
  enum class Kind { expression, object, array, fixed } kind = Kind::fixed;

  static Result<Node> compile(const Json& value);
  [[nodiscard]] Json fill(const Scope& scope) const;
  void collect(std::set<std::string>& used) const;
};

Result<Shape::Node> Shape::Node::compile(const Json& value) {
  Node node;
  if (value.is_string()) {
    TRY_ASSIGN(Expression expression, Expression::compile(value.as_string()));
    node.kind = Kind::expression;
    node.expression.push_back(std::move(expression));
  } else if (value.is_object()) {
    node.kind = Kind::object;
    for (const auto& [name, member] : value.as_object()) {
      TRY_ASSIGN(Node inner, compile(member));
      node.names.push_back(name);
      node.items.push_back(std::move(inner));
    }
  } else if (value.is_array()) {
    node.kind = Kind::array;
    for (const Json& item : value.as_array()) {
      TRY_ASSIGN(Node inner, compile(item));
      node.items.push_back(std::move(inner));
    }
  } else {
    node.fixed = value;
  }
  return node;
}

Json Shape::Node::fill(const Scope& scope) const {
  if (kind == Kind::expression) return expression.front().evaluate(scope);
  if (kind == Kind::fixed) return fixed;
  Json filled = kind == Kind::object ? Json::object() : Json::array();
  for (std::size_t i = 0; i < items.size(); ++i) {
    Json value = items[i].fill(scope);
    // An empty remote id or a missing field is not said at all, instead of being said to be null.
    const bool unsaid = kind == Kind::object && value.is_null();
    if (kind == Kind::array) filled.push(std::move(value));
    if (kind == Kind::object && !unsaid) filled.set(names[i], std::move(value));
  }
  return filled;
}

void Shape::Node::collect(std::set<std::string>& used) const {
  for (const Expression& one : expression) {
    for (auto& name : one.names()) used.insert(std::move(name));
  }
  for (const Node& item : items) item.collect(used);
}

Result<Shape> Shape::compile(const Json& value) {
  TRY_ASSIGN(Node root, Node::compile(value));
  Shape shape;
  shape.root_ = std::make_shared<const Node>(std::move(root));
  return shape;
}

Json Shape::fill(const Scope& scope) const { return root_->fill(scope); }

std::vector<std::string> Shape::names() const {
  std::set<std::string> names;
  root_->collect(names);
  return {names.begin(), names.end()};
}

}  // namespace rondo::connector
