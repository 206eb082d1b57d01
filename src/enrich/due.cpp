#include "enrich/due.h"

#include <map>
#include <utility>

#include "consent/consent.h"

namespace rondo::enrich {
namespace {

constexpr std::string_view usable_table = "rondo_enrich_usable";

std::string audience_table(const warehouse::Session& session, const model::Enrichment& enrichment) {
  return session.dialect().table("audiences." + enrichment.audience);
}

// Answers that still hold, by person. A value that the profile marks as stale was proved wrong: its
// provider was asked, but nobody is satisfied by it.
Result<std::map<std::string, Known>> read_known(warehouse::Session& session,
                                                const model::Enrichment& enrichment,
                                                std::string_view field, Time now) {
  TRY_ASSIGN(
      auto rows,
      session.query("select e.profile_id, e.provider, e.value is not null, e.verdict = 'verified', "
                    "exists (select 1 from rondo.profile_values v where v.profile_id = "
                    "e.profile_id and v.field = e.field "
                    "and v.value = e.value and v.stale) from rondo.enrichments e "
                    "where e.enrichment = ? and e.field = ? and e.expires_at > ?",
                    {enrichment.name, std::string(field), now}));
  std::map<std::string, Known> known;
  while (true) {
    TRY_ASSIGN(const bool more, rows.next());
    if (!more) return known;
    Known& person = known[std::string(rows.text(0))];
    person.asked.emplace(rows.text(1));
    const bool stale = rows.boolean(4);
    if (!stale && satisfies(enrichment.stop_when, rows.boolean(2), rows.boolean(3)))
      person.satisfied = true;
  }
}

Result<void> count_members(warehouse::Session& session, const std::string& audience, Due& due) {
  TRY_ASSIGN(due.members, session.count("select count(*) from " + audience));
  TRY_ASSIGN(due.blocked, session.count("select count(*) from " + audience + " a left join " +
                                        std::string(usable_table) +
                                        " u on u.profile_id = a.profile_id "
                                        "where u.allowed is not true"));
  return {};
}

}  // namespace

Result<Due> find_due(EnrichContext& context, const model::Enrichment& enrichment,
                     std::string_view field) {
  auto& session = context.session;
  const Time now = context.world.clock.now();
  const std::string audience = audience_table(session, enrichment);
  TRY(consent::usable(session, context.project.consent, enrichment.purpose, now, usable_table));
  Due due;
  TRY(count_members(session, audience, due));
  TRY_ASSIGN(auto known, read_known(session, enrichment, field, now));
  const auto allowed = consent::source_allowed_sql(session.dialect(), context.project,
                                                   enrichment.purpose, "v.source");
  TRY_ASSIGN(auto rows,
             session.query(
                 "select a.profile_id, v.field, v.value from " + audience + " a join " +
                 std::string(usable_table) +
                 " u on u.profile_id = a.profile_id and u.allowed left join rondo.profile_values v "
                 "on v.profile_id = a.profile_id and not v.stale and " +
                 allowed + " order by a.profile_id, v.field"));
  while (true) {
    TRY_ASSIGN(const bool more, rows.next());
    if (!more) return due;
    if (due.people.empty() || due.people.back().profile_id != rows.text(0)) {
      Person person{std::string(rows.text(0)), Json::object(), {}};
      if (auto found = known.find(person.profile_id); found != known.end())
        person.known = std::move(found->second);
      due.people.push_back(std::move(person));
    }
    if (!rows.is_null(1)) due.people.back().fields.set(rows.text(1), rows.text(2));
  }
}

}  // namespace rondo::enrich
