#include "standin/hubspot.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/hash.h"
#include "base/ids.h"
#include "base/text.h"
#include "standin/hubspot_twin.h"

namespace rondo::standin {
namespace {

constexpr std::int64_t limit_default = 190;
constexpr Duration limit_window = std::chrono::seconds{10};
constexpr std::int64_t first_id = 101;

constexpr std::array standard_properties{"email",
                                         "firstname",
                                         "lastname",
                                         "phone",
                                         "mobilephone",
                                         "company",
                                         "website",
                                         "jobtitle",
                                         "address",
                                         "city",
                                         "state",
                                         "zip",
                                         "country",
                                         "lifecyclestage",
                                         "hs_lead_status",
                                         "hubspot_owner_id",
                                         "name",
                                         "domain",
                                         "hs_object_id",
                                         "createdate",
                                         "lastmodifieddate",
                                         "hs_email_optout"};

}  // namespace

std::shared_ptr<Standin> make_hubspot(world::World world, Options options) {
  return std::make_shared<Hubspot>(world, std::move(options));
}

Hubspot::Hubspot(world::World world, Options options) : Standin(world, std::move(options)) {}

Hubspot::Kind& Hubspot::kind(const std::string& name) {
  const auto [found, made] = kinds_.try_emplace(name, Kind{HubspotStore(first_id), {}});
  if (!made) return found->second;
  for (const Json& property : this->options()["properties"].as_array()) {
    found->second.properties.emplace(property.as_string(),
                                     Json::object({{"name", property},
                                                   {"label", property},
                                                   {"type", Json("string")},
                                                   {"fieldType", Json("text")},
                                                   {"groupName", Json("contactinformation")}}));
  }
  return found->second;
}

std::string Hubspot::correlation_id() const {
  return uuid_text(content_hash(fmt::format("{}", requests_so_far())));
}

world::HttpResponse Hubspot::error(int status, std::string_view category, std::string_view message,
                                   Json context) const {
  Json body = Json::object({{"status", Json("error")},
                            {"message", Json(message)},
                            {"correlationId", Json(correlation_id())},
                            {"category", Json(category)}});
  if (!context.is_null()) body.set("context", std::move(context));
  return json_answer(status, body);
}

world::HttpResponse Hubspot::throttled() const {
  Json body = Json::object({{"status", Json("error")},
                            {"message", Json("You have reached your ten_secondly_rolling limit.")},
                            {"errorType", Json("RATE_LIMIT")},
                            {"correlationId", Json(correlation_id())},
                            {"category", Json("RATE_LIMITS")},
                            {"policyName", Json("TEN_SECONDLY_ROLLING")}});
  Response response = json_answer(429, body);
  response.headers.add("Retry-After", "1");
  return response;
}

world::HttpResponse Hubspot::broken() const {
  return error(500, "INTERNAL_ERROR", "internal error");
}

bool Hubspot::within_limit() {
  while (!recent_.empty() && now() - recent_.front() >= limit_window) recent_.pop_front();
  const auto most = static_cast<std::size_t>(options()["rate_per_10s"].as_int(limit_default));
  if (recent_.size() >= most) return false;
  recent_.push_back(now());
  return true;
}

void Hubspot::add_limit_headers(Response& response) const {
  const std::int64_t most = options()["rate_per_10s"].as_int(limit_default);
  const auto left = std::max<std::int64_t>(0, most - static_cast<std::int64_t>(recent_.size()));
  response.headers.add("X-HubSpot-RateLimit-Max", std::to_string(most));
  response.headers.add("X-HubSpot-RateLimit-Remaining", std::to_string(left));
  response.headers.add("X-HubSpot-RateLimit-Interval-Milliseconds", "10000");
  response.headers.add("X-HubSpot-RateLimit-Daily", "650000");
  response.headers.add("X-HubSpot-RateLimit-Daily-Remaining",
                       std::to_string(650'000 - static_cast<std::int64_t>(requests_so_far())));
  response.headers.add("X-HubSpot-Correlation-Id", correlation_id());
}

world::HttpResponse Hubspot::answer(const Call& call) {
  const std::string_view given = call.request->headers.get("authorization").value_or("");
  const std::string_view token = options()["token"].as_string();
  const bool known = token.empty() ? given.size() > 7 && given.starts_with("Bearer ")
                                   : equal_in_constant_time(given, fmt::format("Bearer {}", token));
  if (!known) {
    return error(
        401, "INVALID_AUTHENTICATION",
        "Authentication credentials not found. This API supports OAuth 2.0 authentication.");
  }
  Response response = within_limit() ? route(call, call.path) : throttled();
  add_limit_headers(response);
  return response;
}

world::HttpResponse Hubspot::route(const Call& call, Segments rest) {
  // /crm/v3/objects/contacts/… and the dated form /crm/objects/2026-03/contacts/…
  if (rest.size() < 4 || rest[0] != "crm") return error(404, "OBJECT_NOT_FOUND", "no such address");
  const bool dated = rest[1] == "objects" || rest[1] == "properties";
  const std::string& what = dated ? rest[1] : rest[2];
  if (!dated && rest[1] != "v3") return error(404, "OBJECT_NOT_FOUND", "no such version");
  const std::string object = rest[3] == "0-1"   ? "contacts"
                             : rest[3] == "0-2" ? "companies"
                                                : rest[3];
  if (what == "objects") return route_objects(call, object, rest.subspan(4));
  if (what == "properties") return route_properties(call, kind(object), rest.subspan(4));
  return error(404, "OBJECT_NOT_FOUND", "no such address");
}

world::HttpResponse Hubspot::route_objects(const Call& call, const std::string& object,
                                           Segments rest) {
  Kind& of = kind(object);
  if (rest.empty()) return call.method == "POST" ? create_one(call, of) : list(call, of);
  if (rest[0] == "batch" && rest.size() == 2 && call.method == "POST") {
    return route_batch(call, of, rest[1]);
  }
  if (rest[0] == "search" && call.method == "POST") return search(call, of);
  if (rest[0] == "gdpr-delete" && call.method == "POST") return gdpr_delete(call, of);
  if (rest.size() == 1) return route_one(call, of, rest[0]);
  return error(404, "OBJECT_NOT_FOUND", "no such address");
}

world::HttpResponse Hubspot::route_batch(const Call& call, Kind& of, std::string_view operation) {
  if (operation == "upsert") return batch_upsert(call, of);
  if (operation == "create") return batch_create(call, of);
  if (operation == "update") return batch_update(call, of);
  if (operation == "read") return batch_read(call, of);
  if (operation == "archive") return batch_archive(call, of);
  return error(404, "OBJECT_NOT_FOUND", "no such batch operation");
}

std::optional<world::HttpResponse> Hubspot::property_error(const Kind& of,
                                                           const Json& properties) const {
  const auto open = options()["properties"].as_array();
  if (open.size() == 1 && open[0].as_string() == "*") return std::nullopt;
  Json wrong = Json::array();
  for (const auto& [name, value] : properties.as_object()) {
    const bool standard =
        std::ranges::find(standard_properties, std::string_view(name)) != standard_properties.end();
    if (standard || of.properties.contains(name)) continue;
    wrong.push(Json::object({{"isValid", Json(false)},
                             {"message", Json(fmt::format("Property \"{}\" does not exist", name))},
                             {"error", Json("PROPERTY_DOESNT_EXIST")},
                             {"name", Json(name)}}));
  }
  if (wrong.as_array().empty()) return std::nullopt;
  return error(400, "VALIDATION_ERROR", "Property values were not valid: " + wrong.text());
}

world::HttpResponse Hubspot::route_properties(const Call& call, Kind& of, Segments rest) {
  const auto described = [](std::string_view name) {
    return Json::object({{"name", Json(name)},
                         {"label", Json(name)},
                         {"type", Json("string")},
                         {"fieldType", Json("text")},
                         {"groupName", Json("contactinformation")},
                         {"description", Json("")},
                         {"options", Json::array()}});
  };
  if (call.method == "POST" && rest.empty()) {
    const std::string name(call.body["name"].as_string());
    for (const char* needed : {"name", "label", "groupName", "type", "fieldType"}) {
      if (!call.body[needed].is_string()) {
        return error(400, "VALIDATION_ERROR", fmt::format("{} is required", needed));
      }
    }
    if (of.properties.contains(name)) {
      return error(409, "OBJECT_ALREADY_EXISTS",
                   fmt::format("A property named '{}' already exists.", name));
    }
    Json made = described(name);
    for (const auto& [member, value] : call.body.as_object()) made.set(member, value);
    of.properties.emplace(name, made);
    return json_answer(201, made);
  }
  if (call.method != "GET") return error(405, "VALIDATION_ERROR", "no such method here");
  if (rest.size() == 1) {
    const auto found = of.properties.find(rest[0]);
    if (found != of.properties.end()) return json_answer(200, found->second);
    if (std::ranges::find(standard_properties, rest[0]) != standard_properties.end()) {
      return json_answer(200, described(rest[0]));
    }
    return error(404, "OBJECT_NOT_FOUND", "no such property");
  }
  Json all = Json::array();
  for (const char* name : standard_properties) all.push(described(name));
  for (const auto& [name, property] : of.properties) all.push(property);
  return json_answer(200, Json::object({{"results", all}}));
}

Json Hubspot::state() const {
  Json kinds = Json::object();
  for (const auto& [name, of] : kinds_) {
    std::int64_t creates = 0, changes = 0, repeats = 0, archives = 0;
    Json::Object keys;
    for (const auto& [key, h] : of.store.histories()) {
      creates += h.creates, changes += h.changes, repeats += h.repeats, archives += h.archives;
      keys.emplace_back(key, Json::object({{"creates", Json(h.creates)},
                                           {"changes", Json(h.changes)},
                                           {"repeats", Json(h.repeats)},
                                           {"archives", Json(h.archives)}}));
    }
    Json::Object records;
    for (const auto& [id, record] : of.store.records()) {
      const std::string email(record.properties["email"].as_string());
      records.emplace_back(email.empty() ? std::to_string(id) : email, record.properties);
    }
    kinds.set(name,
              Json::object({{"live", Json(static_cast<std::int64_t>(of.store.records().size()))},
                            {"creates", Json(creates)},
                            {"changes", Json(changes)},
                            {"repeats", Json(repeats)},
                            {"archives", Json(archives)},
                            {"records", Json(std::move(records))},
                            {"keys", Json(std::move(keys))}}));
  }
  return Json::object({{"requests", Json(requests_so_far())}, {"objects", kinds}});
}

Json Hubspot::memory() const {
  Json kinds = Json::object();
  for (const auto& [name, of] : kinds_) {
    Json::Object properties;
    for (const auto& [property, described] : of.properties)
      properties.emplace_back(property, described);
    kinds.set(name, Json::object({{"store", of.store.memory()},
                                  {"properties", Json(std::move(properties))}}));
  }
  return kinds;
}

void Hubspot::remember(const Json& memory) {
  for (const auto& [name, from] : memory.as_object()) {
    Kind& of = kind(name);
    of.store.remember(from["store"]);
    for (const auto& [property, described] : from["properties"].as_object()) {
      of.properties.insert_or_assign(property, described);
    }
  }
}

void Hubspot::reset() {
  kinds_.clear();
  recent_.clear();
}

}  // namespace rondo::standin
