#pragma once

#include <initializer_list>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "connector/connector.h"

namespace rondo::connector {

/// Turns the Json of a connector file into a Connector and keeps every problem on the way: nothing
/// here stops at the first.
class Loader {
 public:
  explicit Loader(const Json& file) : file_(file) {}
  Connector load();
  [[nodiscard]] const std::vector<std::string>& problems() const { return problems_; }

 private:
  /// Names that an expression may start with.
  using Names = std::set<std::string_view>;

  void problem(std::string_view path, std::string message);
  /// Complains of members that are none of `known`, with a suggestion.
  void only(const Json& object, std::string_view path,
            std::initializer_list<std::string_view> known);

  Expression expression(const Json& value, std::string_view path, const Names& names);
  std::optional<Expression> maybe(const Json& owner, std::string_view member, std::string_view path,
                                  const Names& names);
  /// An expression over an item of an answer: its members stand as names, so any name may be right.
  std::optional<Expression> of_item(const Json& owner, std::string_view member,
                                    std::string_view path);
  Template text_template(const Json& value, std::string_view path, std::string_view open,
                         const Names& names);
  std::optional<Shape> shape(const Json& owner, std::string_view member, std::string_view path,
                             const Names& names);
  void check_names(const std::vector<std::string>& used, std::string_view path, const Names& names);

  void load_settings(Connector& into);
  void load_auth(Connector& into);
  void load_limits(Connector& into);
  void load_errors(Connector& into);
  void load_objects(Connector& into);
  void load_encoding(Connector& into);
  void load_credit(Connector& into);
  void load_file(Connector& into);

  Operation load_operation(const std::string& name, const Json& from);
  void load_request(Operation& into, const Json& from, std::string_view path);
  void load_batch(Operation& into, const Json& from, std::string_view path);
  void load_results(Operation& into, const Json& from, std::string_view path);
  void load_lookup(Operation& into, const Json& from, std::string_view path);
  void load_charge(Operation& into, const Json& from, std::string_view path);
  std::optional<Items> load_items(const Json& from, const std::string& path);
  std::vector<MatchRule> load_match(const Json& from, const std::string& path);

  const Json& file_;
  std::vector<std::string> problems_;
  std::set<std::string> settings_;
  std::set<std::string> secrets_;
};

/// "3MB", "200kB", "17": bytes.
[[nodiscard]] std::optional<std::size_t> parse_bytes(const Json& value);

}  // namespace rondo::connector
