#include "fragments.h"

#include <functional>
#include <map>

#include "base/text.h"

namespace rondo::sqltest {
namespace {

using Arguments = std::vector<std::string>;
using warehouse::Dialect;

tl::unexpected<Error> wrong(std::string_view fragment) {
  return fail(ErrorKind::permanent, "R0000",
              "no such fragment, or with other arguments: " + std::string(fragment));
}

/// Splits at commas outside of quotes, parentheses and brackets.
Arguments arguments_of(std::string_view text) {
  Arguments all(1);
  int depth = 0;
  bool quoted = false;
  for (const char c : text) {
    if (c == '\'') quoted = !quoted;
    if (!quoted) depth += (c == '(' || c == '[' ? 1 : 0) - (c == ')' || c == ']' ? 1 : 0);
    if (c == ',' && depth == 0 && !quoted) {
      all.emplace_back();
    } else {
      all.back() += c;
    }
  }
  for (std::string& argument : all) argument = trim(argument);
  return all;
}

/// A text for the dialect to quote: 'it''s' is it's.
std::string text_of(const std::string& argument) {
  if (argument.size() < 2 || argument.front() != '\'') return argument;
  return replace_all(argument.substr(1, argument.size() - 2), "''", "'");
}

std::vector<std::string> names_of(const std::string& argument) {
  std::vector<std::string> names;
  for (const auto name : split(std::string_view(argument).substr(1, argument.size() - 2), ' ')) {
    if (!name.empty()) names.emplace_back(name);
  }
  return names;
}

model::ColumnType type_of(const std::string& argument) {
  return model::column_type_of(argument).value_or(model::ColumnType::text);
}

struct Fragment {
  std::size_t arguments;  ///< 0: any number
  std::function<std::string(const Dialect&, const Arguments&)> make;
};

const std::map<std::string, Fragment, std::less<>>& fragments() {
  static const std::map<std::string, Fragment, std::less<>> all{
      {"identifier", {1, [](auto& d, auto& a) { return d.identifier(text_of(a[0])); }}},
      {"literal", {1, [](auto& d, auto& a) { return d.literal(text_of(a[0])); }}},
      {"table", {1, [](auto& d, auto& a) { return d.table(text_of(a[0])); }}},
      {"type", {1, [](auto& d, auto& a) { return d.type_name(type_of(a[0])); }}},
      {"json_text", {2, [](auto& d, auto& a) { return d.json_text(a[0], text_of(a[1])); }}},
      {"sha256", {1, [](auto& d, auto& a) { return d.sha256_hex(a[0]); }}},
      {"fingerprint", {0, [](auto& d, auto& a) { return d.fingerprint(a); }}},
      {"bucket", {2, [](auto& d, auto& a) { return d.bucket(a[0], text_of(a[1])); }}},
      {"safe_cast", {2, [](auto& d, auto& a) { return d.safe_cast(a[0], type_of(a[1])); }}},
      {"seconds_between", {2, [](auto& d, auto& a) { return d.seconds_between(a[0], a[1]); }}},
      {"upsert",
       {4, [](auto& d, auto& a) { return d.upsert(a[0], a[1], names_of(a[2]), names_of(a[3])); }}},
      {"create_table_as",
       {0, [](auto& d,
              auto& a) { return d.create_table_as(a[0], join(std::span(a).subspan(1), ", ")); }}},
  };
  return all;
}

Result<std::string> fragment_of(std::string_view call, const Dialect& dialect) {
  const std::size_t open = call.find('(');
  if (open == std::string_view::npos || !call.ends_with(')')) return wrong(call);
  const auto found = fragments().find(trim(call.substr(0, open)));
  if (found == fragments().end()) return wrong(call);
  const auto arguments = arguments_of(call.substr(open + 1, call.size() - open - 2));
  const Fragment& fragment = found->second;
  if (fragment.arguments != 0 && fragment.arguments != arguments.size()) return wrong(call);
  return fragment.make(dialect, arguments);
}

}  // namespace

Result<std::string> put_fragments(std::string_view sql, const Dialect& dialect) {
  std::string done(sql);
  // The last opening brace first: one fragment may be an argument of another.
  for (std::size_t open = done.rfind("{{"); open != std::string::npos; open = done.rfind("{{")) {
    const std::size_t close = done.find("}}", open);
    if (close == std::string::npos) return wrong(std::string_view(done).substr(open));
    const std::string call(trim(std::string_view(done).substr(open + 2, close - open - 2)));
    TRY_ASSIGN(const std::string fragment, fragment_of(call, dialect));
    done.replace(open, close + 2 - open, fragment);
  }
  return done;
}

}  // namespace rondo::sqltest
