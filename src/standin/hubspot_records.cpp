#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/text.h"
#include "standin/hubspot_twin.h"

// Creating, changing, reading and archiving records, one or a hundred at a time.
namespace rondo::standin {
namespace {

constexpr std::size_t batch_rows_max = 100;
constexpr std::size_t page_rows_max = 100;

std::string text_of(const Json& value) {
  return value.is_string() ? std::string(value.as_string()) : value.is_null() ? "" : value.text();
}

// An error about one input of a batch, which the sender finds again by its trace id or its own id.
Json row_error(const Json& input, std::string_view category, std::string_view message) {
  Json context = Json::object({{"id", Json::array({Json(text_of(input["id"]))})}});
  if (const Json* trace = input.find("objectWriteTraceId")) {
    context.set("objectWriteTraceId", Json::array({Json(text_of(*trace))}));
  }
  return Json::object({{"status", Json("error")},
                       {"category", Json(category)},
                       {"message", Json(message)},
                       {"context", context},
                       {"links", Json::object()},
                       {"errors", Json::array()}});
}

std::optional<std::string> value_problem(const Json& properties) {
  const Json* email = properties.find("email");
  if (email == nullptr || text_of(*email).empty() || plausible_email(text_of(*email)))
    return std::nullopt;
  return fmt::format(
      "Property values were not valid: [{{\"isValid\":false,\"message\":\"Email address "
      "is invalid\",\"error\":\"INVALID_EMAIL\",\"name\":\"email\"}}]");
}

}  // namespace

bool plausible_email(std::string_view text) {
  const auto at = text.find('@');
  if (at == std::string_view::npos || at == 0 || text.find('@', at + 1) != std::string_view::npos)
    return false;
  const std::string_view domain = text.substr(at + 1);
  const auto dot = domain.rfind('.');
  return dot != std::string_view::npos && dot > 0 && dot + 1 < domain.size() &&
         text.find(' ') == std::string_view::npos;
}

Json Hubspot::record_json(const HubspotRecord& record, const Json* wanted) const {
  Json properties = Json::object();
  for (const auto& [name, value] : record.properties.as_object()) {
    const auto& names = wanted == nullptr ? Json::Array{} : wanted->as_array();
    const bool basic = name == "email" || name == "firstname" || name == "lastname";
    if (wanted == nullptr || basic || std::ranges::find(names, Json(name)) != names.end()) {
      properties.set(name, value);
    }
  }
  properties.set("hs_object_id", Json(std::to_string(record.id)));
  properties.set("createdate", Json(to_text(record.created)));
  properties.set("lastmodifieddate", Json(to_text(record.updated)));
  return Json::object({{"id", Json(std::to_string(record.id))},
                       {"properties", properties},
                       {"createdAt", Json(to_text(record.created))},
                       {"updatedAt", Json(to_text(record.updated))},
                       {"archived", Json(false)}});
}

world::HttpResponse Hubspot::batch_answer(Json results, Json errors, int status) const {
  const std::string at = to_text(now());
  const auto failed = static_cast<std::int64_t>(errors.as_array().size());
  Json body = Json::object({{"status", Json("COMPLETE")},
                            {"results", std::move(results)},
                            {"startedAt", Json(at)},
                            {"completedAt", Json(at)}});
  if (failed == 0) return json_answer(status, body);
  body.set("numErrors", Json(failed));
  body.set("errors", std::move(errors));
  return json_answer(207, body);
}

std::optional<world::HttpResponse> Hubspot::inputs_error(const Call& call,
                                                         std::size_t rows_max) const {
  const auto& inputs = call.body["inputs"].as_array();
  if (!call.body["inputs"].is_array()) return error(400, "VALIDATION_ERROR", "inputs: is required");
  if (inputs.size() <= rows_max) return std::nullopt;
  return error(400, "VALIDATION_ERROR", fmt::format("The maximum batch size is {}", rows_max));
}

world::HttpResponse Hubspot::batch_upsert(const Call& call, Kind& of) {
  if (auto wrong = inputs_error(call, batch_rows_max)) return *wrong;
  std::set<std::string> ids;
  for (const Json& input : call.body["inputs"].as_array()) {
    if (!ids.insert(lower(text_of(input["id"]))).second) {
      return error(400, "VALIDATION_ERROR",
                   fmt::format("Duplicate IDs found in batch input: [{}]", text_of(input["id"])));
    }
    if (auto wrong = property_error(of, input["properties"])) return *wrong;
  }
  Json results = Json::array();
  Json errors = Json::array();
  for (const Json& input : call.body["inputs"].as_array()) {
    Json properties = input["properties"];
    const std::string by = text_of(input["idProperty"]);
    const bool by_id = by.empty() || by == "hs_object_id";
    if (!by_id) properties.set(by, input["id"]);
    const HubspotRecord* known = of.store.find(by, text_of(input["id"]));
    if (const auto wrong = value_problem(properties)) {
      errors.push(row_error(input, "VALIDATION_ERROR", *wrong));
      continue;
    }
    if (by_id && known == nullptr) {
      errors.push(row_error(input, "OBJECT_NOT_FOUND", "Could not get some objects"));
      continue;
    }
    const HubspotRecord& record = known == nullptr ? of.store.create(properties, now())
                                                   : of.store.update(known->id, properties, now());
    Json result = record_json(record, nullptr);
    result.set("new", Json(known == nullptr));
    if (const Json* trace = input.find("objectWriteTraceId"))
      result.set("objectWriteTraceId", *trace);
    results.push(std::move(result));
  }
  return batch_answer(std::move(results), std::move(errors), 200);
}

world::HttpResponse Hubspot::batch_create(const Call& call, Kind& of) {
  if (auto wrong = inputs_error(call, batch_rows_max)) return *wrong;
  for (const Json& input : call.body["inputs"].as_array()) {
    if (auto wrong = property_error(of, input["properties"])) return *wrong;
    const HubspotRecord* known = of.store.find("email", input["properties"]["email"].as_string());
    if (known != nullptr) {
      return error(409, "CONFLICT",
                   fmt::format("Contact already exists. Existing ID: {}", known->id));
    }
  }
  Json results = Json::array();
  for (const Json& input : call.body["inputs"].as_array()) {
    Json result = record_json(of.store.create(input["properties"], now()), nullptr);
    if (const Json* trace = input.find("objectWriteTraceId"))
      result.set("objectWriteTraceId", *trace);
    results.push(std::move(result));
  }
  return batch_answer(std::move(results), Json::array(), 201);
}

world::HttpResponse Hubspot::batch_update(const Call& call, Kind& of) {
  if (auto wrong = inputs_error(call, batch_rows_max)) return *wrong;
  for (const Json& input : call.body["inputs"].as_array()) {
    if (auto wrong = property_error(of, input["properties"])) return *wrong;
  }
  Json results = Json::array();
  Json errors = Json::array();
  for (const Json& input : call.body["inputs"].as_array()) {
    const HubspotRecord* known = of.store.find(text_of(input["idProperty"]), text_of(input["id"]));
    if (known == nullptr) {
      errors.push(row_error(input, "OBJECT_NOT_FOUND", "Could not get some objects"));
      continue;
    }
    Json result = record_json(of.store.update(known->id, input["properties"], now()), nullptr);
    if (const Json* trace = input.find("objectWriteTraceId"))
      result.set("objectWriteTraceId", *trace);
    results.push(std::move(result));
  }
  return batch_answer(std::move(results), std::move(errors), 200);
}

world::HttpResponse Hubspot::batch_read(const Call& call, Kind& of) {
  if (auto wrong = inputs_error(call, batch_rows_max)) return *wrong;
  Json results = Json::array();
  Json missing = Json::array();
  for (const Json& input : call.body["inputs"].as_array()) {
    const std::string id = text_of(input["id"]);
    const HubspotRecord* known = of.store.find(text_of(call.body["idProperty"]), id);
    if (known != nullptr) {
      results.push(record_json(*known, &call.body["properties"]));
    } else {
      missing.push(Json(id));
    }
  }
  Json errors = Json::array();
  if (!missing.as_array().empty()) {
    errors.push(Json::object(
        {{"status", Json("error")},
         {"category", Json("OBJECT_NOT_FOUND")},
         {"message", Json("Could not get some objects, they may be deleted or not exist.")},
         {"context", Json::object({{"ids", missing}})},
         {"links", Json::object()},
         {"errors", Json::array()}}));
  }
  return batch_answer(std::move(results), std::move(errors), 200);
}

world::HttpResponse Hubspot::batch_archive(const Call& call, Kind& of) {
  if (auto wrong = inputs_error(call, batch_rows_max)) return *wrong;
  for (const Json& input : call.body["inputs"].as_array()) {
    const HubspotRecord* known = of.store.by_id(text_of(input["id"]));
    if (known != nullptr) of.store.archive(known->id);
  }
  return {204, {}, ""};
}

world::HttpResponse Hubspot::create_one(const Call& call, Kind& of) {
  const Json& properties = call.body["properties"];
  if (auto wrong = property_error(of, properties)) return *wrong;
  if (const auto wrong = value_problem(properties)) return error(400, "VALIDATION_ERROR", *wrong);
  const HubspotRecord* known = of.store.find("email", properties["email"].as_string());
  if (known != nullptr) {
    return error(409, "CONFLICT",
                 fmt::format("Contact already exists. Existing ID: {}", known->id));
  }
  return json_answer(201, record_json(of.store.create(properties, now()), nullptr));
}

world::HttpResponse Hubspot::route_one(const Call& call, Kind& of, const std::string& id) {
  const HubspotRecord* known = of.store.find(call.parameter("idProperty"), id);
  if (known == nullptr) {
    if (call.method == "DELETE") return {204, {}, ""};
    return error(404, "OBJECT_NOT_FOUND", "resource not found");
  }
  if (call.method == "GET") {
    Json wanted = Json::array();
    for (const auto& [name, value] : call.query) {
      if (name != "properties") continue;
      for (const auto one : split(value, ',')) wanted.push(Json(one));
    }
    return json_answer(200, record_json(*known, &wanted));
  }
  if (call.method == "PATCH") {
    if (auto wrong = property_error(of, call.body["properties"])) return *wrong;
    return json_answer(
        200, record_json(of.store.update(known->id, call.body["properties"], now()), nullptr));
  }
  if (call.method == "DELETE") {
    of.store.archive(known->id);
    return {204, {}, ""};
  }
  return error(405, "VALIDATION_ERROR", "no such method here");
}

world::HttpResponse Hubspot::list(const Call& call, Kind& of) {
  const auto number = [&](std::string_view name, std::size_t otherwise) {
    const auto value = Json::parse(call.parameter(name));
    const std::int64_t given = value ? value->as_int(-1) : -1;
    return given < 0 ? otherwise : static_cast<std::size_t>(given);
  };
  const std::size_t limit = std::clamp<std::size_t>(number("limit", 10), 1, page_rows_max);
  const auto after = static_cast<std::int64_t>(number("after", 0));
  Json results = Json::array();
  auto at = of.store.records().upper_bound(after);
  for (; at != of.store.records().end() && results.as_array().size() < limit; ++at) {
    results.push(record_json(at->second, nullptr));
  }
  Json body = Json::object({{"results", results}});
  if (at != of.store.records().end()) {
    const std::string next = std::to_string(std::prev(at)->first);
    body.set("paging", Json::object({{"next", Json::object({{"after", Json(next)}})}}));
  }
  return json_answer(200, body);
}

world::HttpResponse Hubspot::gdpr_delete(const Call& call, Kind& of) {
  const HubspotRecord* known =
      of.store.find(text_of(call.body["idProperty"]), text_of(call.body["objectId"]));
  if (known != nullptr) of.store.archive(known->id);
  return {204, {}, ""};
}

}  // namespace rondo::standin
