#include "collect/contract_check.h"

#include <algorithm>
#include <cmath>

#include <fmt/core.h>

#include "base/time.h"

namespace rondo::collect {
namespace {

using model::ColumnType;
using model::ContractColumn;

bool is_whole(const Json& value) {
  return value.is_int() ||
         (value.is_number() && std::trunc(value.as_double()) == value.as_double());
}

bool has_type(const Json& value, ColumnType type) {
  switch (type) {
    case ColumnType::text: return value.is_string();
    case ColumnType::int64: return is_whole(value);
    case ColumnType::float64: return value.is_number();
    case ColumnType::boolean: return value.is_bool();
    case ColumnType::timestamp:
    case ColumnType::date: return value.is_string() && parse_time(value.as_string()).has_value();
    case ColumnType::json: return true;
  }
  __builtin_unreachable();
}

const Json& value_of(const Json& record, std::string_view name) {
  if (const Json* own = record.find(name)) return *own;
  return record.at_path(name);
}

std::string_view text_of(const Json& value, std::string& room) {
  if (value.is_string()) return value.as_string();
  room = value.text();
  return room;
}

bool is_declared(const model::Contract& contract, std::string_view member) {
  return std::ranges::any_of(contract.columns, [member](const ContractColumn& column) {
    return column.name == member ||
           (column.name.starts_with(member) && column.name.substr(member.size()).starts_with('.'));
  });
}

}  // namespace

ContractCheck::ContractCheck(const model::Contract& contract) : contract_(&contract) {
  for (const auto& column : contract.columns) {
    auto& pattern = patterns_.emplace_back();
    if (!column.pattern) continue;
    // The project refuses a pattern that does not compile; here it lets nothing through.
    try {
      pattern.emplace(*column.pattern, std::regex::ECMAScript | std::regex::optimize);
    } catch (const std::regex_error&) {
      pattern.emplace("(?!)");
    }
  }
}

std::string ContractCheck::violation(std::size_t index, const Json& value) const {
  const ContractColumn& column = contract_->columns[index];
  if (value.is_null()) return column.required ? "is missing" : "";
  if (!has_type(value, column.type)) return fmt::format("is not of type {}", name_of(column.type));
  if (column.minimum && value.is_number() && value.as_double() < *column.minimum) {
    return fmt::format("is below {}", *column.minimum);
  }
  if (column.maximum && value.is_number() && value.as_double() > *column.maximum) {
    return fmt::format("is above {}", *column.maximum);
  }
  std::string room;
  const std::string_view text = text_of(value, room);
  if (!column.one_of.empty() && std::ranges::find(column.one_of, text) == column.one_of.end()) {
    return "is none of the allowed values";
  }
  const auto& pattern = patterns_[index];
  if (!pattern) return {};
  const bool matches =
      text.size() <= pattern_bytes_max && std::regex_match(text.begin(), text.end(), *pattern);
  return matches ? "" : fmt::format("does not match /{}/", *column.pattern);
}

std::string ContractCheck::violations(const Json& record) const {
  std::string all;
  const auto add = [&all](std::string_view name, std::string_view what) {
    if (what.empty()) return;
    all += fmt::format("{}`{}` {}", all.empty() ? "" : "; ", name, what);
  };
  for (std::size_t i = 0; i < contract_->columns.size(); ++i) {
    const auto& name = contract_->columns[i].name;
    add(name, violation(i, value_of(record, name)));
  }
  if (!contract_->closed) return all;
  for (const auto& [member, value] : record.as_object()) {
    if (!is_declared(*contract_, member)) add(member, "is not declared");
  }
  return all;
}

}  // namespace rondo::collect
