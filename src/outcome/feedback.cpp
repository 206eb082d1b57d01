#include <string>
#include <vector>

#include <fmt/core.h>

#include "outcome/outcome.h"

namespace rondo::outcome {
namespace {

using Step = model::FeedbackRule::Step;
using warehouse::Dialect;
using warehouse::Session;

// The value the outcome was found by; for another kind every value that its profile has.
Result<std::int64_t> suppress(Session& session, const model::FeedbackRule& rule, const Step& step) {
  const Dialect& dialect = session.dialect();
  const std::string type = dialect.literal(step.identifier);
  std::vector<std::string> purposes = step.purposes;
  if (purposes.empty()) purposes.emplace_back("*");
  std::int64_t added = 0;
  for (const auto& purpose : purposes) {
    TRY_ASSIGN(const auto rows,
               session.execute(fmt::format(
                   R"(
insert into rondo.suppressions
  (identifier_type, identifier_value, purpose, reason, outcome_id, since)
select {0}, value, {1}, {2}, outcome_id, occurred_at from (
  select *, row_number() over (partition by value order by occurred_at, outcome_id) as place from (
    select o.identifier_value as value, o.outcome_id, o.occurred_at from rondo.outcomes o
    where o.outcome = {2} and o.identifier_type = {0} and o.identifier_value is not null
    union all
    select i.value, o.outcome_id, o.occurred_at from rondo.outcomes o
    join rondo.identifiers i on i.profile_id = o.profile_id and i.type = {0}
    where o.outcome = {2} and (o.identifier_type is null or o.identifier_type <> {0})) told
) firsts
where place = 1 and not exists (
  select 1 from rondo.suppressions s
  where s.identifier_type = {0} and s.identifier_value = firsts.value and s.purpose = {1}))",
                   type, dialect.literal(purpose), dialect.literal(rule.outcome))));
    added += rows;
  }
  return added;
}

// An address is untrue wherever it stands. Of anything else only what the profile had said by then
// is, and only once for each outcome: what replaces it must not be marked by the same news.
std::string told_values(const Dialect& dialect, const model::IdentityRules& rules,
                        const std::string& outcome, const std::string& field) {
  std::string addresses;
  for (const auto& rule : rules.identifiers) {
    if (rule.normalise != model::Normaliser::email && rule.normalise != model::Normaliser::e164) {
      continue;
    }
    addresses += (addresses.empty() ? "" : ", ") + dialect.literal(rule.type);
  }
  if (addresses.empty()) addresses = "''";
  return fmt::format(R"(
    select o.identifier_value as value, o.outcome_id, o.occurred_at from rondo.outcomes o
    where o.outcome = {0} and o.identifier_type in ({2}) and o.identifier_value is not null
    union all
    select p.value, o.outcome_id, o.occurred_at from (
      select *, row_number() over (partition by profile_id order by occurred_at desc, outcome_id)
        as place
      from rondo.outcomes where outcome = {0} and profile_id is not null
        and coalesce(identifier_type, '-') not in ({2})) o
    join rondo.profile_values p on p.profile_id = o.profile_id and p.field = {1}
      and p.occurred_at <= o.occurred_at
    where o.place = 1 and not exists (select 1 from rondo.stale_values s
      where s.field = {1} and s.outcome_id = o.outcome_id))",
                     outcome, field, addresses);
}

Result<std::int64_t> mark_stale(Session& session, const model::Project& project,
                                const model::FeedbackRule& rule, const Step& step) {
  const Dialect& dialect = session.dialect();
  std::int64_t marked = 0;
  for (const auto& name : step.fields) {
    const std::string field = dialect.literal(name);
    const std::string told =
        told_values(dialect, project.identity, dialect.literal(rule.outcome), field);
    const std::string newer = fmt::format(R"((
select {0} as field, value, outcome_id, since from (
  select value, outcome_id, occurred_at as since,
    row_number() over (partition by value order by occurred_at desc, outcome_id) as place
  from ({1}) told) latest
where place = 1 and not exists (select 1 from rondo.stale_values s
  where s.field = {0} and s.value = latest.value and s.since >= latest.since)))",
                                          field, told);
    const std::vector<std::string> keys{"field", "value"};
    const std::vector<std::string> others{"outcome_id", "since"};
    TRY_ASSIGN(const auto rows,
               session.execute(dialect.upsert("rondo.stale_values", newer, keys, others)));
    marked += rows;
  }
  return marked;
}

}  // namespace

Result<FeedbackReport> give_back(Session& session, const model::Project& project,
                                 const model::FeedbackRule& rule) {
  FeedbackReport report;
  TRY(session.transaction([&]() -> Result<void> {
    for (const Step& step : rule.steps) {
      if (step.action == model::FeedbackAction::suppress) {
        TRY_ASSIGN(const auto added, suppress(session, rule, step));
        report.suppressed += added;
      } else {
        TRY_ASSIGN(const auto marked, mark_stale(session, project, rule, step));
        report.stale += marked;
      }
    }
    return {};
  }));
  return report;
}

}  // namespace rondo::outcome
