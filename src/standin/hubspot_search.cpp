#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/text.h"
#include "standin/hubspot_twin.h"

namespace rondo::standin {
namespace {

constexpr std::size_t search_page_max = 200;
constexpr std::size_t search_total_max = 10'000;

std::optional<double> number_in(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole ? std::optional(number) : std::nullopt;
}

int order_of(std::string_view a, std::string_view b) {
  const auto left = number_in(a);
  const auto right = number_in(b);
  if (left && right) return *left < *right ? -1 : *left > *right ? 1 : 0;
  return lower(a).compare(lower(b));
}

bool one_of(const Json& values, std::string_view have) {
  return std::ranges::any_of(values.as_array(),
                             [&](const Json& v) { return iequals(v.as_string(), have); });
}

bool passes(const Json& properties, const Json& filter) {
  const std::string_view op = filter["operator"].as_string();
  const Json* property = properties.find(filter["propertyName"].as_string());
  if (op == "HAS_PROPERTY") return property != nullptr;
  if (op == "NOT_HAS_PROPERTY") return property == nullptr;
  if (property == nullptr) return op == "NEQ" || op == "NOT_IN" || op == "NOT_CONTAINS_TOKEN";
  const std::string_view have = property->as_string();
  const std::string_view value = filter["value"].as_string();
  if (op == "EQ") return iequals(have, value);
  if (op == "NEQ") return !iequals(have, value);
  if (op == "IN") return one_of(filter["values"], have);
  if (op == "NOT_IN") return !one_of(filter["values"], have);
  if (op == "LT") return order_of(have, value) < 0;
  if (op == "LTE") return order_of(have, value) <= 0;
  if (op == "GT") return order_of(have, value) > 0;
  if (op == "GTE") return order_of(have, value) >= 0;
  if (op == "BETWEEN") {
    return order_of(have, value) >= 0 && order_of(have, filter["highValue"].as_string()) <= 0;
  }
  const bool contains = lower(have).find(lower(value)) != std::string::npos;
  if (op == "CONTAINS_TOKEN") return contains;
  if (op == "NOT_CONTAINS_TOKEN") return !contains;
  return false;
}

}  // namespace

bool passes_search(const Json& properties, const Json& filter_groups) {
  const auto& groups = filter_groups.as_array();
  if (groups.empty()) return true;
  return std::ranges::any_of(groups, [&](const Json& group) {
    return std::ranges::all_of(group["filters"].as_array(),
                               [&](const Json& filter) { return passes(properties, filter); });
  });
}

world::HttpResponse Hubspot::search(const Call& call, Kind& of) {
  const auto wanted_rows =
      static_cast<std::size_t>(std::max<std::int64_t>(0, call.body["limit"].as_int(10)));
  if (wanted_rows > search_page_max) {
    return error(400, "VALIDATION_ERROR", fmt::format("limit is at most {}", search_page_max));
  }
  std::size_t skip = 0;
  if (const auto after = number_in(call.body["after"].as_string()))
    skip = static_cast<std::size_t>(*after);
  if (skip + wanted_rows > search_total_max) {
    return error(400, "VALIDATION_ERROR", "a search pages through 10,000 results at most");
  }
  Json results = Json::array();
  std::size_t total = 0;
  for (const auto& [id, record] : of.store.records()) {
    Json properties = record.properties;
    properties.set("hs_object_id", Json(std::to_string(id)));
    if (!passes_search(properties, call.body["filterGroups"])) continue;
    const std::size_t position = total++;
    if (position < skip || results.as_array().size() >= wanted_rows) continue;
    results.push(record_json(record, &call.body["properties"]));
  }
  Json body =
      Json::object({{"total", Json(static_cast<std::int64_t>(total))}, {"results", results}});
  if (const std::size_t next = skip + results.as_array().size(); next < total) {
    body.set("paging",
             Json::object({{"next", Json::object({{"after", Json(std::to_string(next))}})}}));
  }
  return json_answer(200, body);
}

}  // namespace rondo::standin
