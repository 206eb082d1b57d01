#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include <fmt/core.h>

#include "base/text.h"
#include "identity/candidates.h"
#include "identity/identity.h"

namespace rondo::identity {
namespace {

using warehouse::Dialect;
using warehouse::Session;

constexpr std::array<std::string_view, 4> preferences{"verified", "source", "latest", "frequent"};

// Smaller is better, in doubles, so that preferences of different kinds share one column.
std::string preference_sql(const Dialect& dialect, std::string_view preference) {
  if (preference == "verified") return "case when verified then 0 else 1 end";
  if (preference == "source") return "source_rank";
  if (preference == "frequent") return "-times";
  return dialect.seconds_between("occurred_at", "timestamp '1970-01-01 00:00:00'");
}

// The k-th preference of every field as one expression.
std::string order_sql(const Dialect& dialect, const std::vector<model::ProfileFieldRule>& fields,
                      std::size_t place) {
  std::string cases;
  for (const auto& field : fields) {
    if (place >= field.prefer.size()) continue;
    cases += fmt::format(" when {} then cast({} as double)", dialect.literal(field.name),
                         preference_sql(dialect, field.prefer[place]));
  }
  return cases.empty() ? std::string{} : "case field" + cases + " else 0 end, ";
}

std::string chosen_select(const Dialect& dialect, const model::IdentityRules& rules) {
  std::string order;
  for (std::size_t place = 0; place < preferences.size(); ++place) {
    order += order_sql(dialect, rules.profile, place);
  }
  return fmt::format(R"(
select profile_id, field, value, source, record_id, occurred_at, verified, stale from (
  select *, row_number() over (partition by profile_id, field order by stale, undeliverable,
    {}source_rank, occurred_at desc, value, record_id) as place
  from (
    select c.*, count(*) over (partition by c.profile_id, c.field, c.value) as times,
      coalesce(v.verdict = 'undeliverable', false) as undeliverable,
      coalesce(v.verdict, 'deliverable') = 'deliverable'
        and (v.verdict is not null or c.verified_at is not null) as verified,
      s.since is not null and not coalesce(
        s.since < case when v.verdict = 'deliverable'
                        and (c.verified_at is null or v.checked_at > c.verified_at)
                       then v.checked_at else c.verified_at end, false) as stale
    from {} c
    left join rondo.verifications v on v.address = lower(c.value) and v.expires_at > $1
      and v.verdict in ('deliverable', 'undeliverable')
    left join rondo.stale_values s on s.field = c.field
      and lower(s.value) = lower(c.value)) judged) ranked
where place = 1)",
                     order, dialect.table(candidates_table));
}

constexpr std::string_view chosen_table = "rondo.working_chosen";

Result<std::int64_t> write_values(Session& session, const model::IdentityRules& rules, Time now) {
  const Dialect& dialect = session.dialect();
  const std::string chosen = dialect.table(chosen_table);
  TRY(session.execute(
      fmt::format("create or replace table {} as select * from rondo.profile_values "
                  "where false",
                  chosen)));
  TRY(session.execute(fmt::format("insert into {}{}", chosen, chosen_select(dialect, rules)),
                      {now}));
  TRY_ASSIGN(const auto gone, session.execute(fmt::format(
                                  R"(delete from rondo.profile_values where not exists (
  select 1 from {} w where w.profile_id = profile_values.profile_id
    and w.field = profile_values.field))",
                                  chosen)));
  const std::string changed = fmt::format(R"((
  select w.* from {} w where not exists (select 1 from rondo.profile_values p
    where p.profile_id = w.profile_id and p.field = w.field and p.value = w.value
      and p.source = w.source and p.record_id = w.record_id and p.occurred_at = w.occurred_at
      and p.verified = w.verified and p.stale = w.stale)))",
                                          chosen);
  const std::vector<std::string> keys{"profile_id", "field"};
  const std::vector<std::string> others{"value",       "source",   "record_id",
                                        "occurred_at", "verified", "stale"};
  TRY_ASSIGN(const auto written,
             session.execute(dialect.upsert("rondo.profile_values", changed, keys, others)));
  TRY(session.execute("drop table " + chosen));
  return gone + written;
}

std::string profiles_select(const Dialect& dialect, const model::IdentityRules& rules) {
  std::string columns;
  for (const auto& field : rules.profile) {
    columns += fmt::format(", max(case when v.field = {} then v.value end) as {}",
                           dialect.literal(field.name), dialect.identifier(field.name));
  }
  return fmt::format(R"(select p.profile_id, p.created_at{}
from (select x.profile_id, x.created_at from rondo.profile_index x
      where exists (select 1 from rondo.identifiers i where i.profile_id = x.profile_id)) p
left join rondo.profile_values v on v.profile_id = p.profile_id
group by p.profile_id, p.created_at)",
                     columns);
}

Result<void> count_what_stands(Session& session, ProfilesReport& report) {
  TRY_ASSIGN(report.profiles, session.count("select count(*) from rondo.profiles"));
  TRY_ASSIGN(report.values, session.count("select count(*) from rondo.profile_values"));
  TRY_ASSIGN(report.verified,
             session.count("select count(*) from rondo.profile_values where verified"));
  TRY_ASSIGN(report.stale, session.count("select count(*) from rondo.profile_values where stale"));
  return {};
}

}  // namespace

Result<ProfilesReport> build_profiles(Session& session, const model::Project& project, Time now) {
  ProfilesReport report;
  const auto body = [&]() -> Result<void> {
    TRY(gather_candidates(session, project));
    TRY_ASSIGN(report.values_changed, write_values(session, project.identity, now));
    TRY(session.execute("drop table " + session.dialect().table(candidates_table)));
    TRY(session.execute(session.dialect().create_table_as(
        "rondo.profiles", profiles_select(session.dialect(), project.identity))));
    return count_what_stands(session, report);
  };
  TRY(session.transaction(body));
  return report;
}

}  // namespace rondo::identity
