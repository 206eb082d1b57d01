#include <fmt/format.h>

#include "cli/open.h"
#include "consent/consent.h"
#include "identity/identity.h"
#include "world/real/real_world.h"

namespace rondo::cli {
namespace {

using control::House;

Json fields_json(const identity::Profile& person) {
  Json fields = Json::array();
  for (const auto& field : person.fields) {
    fields.push(Json::object({{"name", field.name},
                              {"value", field.value},
                              {"source", field.source},
                              {"record_id", field.record_id},
                              {"occurred_at", to_text(field.occurred_at)},
                              {"verified", field.verified},
                              {"stale", field.stale}}));
  }
  return fields;
}

Result<Json> consent_json(House& house, const std::string& profile_id, Time now) {
  TRY_ASSIGN(const auto said, consent::statements(house.session(), profile_id, now));
  Json all = Json::array();
  for (const auto& one : said) {
    all.push(Json::object({{"purpose", one.purpose},
                           {"allowed", one.allowed},
                           {"source", one.source},
                           {"occurred_at", to_text(one.occurred_at)},
                           {"evidence", one.evidence}}));
  }
  return all;
}

Result<Json> deliveries_json(House& house, const std::string& profile_id) {
  TRY_ASSIGN(auto rows,
             house.session().query("select sync, destination, action, state, coalesce(reason, ''), "
                                   "delivered_at, receipt_id from rondo.deliveries "
                                   "where profile_id = ? order by receipt_id",
                                   {profile_id}));
  Json all = Json::array();
  while (true) {
    TRY_ASSIGN(const bool more, rows.next());
    if (!more) return all;
    all.push(Json::object({{"sync", rows.text(0)},
                           {"destination", rows.text(1)},
                           {"action", rows.text(2)},
                           {"state", rows.text(3)},
                           {"reason", rows.text(4)},
                           {"delivered_at", rows.text(5)},
                           {"receipt_id", rows.int64(6)}}));
  }
}

Result<Json> person_json(House& house, const std::string& wanted, Time now) {
  TRY_ASSIGN(const auto person, identity::find_profile(house.session(), house.project(), wanted));
  Json identifiers = Json::array();
  for (const auto& each : person.identifiers) identifiers.push(each.type + ":" + each.value);
  Json merged = Json::array();
  for (const auto& id : person.merged_ids) merged.push(id);
  TRY_ASSIGN(auto consent, consent_json(house, person.profile_id, now));
  TRY_ASSIGN(auto deliveries, deliveries_json(house, person.profile_id));
  return Json::object({{"profile_id", person.profile_id},
                       {"created_at", to_text(person.created_at)},
                       {"merged_ids", std::move(merged)},
                       {"identifiers", std::move(identifiers)},
                       {"fields", fields_json(person)},
                       {"consent", std::move(consent)},
                       {"deliveries", std::move(deliveries)}});
}

std::string text(const Json& json, std::string_view key) {
  return printable(json[key].as_string());
}

std::string to_page(const Context& context, const Json& person) {
  std::string page =
      ink(context.terminal, Ink::bold, "profile " + text(person, "profile_id")) + "\n";
  page += "identifiers\n";
  for (const auto& each : person["identifiers"].as_array())
    page += fmt::format("  {}\n", printable(each.as_string()));
  page += "fields\n";
  for (const auto& field : person["fields"].as_array()) {
    page += fmt::format(
        "  {:<14} {:<32} from {}, {}{}{}\n", text(field, "name"), text(field, "value"),
        text(field, "source"), text(field, "occurred_at").substr(0, 10),
        field["verified"].as_bool() ? ", verified" : "", field["stale"].as_bool() ? ", stale" : "");
  }
  page += "consent\n";
  for (const auto& one : person["consent"].as_array()) {
    page += fmt::format("  {:<14} {:<32} by {}, {}\n", text(one, "purpose"),
                        one["allowed"].as_bool() ? "allowed" : "withdrawn", text(one, "source"),
                        text(one, "occurred_at").substr(0, 10));
  }
  page += "sent\n";
  for (const auto& one : person["deliveries"].as_array()) {
    page += fmt::format("  {:<24} {:<8} {:<8} {}  receipt {} {}\n", text(one, "sync"),
                        text(one, "action"), text(one, "state"),
                        text(one, "delivered_at").substr(0, 19), one["receipt_id"].as_int(),
                        text(one, "reason"));
  }
  return page;
}

}  // namespace

int profile(const Context& context, const std::string& identifier) {
  world::RealWorld real;
  auto house = open_house(context, real.view(), project::SecretMode::placeholder);
  if (!house) return Exit::failed;
  const auto person = person_json(*house, identifier, real.view().clock.now());
  if (!person) return report_error(context, person.error());
  context.terminal.out(context.json ? person->pretty() + "\n" : to_page(context, *person));
  return Exit::done;
}

}  // namespace rondo::cli
