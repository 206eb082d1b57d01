#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "base/text.h"
#include "model/event.h"
#include "model/project.h"

namespace rondo::model {
namespace {

template <class List>
auto by_name(const List& list, std::string_view name) -> const typename List::value_type* {
  const auto found = std::find_if(list.begin(), list.end(),
                                  [name](const auto& item) { return item.name == name; });
  return found == list.end() ? nullptr : &*found;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<std::string> normalise_email(std::string_view raw) {
  std::string value = lower(trim(raw));
  const auto at = value.rfind('@');
  if (at == std::string::npos || at == 0 || at + 1 == value.size()) return std::nullopt;
  if (value.find_first_of(" \t\r\n,;<>") != std::string::npos) return std::nullopt;
  if (value.back() == '.') value.pop_back();  // an absolute domain is the same domain
  return value;
}

// E.164 has at most 15 digits, and no country's whole numbers are shorter than 7 in practice.
std::optional<std::string> normalise_phone(std::string_view raw) {
  constexpr std::size_t digits_min = 7;
  constexpr std::size_t digits_max = 15;
  std::string digits;
  bool international = false;
  for (const char c : trim(raw)) {
    if (is_digit(c)) {
      digits += c;
    } else if (c == '+' && digits.empty()) {
      international = true;
    } else if (std::string_view{" -./()"}.find(c) == std::string_view::npos) {
      return std::nullopt;
    }
  }
  if (!international && digits.starts_with("00")) {
    digits.erase(0, 2);
    international = true;
  }
  // A national number names nobody without its country; guessing one would merge strangers.
  if (!international || digits.size() < digits_min || digits.size() > digits_max)
    return std::nullopt;
  return "+" + digits;
}

std::optional<std::string> normalise_domain(std::string_view raw) {
  std::string value = lower(trim(raw));
  if (const auto scheme = value.find("://"); scheme != std::string::npos)
    value.erase(0, scheme + 3);
  if (const auto end = value.find_first_of("/:?#"); end != std::string::npos) value.resize(end);
  if (value.starts_with("www.")) value.erase(0, 4);
  if (value.ends_with('.')) value.pop_back();
  if (value.find('.') == std::string::npos) return std::nullopt;
  return value;
}

constexpr std::array<std::pair<std::string_view, ColumnType>, 22> type_names{{
    {"text", ColumnType::text},
    {"string", ColumnType::text},
    {"varchar", ColumnType::text},
    {"int64", ColumnType::int64},
    {"integer", ColumnType::int64},
    {"int", ColumnType::int64},
    {"bigint", ColumnType::int64},
    {"float64", ColumnType::float64},
    {"number", ColumnType::float64},
    {"double", ColumnType::float64},
    {"decimal", ColumnType::float64},
    {"boolean", ColumnType::boolean},
    {"bool", ColumnType::boolean},
    {"timestamp", ColumnType::timestamp},
    {"timestamp_tz", ColumnType::timestamp},
    {"datetime", ColumnType::timestamp},
    {"date", ColumnType::date},
    {"json", ColumnType::json},
    {"object", ColumnType::json},
    {"array", ColumnType::json},
    {"float", ColumnType::float64},
    {"long", ColumnType::int64},
}};

}  // namespace

std::string_view name_of(EventType type) {
  switch (type) {
    case EventType::track: return "track";
    case EventType::identify: return "identify";
    case EventType::page: return "page";
    case EventType::screen: return "screen";
    case EventType::group: return "group";
    case EventType::alias: return "alias";
  }
  __builtin_unreachable();
}

std::string_view name_of(ColumnType type) {
  switch (type) {
    case ColumnType::text: return "text";
    case ColumnType::int64: return "int64";
    case ColumnType::float64: return "float64";
    case ColumnType::boolean: return "boolean";
    case ColumnType::timestamp: return "timestamp";
    case ColumnType::date: return "date";
    case ColumnType::json: return "json";
  }
  __builtin_unreachable();
}

std::string_view name_of(SqlKind kind) {
  switch (kind) {
    case SqlKind::model: return "model";
    case SqlKind::trait: return "trait";
    case SqlKind::audience: return "audience";
  }
  __builtin_unreachable();
}

std::optional<ColumnType> column_type_of(std::string_view name) {
  const std::string wanted = lower(name);
  const auto* found = std::find_if(type_names.begin(), type_names.end(),
                                   [&](const auto& entry) { return entry.first == wanted; });
  if (found == type_names.end()) return std::nullopt;
  return found->second;
}

std::optional<std::string> normalise(Normaliser how, std::string_view raw) {
  switch (how) {
    case Normaliser::email: return normalise_email(raw);
    case Normaliser::e164: return normalise_phone(raw);
    case Normaliser::domain: return normalise_domain(raw);
    case Normaliser::none: return raw.empty() ? std::nullopt : std::optional<std::string>(raw);
    case Normaliser::trim:
    case Normaliser::lower: break;
  }
  const auto trimmed = trim(raw);
  if (trimmed.empty()) return std::nullopt;
  return how == Normaliser::lower ? lower(trimmed) : std::string(trimmed);
}

const Purpose* ConsentRules::purpose(std::string_view name) const {
  return by_name(purposes, name);
}

const IdentifierRule* IdentityRules::identifier(std::string_view type) const {
  const auto found = std::find_if(identifiers.begin(), identifiers.end(),
                                  [type](const auto& rule) { return rule.type == type; });
  return found == identifiers.end() ? nullptr : &*found;
}

const Contract* Project::contract(std::string_view wanted) const {
  return by_name(contracts, wanted);
}
const Source* Project::source(std::string_view wanted) const { return by_name(sources, wanted); }
const Destination* Project::destination(std::string_view wanted) const {
  return by_name(destinations, wanted);
}
const Sync* Project::sync(std::string_view wanted) const { return by_name(syncs, wanted); }

const SqlAsset* Project::sql_asset(SqlKind kind, std::string_view wanted) const {
  const auto found = std::find_if(sql_assets.begin(), sql_assets.end(), [&](const auto& asset) {
    return asset.kind == kind && asset.name == wanted;
  });
  return found == sql_assets.end() ? nullptr : &*found;
}

}  // namespace rondo::model
