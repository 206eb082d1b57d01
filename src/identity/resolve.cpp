#include "identity/evidence.h"
#include "identity/identity.h"
#include "identity/stored_graph.h"

namespace rondo::identity {
namespace {

using warehouse::Session;

// An event that names a blocked user still belongs to the device it came from.
constexpr std::string_view events_view = R"(create or replace view rondo.profile_events as
select coalesce(i.profile_id, a.profile_id) as profile_id, e.*
from raw.events e
left join rondo.identifiers i on i.type = e.identifier_type and i.value = e.identifier_value
left join rondo.identifiers a on a.type = 'anonymous_id' and a.value = e.anonymous_id
where coalesce(i.profile_id, a.profile_id) is not null)";

Result<void> count_what_stands(Session& session, ResolveReport& report) {
  {
    TRY_ASSIGN(auto rows, session.query(R"(
select count(*), coalesce(sum(identifiers), 0), count(case when known > 0 then 1 end)
from (select profile_id, count(*) as identifiers,
             sum(case when type <> 'anonymous_id' then 1 else 0 end) as known
      from rondo.identifiers group by profile_id) p)"));
    TRY(rows.next());
    report.profiles = rows.int64(0);
    report.identifiers = static_cast<std::int64_t>(rows.float64(1));
    report.known = rows.int64(2);
    report.anonymous = report.profiles - report.known;
  }
  TRY_ASSIGN(report.evidence_refused,
             session.count("select count(*) from rondo.evidence where refused is not null"));
  TRY_ASSIGN(report.events, session.count("select count(*) from raw.events"));
  TRY_ASSIGN(report.events_resolved, session.count("select count(*) from rondo.profile_events"));
  return {};
}

Result<void> resolve_in_transaction(Session& session, const model::Project& project, Time now,
                                    bool everything, ResolveReport& report) {
  Sightings sightings(project.identity);
  TRY_ASSIGN(const Reads reads, read_sightings(session, project, everything, sightings));
  if (everything) TRY(session.execute("delete from rondo.evidence"));
  TRY_ASSIGN(report.evidence_added, write_evidence(session, sightings));
  StoredGraph graph(project.identity);
  TRY(graph.load(session, sightings, everything));
  graph.resolve();
  TRY(graph.write(session, now));
  for (const auto& position : reads.positions) TRY(warehouse::remember(session, position));
  report.profiles_created = static_cast<std::int64_t>(graph.ids().created.size());
  report.profiles_merged = static_cast<std::int64_t>(graph.ids().merges.size());
  report.profiles_split = graph.ids().splits;
  return {};
}

}  // namespace

Result<ResolveReport> resolve(Session& session, const model::Project& project, Time now,
                              Reading reading) {
  ResolveReport report;
  const auto body = [&]() -> Result<void> {
    TRY(resolve_in_transaction(session, project, now, reading == Reading::everything, report));
    TRY(session.execute(events_view));
    return count_what_stands(session, report);
  };
  TRY(session.transaction(body));
  return report;
}

}  // namespace rondo::identity
