#include "guard/contract.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/time.h"

namespace rondo::guard {
namespace {

using model::ColumnType;
using model::ContractColumn;

bool is_whole(const Json& value) {
  return value.is_int() ||
         (value.is_number() && std::trunc(value.as_double()) == value.as_double());
}

bool is_time(const Json& value) {
  return value.is_string() && parse_time(value.as_string()).has_value();
}

bool has_type(const Json& value, ColumnType type) {
  constexpr std::size_t date_length = 10;
  switch (type) {
    case ColumnType::text: return value.is_string();
    case ColumnType::int64: return is_whole(value);
    case ColumnType::float64: return value.is_number();
    case ColumnType::boolean: return value.is_bool();
    case ColumnType::timestamp: return is_time(value);
    case ColumnType::date: return is_time(value) && value.as_string().size() == date_length;
    case ColumnType::json: return true;
  }
  __builtin_unreachable();
}

std::string_view kind_of(const Json& value) {
  if (value.is_bool()) return "a boolean";
  if (value.is_int()) return "a whole number";
  if (value.is_number()) return "a number";
  if (value.is_string()) return "text";
  return value.is_array() ? "a list" : "an object";
}

std::string plain_text(const Json& value) {
  return value.is_string() ? std::string(value.as_string()) : value.text();
}

Violation broken(const ContractColumn& column, Promise promise, const std::string& how) {
  return {column.name, promise, "`" + column.name + "` " + how};
}

std::optional<Violation> beyond_bounds(const ContractColumn& column, const Json& value) {
  if (!value.is_number()) return std::nullopt;
  const double number = value.as_double();
  if (column.minimum && number < *column.minimum) {
    return broken(column, Promise::minimum, fmt::format("is below {}", *column.minimum));
  }
  if (column.maximum && number > *column.maximum) {
    return broken(column, Promise::maximum, fmt::format("is above {}", *column.maximum));
  }
  return std::nullopt;
}

std::string choices(const std::vector<std::string>& one_of) {
  constexpr std::size_t shown_max = 8;
  const auto shown = static_cast<std::ptrdiff_t>(std::min(one_of.size(), shown_max));
  std::string text = fmt::format("{}", fmt::join(one_of.begin(), one_of.begin() + shown, ", "));
  if (one_of.size() > shown_max) text += fmt::format(" or {} more", one_of.size() - shown_max);
  return text;
}

}  // namespace

std::string_view name_of(Promise promise) {
  switch (promise) {
    case Promise::type: return "type";
    case Promise::required: return "required";
    case Promise::one_of: return "one_of";
    case Promise::pattern: return "pattern";
    case Promise::minimum: return "minimum";
    case Promise::maximum: return "maximum";
    case Promise::unique: return "unique";
    case Promise::declared: return "declared";
  }
  __builtin_unreachable();
}

std::string text_of(const std::vector<Violation>& violations) {
  std::string all;
  for (const Violation& violation : violations) {
    if (!all.empty()) all += "; ";
    all += violation.message;
  }
  return all;
}

const Json& value_of(const Json& record, std::string_view column) {
  if (const Json* own = record.find(column)) return *own;
  return record.at_path(column);
}

Result<ContractCheck> ContractCheck::make(model::Contract contract) {
  ContractCheck made(std::move(contract));
  for (const ContractColumn& column : made.contract_.columns) {
    auto& pattern = made.patterns_.emplace_back();
    if (!column.pattern) continue;
    auto compiled = Pattern::compile(*column.pattern);
    if (!compiled) {
      Error error = std::move(compiled).error();
      error.where = column.where;
      return fail(std::move(error));
    }
    pattern = std::move(*compiled);
  }
  return made;
}

std::optional<Violation> ContractCheck::judge(std::size_t index, const Json& value) const {
  const ContractColumn& column = contract_.columns[index];
  if (value.is_null()) {
    if (!column.required) return std::nullopt;
    return broken(column, Promise::required, "is missing");
  }
  if (!has_type(value, column.type)) {
    return broken(column, Promise::type,
                  fmt::format("is {}, promised was {}", kind_of(value), name_of(column.type)));
  }
  if (auto beyond = beyond_bounds(column, value)) return beyond;
  const std::string text = plain_text(value);
  if (!column.one_of.empty() && std::ranges::find(column.one_of, text) == column.one_of.end()) {
    return broken(column, Promise::one_of, "is not one of " + choices(column.one_of));
  }
  const auto& pattern = patterns_[index];
  if (!pattern || (text.size() <= pattern_bytes_max && pattern->matches(text))) return std::nullopt;
  return broken(column, Promise::pattern, "does not match `" + pattern->source() + "`");
}

// "a" is declared by a column "a" and by one "a.b".
bool ContractCheck::is_declared(std::string_view member) const {
  return std::ranges::any_of(contract_.columns, [member](const ContractColumn& column) {
    const std::string_view name = column.name;
    return name.starts_with(member) && (name.size() == member.size() || name[member.size()] == '.');
  });
}

std::vector<Violation> ContractCheck::check(const Json& record) const {
  std::vector<Violation> violations;
  for (std::size_t i = 0; i < contract_.columns.size(); ++i) {
    auto violation = judge(i, value_of(record, contract_.columns[i].name));
    if (violation) violations.push_back(std::move(*violation));
  }
  if (!contract_.closed) return violations;
  for (const auto& [member, value] : record.as_object()) {
    if (is_declared(member)) continue;
    violations.push_back({member, Promise::declared, "`" + member + "` is not declared"});
  }
  return violations;
}

UniqueColumns::UniqueColumns(const model::Contract& contract, std::uint64_t seed) : seed_(seed) {
  for (const ContractColumn& column : contract.columns) {
    if (column.unique) seen_[column.name];
  }
}

std::vector<Violation> UniqueColumns::check(const Json& record) {
  std::vector<Violation> violations;
  for (auto& [column, seen] : seen_) {
    const Json& value = value_of(record, column);
    if (value.is_null()) continue;
    const Hash128 hash = table_hash(value.text(), seed_);
    if (seen.contains(hash)) {
      violations.push_back({column, Promise::unique, "`" + column + "` came before"});
    } else if (seen.size() < values_max) {
      seen.insert(hash);
    }
  }
  return violations;
}

}  // namespace rondo::guard
