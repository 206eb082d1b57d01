#include <algorithm>
#include <deque>
#include <map>

#include <fmt/core.h>

#include "identity/find.h"
#include "identity/identity.h"

namespace rondo::identity {
namespace {

using warehouse::Session;

constexpr std::string_view evidence_columns =
    "e.left_type, e.left_value, e.right_type, e.right_value, e.source, e.rule, e.record_id, "
    "e.first_seen";

using Neighbours = std::multimap<model::Identifier, WhyStep>;

Result<Neighbours> evidence_of(Session& session, const std::string& profile_id) {
  Neighbours steps;
  TRY_ASSIGN(auto rows,
             session.query(fmt::format("select {} from rondo.evidence e join rondo.identifiers i "
                                       "on i.type = e.left_type and i.value = e.left_value "
                                       "where i.profile_id = $1 and e.refused is null "
                                       "order by e.first_seen, e.evidence_id",
                                       evidence_columns),
                           {profile_id}));
  while (true) {
    TRY_ASSIGN(const bool more, rows.next());
    if (!more) return steps;
    WhyStep there{{std::string(rows.text(0)), std::string(rows.text(1))},
                  {std::string(rows.text(2)), std::string(rows.text(3))},
                  std::string(rows.text(4)),
                  std::string(rows.text(5)),
                  std::string(rows.text(6)),
                  rows.timestamp(7)};
    WhyStep back = there;
    std::swap(back.from, back.to);
    steps.emplace(there.from, std::move(there));
    steps.emplace(back.from, std::move(back));
  }
}

/// The shortest way, by breadth first search.
std::vector<WhyStep> way(const Neighbours& neighbours, const model::Identifier& from,
                         const model::Identifier& to) {
  std::map<model::Identifier, const WhyStep*> reached{{from, nullptr}};
  std::deque<model::Identifier> next{from};
  while (!next.empty() && !reached.contains(to)) {
    const auto [first, last] = neighbours.equal_range(next.front());
    for (auto step = first; step != last; ++step) {
      if (reached.emplace(step->second.to, &step->second).second) next.push_back(step->second.to);
    }
    next.pop_front();
  }
  std::vector<WhyStep> steps;
  const auto found = reached.find(to);
  if (found == reached.end()) return steps;
  for (const WhyStep* step = found->second; step != nullptr; step = reached.at(step->from)) {
    steps.push_back(*step);
  }
  std::reverse(steps.begin(), steps.end());
  return steps;
}

std::string reason_text(const model::IdentityRules& rules, std::string_view refused) {
  const auto colon = refused.find(':');
  const std::string_view what = refused.substr(0, colon);
  const std::string_view kind = refused.substr(colon + 1);
  const auto* rule = rules.identifier(kind);
  if (what == "limit" && rule != nullptr) {
    return fmt::format("together they would have more than {} {} on one profile", rule->per_profile,
                       kind);
  }
  if (what == "blocked") return fmt::format("this {} identifies nobody", kind);
  return fmt::format("identity.yaml declares no {}", kind);
}

// Refused evidence between the two profiles, and blocked values that both were seen with.
constexpr std::string_view refused_between = R"(
with ends as (
  select e.evidence_id, e.refused, e.source, e.record_id, i.profile_id,
         e.left_type || ':' || e.left_value as left_end,
         e.right_type || ':' || e.right_value as right_end,
         case when i.type = e.left_type and i.value = e.left_value
              then e.right_type || ':' || e.right_value
              else e.left_type || ':' || e.left_value end as far_end
  from rondo.evidence e
  join rondo.identifiers i on (i.type = e.left_type and i.value = e.left_value)
                           or (i.type = e.right_type and i.value = e.right_value)
  where e.refused is not null and i.profile_id in ($1, $2))
select distinct a.refused, a.left_end, a.right_end, a.record_id
from ends a join ends b on b.profile_id <> a.profile_id
  and (b.evidence_id = a.evidence_id or (b.far_end = a.far_end and a.refused like 'blocked:%'))
order by a.refused, a.left_end, a.right_end, a.record_id)";

Result<std::vector<std::string>> refusals(Session& session, const model::IdentityRules& rules,
                                          const std::string& one, const std::string& other) {
  std::vector<std::string> found;
  TRY_ASSIGN(auto rows, session.query(refused_between, {one, other}));
  while (true) {
    TRY_ASSIGN(const bool more, rows.next());
    if (!more) return found;
    found.push_back(fmt::format("{} with {} in {}: {}", rows.text(1), rows.text(2), rows.text(3),
                                reason_text(rules, rows.text(0))));
  }
}

}  // namespace

Result<Why> why_merged(Session& session, const model::Project& project, std::string_view one,
                       std::string_view other) {
  const auto& rules = project.identity;
  TRY_ASSIGN(const auto left, locate(session, rules, one));
  TRY_ASSIGN(const auto right, locate(session, rules, other));
  Why why;
  why.same_profile = left.profile_id == right.profile_id;
  if (why.same_profile) {
    TRY_ASSIGN(const auto neighbours, evidence_of(session, left.profile_id));
    why.steps = way(neighbours, left.identifier, right.identifier);
  } else {
    TRY_ASSIGN(why.refusals, refusals(session, rules, left.profile_id, right.profile_id));
  }
  return why;
}

}  // namespace rondo::identity
