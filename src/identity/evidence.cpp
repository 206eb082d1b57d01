#include "identity/evidence.h"

#include <algorithm>

#include <fmt/core.h>

#include "base/hash.h"

namespace rondo::identity {
namespace {

std::string evidence_id(const Evidence& evidence) {
  std::string text;
  for (const std::string* part : {&evidence.left.type, &evidence.left.value, &evidence.right.type,
                                  &evidence.right.value, &evidence.source, &evidence.rule}) {
    text += std::to_string(part->size()) + ":" + *part;
  }
  return content_hash(text).hex();
}

struct Found {
  std::uint32_t kind;
  std::string value;
  bool identifies;
  friend auto operator<=>(const Found&, const Found&) = default;
};

/// Comparable values, strongest first, each once.
std::vector<Found> normalised(const model::IdentityRules& rules,
                              const std::vector<std::uint32_t>& kinds,
                              const std::vector<std::string>& values) {
  std::vector<Found> found;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i].empty()) continue;
    const auto& rule = rules.identifiers[kinds[i]];
    auto value = model::normalise(rule.normalise, values[i]);
    if (!value) continue;
    const bool identifies = model::identifies(rule, *value);
    found.push_back({kinds[i], std::move(*value), identifies});
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

}  // namespace

void Sightings::add(const Record& record, const std::vector<std::uint32_t>& kinds,
                    const std::vector<std::string>& values) {
  const auto found = normalised(rules_, kinds, values);
  for (const Found& each : found) {
    if (each.identifies) see(each.kind, each.value, record.first);
  }
  const auto hub =
      std::find_if(found.begin(), found.end(), [](const Found& each) { return each.identifies; });
  if (hub == found.end()) return;
  for (const Found& each : found) {
    if (&each == &*hub) continue;
    const bool stronger = each < *hub;  // only what identifies nobody can stand before the hub
    const Found& left = stronger ? each : *hub;
    const Found& right = stronger ? *hub : each;
    join(record, left.kind, left.value, right.kind, right.value);
  }
}

void Sightings::see(std::uint32_t kind, const std::string& value, Time first) {
  const auto [entry, added] =
      seen_.try_emplace(std::to_string(kind) + " " + value, Seen{kind, value, first});
  if (!added) entry->second.first = std::min(entry->second.first, first);
}

void Sightings::join(const Record& record, std::uint32_t left_kind, const std::string& left,
                     std::uint32_t right_kind, const std::string& right) {
  Evidence shown{{rules_.identifiers[left_kind].type, left},
                 {rules_.identifiers[right_kind].type, right},
                 std::string(record.source),
                 std::string(record.rule),
                 std::string(record.record_id),
                 record.first,
                 record.last};
  std::string id = evidence_id(shown);
  const auto [entry, added] = evidence_.try_emplace(std::move(id), shown);
  if (added) return;
  Evidence& known = entry->second;
  if (std::tie(shown.first_seen, shown.record_id) < std::tie(known.first_seen, known.record_id)) {
    known.first_seen = shown.first_seen;
    known.record_id = std::move(shown.record_id);
  }
  known.last_seen = std::max(known.last_seen, record.last);
}

Result<std::int64_t> write_evidence(warehouse::Session& session, const Sightings& sightings) {
  using warehouse::ColumnType;
  if (sightings.evidence().empty()) return 0;
  warehouse::BatchBuilder rows({{"evidence_id", ColumnType::text},
                                {"left_type", ColumnType::text},
                                {"left_value", ColumnType::text},
                                {"right_type", ColumnType::text},
                                {"right_value", ColumnType::text},
                                {"source", ColumnType::text},
                                {"rule", ColumnType::text},
                                {"record_id", ColumnType::text},
                                {"first_seen", ColumnType::timestamp},
                                {"last_seen", ColumnType::timestamp}});
  for (const auto& [id, each] : sightings.evidence()) {
    rows.text(id).text(each.left.type).text(each.left.value).text(each.right.type);
    rows.text(each.right.value).text(each.source).text(each.rule).text(each.record_id);
    rows.timestamp(each.first_seen).timestamp(each.last_seen);
  }
  TRY(session.ingest("rondo.working_evidence", std::move(rows).finish(),
                     warehouse::IngestMode::replace));
  TRY(session.execute(R"(update rondo.evidence set
  record_id = case when (w.first_seen, w.record_id) < (evidence.first_seen, evidence.record_id)
                   then w.record_id else evidence.record_id end,
  first_seen = least(evidence.first_seen, w.first_seen),
  last_seen = greatest(evidence.last_seen, w.last_seen)
from rondo.working_evidence w
where w.evidence_id = evidence.evidence_id
  and ((w.first_seen, w.record_id) < (evidence.first_seen, evidence.record_id)
       or w.last_seen > evidence.last_seen))"));
  TRY_ASSIGN(const auto added, session.execute(R"(insert into rondo.evidence
  (evidence_id, left_type, left_value, right_type, right_value, source, rule, record_id, first_seen,
   last_seen)
select w.evidence_id, w.left_type, w.left_value, w.right_type, w.right_value, w.source, w.rule,
  w.record_id, w.first_seen, w.last_seen
from rondo.working_evidence w
where not exists (select 1 from rondo.evidence e where e.evidence_id = w.evidence_id))"));
  TRY(session.execute("drop table rondo.working_evidence"));
  return added;
}

}  // namespace rondo::identity
