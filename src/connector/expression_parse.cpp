#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "base/text.h"
#include "connector/expression_node.h"

namespace rondo::connector {
namespace {

using NodePtr = std::unique_ptr<ExpressionNode>;

constexpr int depth_max = 64;

bool starts_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool in_name(char c) { return starts_name(c) || (c >= '0' && c <= '9'); }

bool may_be(ValueType type, ValueType wanted) {
  return type == ValueType::any || wanted == ValueType::any || type == wanted;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<NodePtr> whole() {
    TRY_ASSIGN(NodePtr root, alternatives(0));
    skip_blanks();
    if (at_ < text_.size()) return wrong("the end of the expression");
    return root;
  }

 private:
  [[nodiscard]] tl::unexpected<Error> wrong(std::string_view expected) const {
    return complain(fmt::format("expected {} at column {} of `{}`", expected, at_ + 1, text_));
  }
  [[nodiscard]] static tl::unexpected<Error> complain(std::string message) {
    return fail(ErrorKind::permanent, "R0402", std::move(message));
  }

  void skip_blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n'))
      ++at_;
  }
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  bool take(std::string_view symbol) {
    skip_blanks();
    if (text_.substr(at_, symbol.size()) != symbol) return false;
    at_ += symbol.size();
    return true;
  }
  bool take_word(std::string_view word) {
    skip_blanks();
    if (text_.substr(at_, word.size()) != word) return false;
    if (at_ + word.size() < text_.size() && in_name(text_[at_ + word.size()])) return false;
    at_ += word.size();
    return true;
  }

  static NodePtr make(NodeKind kind, ValueType type) {
    auto node = std::make_unique<ExpressionNode>();
    node->kind = kind;
    node->type = type;
    return node;
  }

  Result<NodePtr> logical(int depth, std::string_view word, NodeKind kind,
                          Result<NodePtr> (Parser::*part)(int)) {
    if (depth > depth_max) return complain("the expression is nested too deeply");
    TRY_ASSIGN(NodePtr left, (this->*part)(depth + 1));
    while (take_word(word)) {
      TRY_ASSIGN(NodePtr right, (this->*part)(depth + 1));
      for (const NodePtr* side : {&left, &right}) {
        if (!may_be((*side)->type, ValueType::boolean)) {
          return complain(fmt::format("`{}` joins two conditions, but one side in `{}` is a {}",
                                      word, text_, name_of((*side)->type)));
        }
      }
      NodePtr both = make(kind, ValueType::boolean);
      both->children.push_back(std::move(left));
      both->children.push_back(std::move(right));
      left = std::move(both);
    }
    return left;
  }
  Result<NodePtr> alternatives(int depth) {
    return logical(depth, "or", NodeKind::or_, &Parser::conjunction);
  }
  Result<NodePtr> conjunction(int depth) {
    return logical(depth, "and", NodeKind::and_, &Parser::negation);
  }

  Result<NodePtr> negation(int depth) {
    if (depth > depth_max) return complain("the expression is nested too deeply");
    if (!take_word("not")) return comparison(depth + 1);
    TRY_ASSIGN(NodePtr inner, negation(depth + 1));
    NodePtr node = make(NodeKind::not_, ValueType::boolean);
    node->children.push_back(std::move(inner));
    return node;
  }

  std::optional<Comparison> comparison_sign() {
    using enum Comparison;
    if (take("==")) return equal;
    if (take("!=")) return not_equal;
    if (take("<=")) return less_equal;
    if (take(">=")) return greater_equal;
    if (take("<")) return less;
    if (take(">")) return greater;
    if (take_word("in")) return in;
    const std::size_t before = at_;
    if (take_word("not")) {
      if (take_word("in")) return not_in;
      at_ = before;
    }
    return std::nullopt;
  }

  Result<NodePtr> comparison(int depth) {
    TRY_ASSIGN(NodePtr left, primary(depth + 1));
    const auto sign = comparison_sign();
    if (!sign) return left;
    TRY_ASSIGN(NodePtr right, primary(depth + 1));
    const bool membership = *sign == Comparison::in || *sign == Comparison::not_in;
    if (membership && !may_be(right->type, ValueType::list)) {
      return complain(fmt::format("`in` looks into a list, but its right side in `{}` is a {}",
                                  text_, name_of(right->type)));
    }
    if (!membership && !may_be(left->type, right->type)) {
      return complain(fmt::format("a {} and a {} are never equal or ordered, in `{}`",
                                  name_of(left->type), name_of(right->type), text_));
    }
    NodePtr node = make(NodeKind::compare, ValueType::boolean);
    node->op = *sign;
    node->children.push_back(std::move(left));
    node->children.push_back(std::move(right));
    return node;
  }

  Result<NodePtr> primary(int depth) {
    if (depth > depth_max) return complain("the expression is nested too deeply");
    skip_blanks();
    const char c = peek();
    if (c == '(') {
      ++at_;
      TRY_ASSIGN(NodePtr inner, alternatives(depth + 1));
      if (!take(")")) return wrong("`)`");
      return inner;
    }
    if (c == '\'' || c == '"') return text_literal(c);
    if (c == '[') return list_literal(depth);
    if ((c >= '0' && c <= '9') || c == '-') return number_literal();
    if (starts_name(c)) return name_or_call(depth);
    return wrong("a value");
  }

  Result<NodePtr> text_literal(char quote) {
    ++at_;
    std::string value;
    while (at_ < text_.size() && text_[at_] != quote) value += text_[at_++];
    if (at_ == text_.size()) return wrong("a closing quote");
    ++at_;
    NodePtr node = make(NodeKind::literal, ValueType::text);
    node->value = Json(std::move(value));
    return node;
  }

  Result<NodePtr> number_literal() {
    const std::size_t start = at_;
    while (at_ < text_.size() && (in_name(text_[at_]) || text_[at_] == '.' || text_[at_] == '-'))
      ++at_;
    auto parsed = Json::parse(text_.substr(start, at_ - start));
    if (!parsed || !parsed->is_number()) {
      at_ = start;
      return wrong("a number");
    }
    NodePtr node = make(NodeKind::literal, ValueType::number);
    node->value = std::move(*parsed);
    return node;
  }

  Result<NodePtr> list_literal(int depth) {
    ++at_;
    NodePtr node = make(NodeKind::list, ValueType::list);
    if (take("]")) return node;
    do {
      TRY_ASSIGN(NodePtr one, alternatives(depth + 1));
      node->children.push_back(std::move(one));
    } while (take(","));
    if (!take("]")) return wrong("`,` or `]`");
    return node;
  }

  Result<NodePtr> name_or_call(int depth) {
    const std::size_t start = at_;
    while (at_ < text_.size() && in_name(text_[at_])) ++at_;
    const std::string name(text_.substr(start, at_ - start));
    if (peek() == '(') return call(name, depth);
    if (name == "true" || name == "false") {
      NodePtr node = make(NodeKind::literal, ValueType::boolean);
      node->value = Json(name == "true");
      return node;
    }
    if (name == "null") return make(NodeKind::literal, ValueType::any);
    NodePtr node = make(NodeKind::name, ValueType::any);
    node->text = name;
    return path(std::move(node), name == "header", depth);
  }

  Result<NodePtr> path(NodePtr node, bool of_header, int depth) {
    while (true) {
      NodePtr next;
      if (peek() == '.') {
        ++at_;
        const std::size_t start = at_;
        // There is no subtraction, so a dash can belong to a name: header.Retry-After.
        while (at_ < text_.size() && (in_name(text_[at_]) || text_[at_] == '-')) ++at_;
        if (at_ == start) return wrong("a name");
        const std::string_view segment = text_.substr(start, at_ - start);
        next = make(NodeKind::member, ValueType::any);
        next->text = of_header ? lower(segment) : std::string(segment);
      } else if (text_.substr(at_, 2) == "[]") {
        at_ += 2;
        next = make(NodeKind::each, ValueType::list);
      } else if (peek() == '[') {
        ++at_;
        TRY_ASSIGN(NodePtr index, alternatives(depth + 1));
        if (!take("]")) return wrong("`]`");
        next = make(NodeKind::index, ValueType::any);
        next->children.push_back(nullptr);
        next->children.push_back(std::move(index));
      } else {
        return node;
      }
      if (next->kind == NodeKind::member && holds_each(*node)) next->type = ValueType::list;
      if (next->children.empty()) next->children.resize(1);
      next->children[0] = std::move(node);
      node = std::move(next);
    }
  }

  static bool holds_each(const ExpressionNode& node) {
    if (node.kind == NodeKind::each) return true;
    const bool is_path = node.kind == NodeKind::member || node.kind == NodeKind::index;
    return is_path && holds_each(*node.children[0]);
  }

  Result<NodePtr> call(const std::string& name, int depth) {
    const Function* function = find_function(name);
    if (function == nullptr) return complain(unknown_function(name));
    ++at_;
    NodePtr node = make(NodeKind::call, function->answers);
    node->function = function;
    if (!take(")")) {
      do {
        TRY_ASSIGN(NodePtr argument, alternatives(depth + 1));
        node->children.push_back(std::move(argument));
      } while (take(","));
      if (!take(")")) return wrong("`,` or `)`");
    }
    TRY(check_call(*node, *function));
    return path(std::move(node), false, depth);
  }

  static std::string unknown_function(const std::string& name) {
    std::vector<std::string> names;
    for (const Function& function : all_functions()) names.emplace_back(function.name);
    const auto near = nearest(name, names);
    return fmt::format("there is no function `{}`{}", name,
                       near ? fmt::format("; did you mean `{}`?", *near) : "");
  }

  [[nodiscard]] Result<void> check_call(const ExpressionNode& node,
                                        const Function& function) const {
    const std::size_t given = node.children.size();
    if (given < function.arguments_min || given > function.arguments_max) {
      return complain(fmt::format("`{}` takes {}, but {} were given in `{}`", function.name,
                                  arguments_text(function), given, text_));
    }
    if (!may_be(node.children[0]->type, function.takes)) {
      return complain(fmt::format("`{}` takes a {} first, but it is given a {} in `{}`",
                                  function.name, name_of(function.takes),
                                  name_of(node.children[0]->type), text_));
    }
    return {};
  }

  static std::string arguments_text(const Function& function) {
    if (function.arguments_min == function.arguments_max) {
      return fmt::format("{} argument(s)", function.arguments_min);
    }
    return fmt::format("{} to {} arguments", function.arguments_min, function.arguments_max);
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

Result<std::unique_ptr<ExpressionNode>> parse_expression(std::string_view text) {
  return Parser(text).whole();
}

}  // namespace rondo::connector
