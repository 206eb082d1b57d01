#include "warehouse/dialect.h"

#include "base/text.h"

namespace rondo::warehouse {

std::string Dialect::identifier(std::string_view name) const {
  return '"' + replace_all(std::string(name), "\"", "\"\"") + '"';
}

std::string Dialect::literal(std::string_view text) const {
  return '\'' + replace_all(std::string(text), "'", "''") + '\'';
}

std::string Dialect::table(std::string_view schema_dot_name) const {
  const std::size_t dot = schema_dot_name.find('.');
  if (dot == std::string_view::npos) return identifier(schema_dot_name);
  return identifier(schema_dot_name.substr(0, dot)) + '.' +
         identifier(schema_dot_name.substr(dot + 1));
}

}  // namespace rondo::warehouse
