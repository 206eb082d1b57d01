#include "picture.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace rondo::simtest {
namespace {

constexpr std::string_view people =
    "with people as (select profile_id, min(type || ':' || value) as who from rondo.identifiers "
    "group by profile_id) ";

struct Question {
  const char* name;
  const char* sql;
};

constexpr Question questions[] = {
    {"events",
     "select source, message_id, type, name, user_id, anonymous_id, identifier_type, "
     "identifier_value, occurred_at, properties, traits from raw.events order by all"},
    {"quarantine",
     "select source, stream, reason_code, reason, state from rondo.quarantine "
     "order by all"},
    {"contacts",
     "select customer_id, email, first_name, marketing_consent, _updated_at "
     "from raw.crm_contacts order by all"},
    {"partition",
     "select string_agg(type || ':' || value, ' ' order by type, value) as all_of_one "
     "from rondo.identifiers group by profile_id order by all"},
    {"values",
     "select p.who, v.field, v.value, v.verified, v.stale, v.source like 'enrichment.%' "
     "from rondo.profile_values v join people p using (profile_id) where not (v.field = "
     "'work_email' and exists (select 1 from rondo.identifiers i where i.profile_id = "
     "v.profile_id and i.value in ('u1', 'u3'))) order by all"},  // see village.cpp: they changed
                                                                  // their minds, before or after
    {"orders",
     "select p.who, order_id, ordered_at, total from models.orders "
     "join people p using (profile_id) order by all"},
    {"lifetime_value",
     "select p.who, lifetime_value, order_count from traits.lifetime_value "
     "join people p using (profile_id) order by all"},
    {"buyers",
     "select p.who, lifetime_value from audiences.buyers "
     "join people p using (profile_id) order by all"},
    {"regulars",
     "select p.who, lifetime_value from audiences.regulars "
     "join people p using (profile_id) order by all"},
    {"delivered",
     "select d.sync, d.key, p.who, d.fingerprint, d.fields from rondo.delivered d "
     "left join rondo.profile_index i on i.profile_id = d.profile_id "
     "left join people p on p.profile_id = coalesce(i.merged_into, d.profile_id) order by all"},
    {"blocked",
     "select b.sync, p.who, b.key, b.reason_code from rondo.blocked b "
     "join people p using (profile_id) order by all"},
    {"suppressions",
     "select identifier_type, identifier_value, purpose, reason, since "
     "from rondo.suppressions order by all"},
    {"stale", "select field, value, since from rondo.stale_values order by all"},
    {"outcomes",
     "select o.outcome, p.who, o.occurred_at, o.identifier_value "
     "from rondo.outcomes o left join people p using (profile_id) order by all"},
    {"verifications", "select address, verdict from rondo.verifications order by all"},
};

std::string shown(const std::vector<std::string>& lines) {
  return lines.empty() ? "none" : fmt::format("{}", fmt::join(lines, "; "));
}

// Nothing may come back.
struct Promise {
  const char* words;
  const char* sql;
};
constexpr Promise promises[] = {
    {"an event stands twice in the warehouse",
     "select message_id, count(*) from raw.events group by 1 having count(*) > 1 order by all"},
    {"an event has two ids",
     "select event_id, count(*) from raw.events group by 1 having count(*) > 1 order by all"},
    {"a question was asked again before its answer expired",
     "select a.enrichment, a.provider, a.profile_id, a.asked_at, b.asked_at from rondo.enrichments "
     "a join rondo.enrichments b on a.enrichment = b.enrichment and a.profile_id = b.profile_id "
     "and a.provider = b.provider and a.field = b.field and a.receipt_id < b.receipt_id and "
     "b.asked_at < a.expires_at order by all"},
    {"a sync holds a key of a profile that is blocked",
     "select d.sync, d.key, b.reason_code from rondo.delivered d join rondo.blocked b on "
     "b.sync = d.sync and b.key = d.key where b.reason_code <> 'duplicate_key' order by all"},
    {"a delivery has not come to an end",
     "select sync, key, state from rondo.deliveries where state not in ('ok', 'rejected', "
     "'unknown') order by all"},
};

Result<void> ask(Company& company, std::vector<std::string>& broken, const std::string& words,
                 const std::string& sql) {
  TRY_ASSIGN(const auto rows, company.warehouse().rows(sql));
  if (!rows.empty()) broken.push_back(words + ": " + shown(rows));
  return {};
}

void judge_standins(Company& company, const Rules& rules, std::vector<std::string>& broken) {
  const Json till = company.door("webhook").state();
  if (!till["duplicate_effects"].as_array().empty())
    broken.push_back("the till was told twice: " + till["duplicate_effects"].text());
  if (till["conflicts"].as_int() > 0) broken.emplace_back("one key, two bodies");
  if (till["unsigned"].as_int() > 0) broken.emplace_back("a request was not signed");
  const Json contacts = company.door("hubspot").state()["objects"]["contacts"];
  for (const auto& [key, history] : contacts["keys"].as_object()) {
    if (history["creates"].as_int() > history["archives"].as_int() + 1)
      broken.push_back("HubSpot was given twice: " + key);
  }
  if (rules.network_doubles) return;
  for (const char* name : {"prospeo", "hunter"}) {
    std::map<std::string, Time> charged;
    const Json seller = company.door(name).state();
    for (const Json& charge : seller["charges"].as_array()) {
      const std::string question(charge["question"].as_string());
      const Time at = parse_time(charge["at"].as_string()).value_or(Time{});
      const auto [before, first] = charged.try_emplace(question, at);
      if (!first && at - before->second < std::chrono::hours{24 * 7})
        broken.push_back(fmt::format("{} charged twice for {}", name, question));
      before->second = at;
    }
  }
}

Result<void> judge_journal(Company& company, std::vector<std::string>& broken) {
  auto& journal = company.program()->house->journal();
  TRY_ASSIGN(const auto unfinished, journal.unfinished());
  if (unfinished) broken.push_back("the journal has a run under way: " + unfinished->run_id);
  TRY_ASSIGN(const auto runs, journal.runs(1'000));
  for (const auto& run : runs) {
    TRY_ASSIGN(const auto steps, journal.steps(run.run_id));
    for (const auto& step : steps) {
      const Json& counts = step.summary["counts"];
      if (step.state != control::StepState::succeeded || !step.asset.starts_with("sync:")) continue;
      const auto ended =
          counts["ok"].as_int() + counts["rejected"].as_int() + counts["unknown"].as_int();
      if (counts["sent"].as_int() != ended)
        broken.push_back(step.asset + ": sent and ended differ: " + counts.text());
    }
  }
  return {};
}

}  // namespace

std::vector<std::string> record_lines(const Json& records) {
  std::vector<std::string> lines;
  for (const auto& [key, fields] : records.as_object()) {
    std::vector<std::string> members;
    for (const auto& [field, value] : fields.as_object()) {
      const bool theirs =
          field == "createdate" || field == "lastmodifieddate" || field == "hs_object_id";
      const std::string text = value.is_string() ? std::string(value.as_string()) : value.text();
      if (!theirs) members.push_back(field + "=" + text);
    }
    std::ranges::sort(members);
    lines.push_back(fmt::format("{}: {}", key, fmt::join(members, " ")));
  }
  std::ranges::sort(lines);
  return lines;
}

Result<Picture> take_picture(Company& company) {
  Picture picture;
  for (const auto& [name, sql] : questions) {
    const bool named = std::string_view(sql).find("people") != std::string_view::npos;
    TRY_ASSIGN(auto lines,
               company.warehouse().rows((named ? std::string(people) : std::string()) + sql));
    std::ranges::sort(lines);
    picture[name] = std::move(lines);
  }
  picture["HubSpot's contacts"] =
      record_lines(company.door("hubspot").state()["objects"]["contacts"]["records"]);
  picture["the till's customers"] = record_lines(company.door("webhook").state()["records"]);
  TRY_ASSIGN(const auto file, company.read_file("out/buyers.csv"));
  picture["the finance file"] = {file};
  return picture;
}

std::vector<std::string> differences(const Picture& expected, const Picture& found) {
  std::vector<std::string> lines;
  for (const auto& [name, wanted] : expected) {
    const auto& there = found.at(name);
    std::vector<std::string> missing, extra;
    std::ranges::set_difference(wanted, there, std::back_inserter(missing));
    std::ranges::set_difference(there, wanted, std::back_inserter(extra));
    for (const auto& line : missing) lines.push_back(name + ": missing " + line);
    for (const auto& line : extra) lines.push_back(name + ": too much " + line);
    if (missing.empty() && extra.empty() && wanted.size() != there.size())
      lines.push_back(fmt::format("{}: {} lines, not {}", name, there.size(), wanted.size()));
  }
  return lines;
}

Result<std::vector<std::string>> broken_promises(Company& company, const Rules& rules) {
  std::vector<std::string> broken;
  for (const auto& [words, sql] : promises) TRY(ask(company, broken, words, sql));
  TRY(ask(company, broken, "a run cost more than its cap",
          fmt::format("select run_id, sum(cost_micros) from rondo.enrichments group by 1 having "
                      "sum(cost_micros) > {} order by all",
                      rules.run_cap_micros)));
  TRY(ask(company, broken, "a person cost more than the cap of a record",
          fmt::format("select run_id, profile_id, sum(cost_micros) from rondo.enrichments group by "
                      "1, 2 having sum(cost_micros) > {} order by all",
                      rules.record_cap_micros)));
  judge_standins(company, rules, broken);
  TRY(judge_journal(company, broken));
  return broken;
}

}  // namespace rondo::simtest
