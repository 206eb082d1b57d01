#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

// The small language of connector files. It answers questions about values and does nothing else:
// no loops, no clock, no chance, no input or output, and its work is bounded by the size of the
// values it looks at.
//
//   status in [200, 207] and not (body.results == null)
//   lower_trim(fields.email)        header.Retry-After        options[].value
//   properties[key.field]           concat('tel:', e164(fields.phone))
//
// Operators, weakest first: or, and, not, then one comparison (== != < <= > >= in, not in).
// Literals: 'text' or "text", numbers, true, false, null, [lists]. A path that leads nowhere is
// null; `x[]` goes on with every item of a list and answers the list of what it found.
namespace rondo::connector {

/// What an expression may be known to answer before it is run.
enum class ValueType { any, boolean, number, text, list };

[[nodiscard]] std::string_view name_of(ValueType type);

/// The names an expression can see. Later entries do not hide earlier ones; `here` is asked last,
/// its members stand as names of their own (the item of an answer that is being looked at).
/// Holds pointers only: what they point to must outlive the evaluation.
class Scope {
 public:
  Scope& add(std::string_view name, const Json& value);
  Scope& here(const Json& value);
  /// The value of a name, a null that lives for ever if there is none.
  [[nodiscard]] const Json& value(std::string_view name) const;

 private:
  std::vector<std::pair<std::string_view, const Json*>> names_;
  const Json* here_ = nullptr;
};

struct ExpressionNode;

/// A compiled expression; cheap to copy, immutable.
class Expression {
 public:
  Expression() = default;  ///< answers null

  /// Errors: R0402 names the place (a column from 1) and what was expected there. Calls of unknown
  /// functions, wrong numbers of arguments and types that can never fit are found here.
  static Result<Expression> compile(std::string_view text);

  /// Never fails: what does not fit at run time (a number where text was expected) is null, and a
  /// comparison with null is false, except `== null` and `!= null`.
  [[nodiscard]] Json evaluate(const Scope& scope) const;
  [[nodiscard]] bool holds(const Scope& scope) const;  ///< evaluates to true

  [[nodiscard]] ValueType type() const;
  [[nodiscard]] const std::string& text() const { return text_; }
  /// What its paths start with, "status" or "secret.token", each once, sorted: the loader checks
  /// it.
  [[nodiscard]] std::vector<std::string> names() const;

 private:
  Expression(std::string text, std::shared_ptr<const ExpressionNode> root)
      : text_(std::move(text)), root_(std::move(root)) {}
  std::string text_;
  std::shared_ptr<const ExpressionNode> root_;
};

/// "Bearer ${secret.token}": literal text with expressions inside. What is null becomes nothing.
class Template {
 public:
  /// Errors: R0402. `open` is "${" in headers and addresses, "{" in paths.
  static Result<Template> compile(std::string_view text, std::string_view open = "${");

  /// `encode_url`: percent-encodes what the expressions answer (RFC 3986, 2.3), not the literals.
  [[nodiscard]] std::string fill(const Scope& scope, bool encode_url = false) const;
  [[nodiscard]] std::vector<std::string> names() const;

 private:
  struct Part {
    std::string literal;
    std::vector<Expression> expression;  ///< none or one
  };
  std::vector<Part> parts_;
};

/// A JSON value whose texts are expressions: `{inputs: rows, limit: 100, kind: "'contact'"}`.
class Shape {
 public:
  static Result<Shape> compile(const Json& value);
  [[nodiscard]] Json fill(const Scope& scope) const;
  [[nodiscard]] std::vector<std::string> names() const;

 private:
  struct Node;
  std::shared_ptr<const Node> root_;
};

/// A value as text: texts as they are, numbers in their shortest form, null as "", others as JSON.
[[nodiscard]] std::string plain_text(const Json& value);
[[nodiscard]] std::string url_encode(std::string_view text);

}  // namespace rondo::connector
