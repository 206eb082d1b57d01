#include "standin/hubspot_store.h"

#include <charconv>

#include "base/text.h"

namespace rondo::standin {
namespace {

// HubSpot keeps every value as text.
Json as_text(const Json& value) {
  return value.is_string() ? value : Json(value.is_null() ? std::string() : value.text());
}

std::string email_in(const Json& properties) { return lower(properties["email"].as_string()); }

Time time_in(const Json& text) { return parse_time(text.as_string()).value_or(Time{}); }

}  // namespace

std::string HubspotStore::key_of(const HubspotRecord& record) {
  const std::string email = email_in(record.properties);
  return email.empty() ? "id:" + std::to_string(record.id) : email;
}

const HubspotRecord* HubspotStore::by_id(std::string_view id) const {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), number);
  if (error != std::errc() || end != id.data() + id.size()) return nullptr;
  const auto found = records_.find(number);
  return found == records_.end() ? nullptr : &found->second;
}

const HubspotRecord* HubspotStore::find(std::string_view property, std::string_view value) const {
  if (property.empty() || property == "hs_object_id") return by_id(value);
  if (property == "email") {
    const auto found = by_email_.find(lower(trim(value)));
    return found == by_email_.end() ? nullptr : &records_.at(found->second);
  }
  for (const auto& [id, record] : records_) {
    if (record.properties[property].as_string() == value) return &record;
  }
  return nullptr;
}

const HubspotRecord& HubspotStore::create(const Json& properties, Time now) {
  const std::int64_t id = next_id_++;
  HubspotRecord& record = records_[id];
  record.id = id;
  record.created = now;
  record.updated = now;
  for (const auto& [name, value] : properties.as_object()) {
    if (Json text = as_text(value); !text.as_string().empty()) record.properties.set(name, text);
  }
  if (const std::string email = email_in(record.properties); !email.empty()) {
    record.properties.set("email", Json(email));
    by_email_[email] = id;
  }
  ++histories_[key_of(record)].creates;
  return record;
}

const HubspotRecord& HubspotStore::update(std::int64_t id, const Json& properties, Time now) {
  HubspotRecord& record = records_.at(id);
  const Json before = record.properties;
  for (const auto& [name, value] : properties.as_object()) {
    const Json text = as_text(value);
    if (text.as_string().empty()) {
      record.properties.erase(name);
    } else {
      record.properties.set(name, name == "email" ? Json(lower(text.as_string())) : text);
    }
  }
  const bool changed = before != record.properties;
  if (changed) {
    record.updated = now;
    by_email_.erase(email_in(before));
    if (const auto email = email_in(record.properties); !email.empty()) by_email_[email] = id;
  }
  KeyHistory& history = histories_[key_of(record)];
  ++(changed ? history.changes : history.repeats);
  return record;
}

bool HubspotStore::archive(std::int64_t id) {
  const auto found = records_.find(id);
  if (found == records_.end()) return false;
  ++histories_[key_of(found->second)].archives;
  by_email_.erase(email_in(found->second.properties));
  records_.erase(found);
  return true;
}

Json HubspotStore::memory() const {
  Json records = Json::array();
  for (const auto& [id, record] : records_) {
    records.push(Json::object({{"id", Json(id)},
                               {"properties", record.properties},
                               {"created", Json(to_text(record.created))},
                               {"updated", Json(to_text(record.updated))}}));
  }
  Json::Object all;
  for (const auto& [key, h] : histories_) {
    all.emplace_back(
        key, Json::array({Json(h.creates), Json(h.changes), Json(h.repeats), Json(h.archives)}));
  }
  return Json::object(
      {{"next_id", Json(next_id_)}, {"records", records}, {"histories", Json(all)}});
}

void HubspotStore::remember(const Json& memory) {
  records_.clear();
  by_email_.clear();
  histories_.clear();
  next_id_ = memory["next_id"].as_int(next_id_);
  for (const Json& one : memory["records"].as_array()) {
    const std::int64_t id = one["id"].as_int();
    records_[id] = {id, one["properties"], time_in(one["created"]), time_in(one["updated"])};
    if (const auto email = email_in(one["properties"]); !email.empty()) by_email_[email] = id;
  }
  for (const auto& [key, h] : memory["histories"].as_object()) {
    const auto& n = h.as_array();
    if (n.size() == 4)
      histories_[key] = {n[0].as_int(), n[1].as_int(), n[2].as_int(), n[3].as_int()};
  }
}

}  // namespace rondo::standin
