#include <fmt/core.h>

#include "identity/stored_graph.h"

namespace rondo::identity {
namespace {

using warehouse::BatchBuilder;
using warehouse::ColumnType;
using warehouse::IngestMode;
using warehouse::Session;

constexpr std::string_view working_identifiers = "rondo.working_identifiers";
constexpr std::string_view working_index = "rondo.working_index";
constexpr std::string_view working_refusals = "rondo.working_refusals";

struct IndexEntry {
  Time created_at{};
  std::string merged_into{};
  Time merged_at{};
  friend bool operator==(const IndexEntry&, const IndexEntry&) = default;
};
using Index = std::map<std::string, IndexEntry>;

Result<Index> load_index(Session& session) {
  Index index;
  TRY_ASSIGN(auto rows, session.query("select profile_id, created_at, merged_into, merged_at "
                                      "from rondo.profile_index"));
  while (true) {
    TRY_ASSIGN(const bool more, rows.next());
    if (!more) return index;
    index.emplace(rows.text(0),
                  IndexEntry{rows.timestamp(1), std::string(rows.text(2)), rows.timestamp(3)});
  }
}

// Redirects point to the living profile at once, however often it was merged on the way.
void redirect(Index& index, const ProfileIds& ids, Time now) {
  std::unordered_map<std::string_view, std::string_view> into;
  for (const auto& merge : ids.merges) {
    into.emplace(merge.gone, merge.into);
    IndexEntry& gone = index[merge.gone];
    gone.merged_into = merge.into;
    gone.merged_at = now;
  }
  for (auto& [id, entry] : index) {
    const auto further = into.find(entry.merged_into);
    if (further != into.end()) entry.merged_into = further->second;
  }
}

Result<void> upsert_and_drop(Session& session, std::string_view into, std::string_view working,
                             const std::vector<std::string>& keys,
                             const std::vector<std::string>& others) {
  TRY(session.execute(session.dialect().upsert(into, working, keys, others)));
  TRY(session.execute("drop table " + session.dialect().table(working)));
  return {};
}

}  // namespace

Result<void> StoredGraph::write_identifiers(Session& session) const {
  BatchBuilder changed({{"type", ColumnType::text},
                        {"value", ColumnType::text},
                        {"profile_id", ColumnType::text},
                        {"first_seen", ColumnType::timestamp}});
  BatchBuilder gone({{"type", ColumnType::text}, {"value", ColumnType::text}});
  std::vector<bool> same(nodes_.size(), false);
  for (const auto& stored : stored_) {
    const bool lives = stored.node != ~0U && nodes_[stored.node].value == stored.value;
    if (!lives) {
      gone.text(stored.type).text(stored.value);
      continue;
    }
    same[stored.node] = stored.first_seen == nodes_[stored.node].first_seen &&
                        stored.profile_id == ids_.of_component[partition_.component[stored.node]];
  }
  for (std::size_t node = 0; node < nodes_.size(); ++node) {
    if (same[node]) continue;
    changed.text(rules_.identifiers[nodes_[node].kind].type).text(nodes_[node].value);
    changed.text(ids_.of_component[partition_.component[node]]);
    changed.timestamp(nodes_[node].first_seen);
  }
  if (gone.rows() > 0) {
    TRY(session.ingest(working_identifiers, std::move(gone).finish(), IngestMode::replace));
    TRY(
        session.execute("delete from rondo.identifiers where exists (select 1 from "
                        "rondo.working_identifiers w where w.type = identifiers.type and w.value = "
                        "identifiers.value)"));
    TRY(session.execute("drop table rondo.working_identifiers"));
  }
  if (changed.rows() == 0) return {};
  TRY(session.ingest(working_identifiers, std::move(changed).finish(), IngestMode::replace));
  return upsert_and_drop(session, "rondo.identifiers", working_identifiers, {"type", "value"},
                         {"profile_id", "first_seen"});
}

Result<void> StoredGraph::write_refusals(Session& session) const {
  BatchBuilder changed({{"evidence_id", ColumnType::text}, {"refused", ColumnType::text}});
  for (const auto& edge : stored_edges_) {
    if (edge.refused_now == edge.refused_before) continue;
    changed.text(edge.id).text_or_null(edge.refused_now);
  }
  if (changed.rows() == 0) return {};
  TRY(session.ingest(working_refusals, std::move(changed).finish(), IngestMode::replace));
  TRY(
      session.execute("update rondo.evidence set refused = w.refused from rondo.working_refusals w "
                      "where w.evidence_id = evidence.evidence_id"));
  TRY(session.execute("drop table rondo.working_refusals"));
  return {};
}

Result<void> StoredGraph::write_index(Session& session, Time now) const {
  TRY_ASSIGN(const Index before, load_index(session));
  Index after = before;
  for (std::size_t component = 0; component < ids_.of_component.size(); ++component) {
    after[ids_.of_component[component]] = {nodes_[ids_.elder[component]].first_seen, {}, {}};
  }
  redirect(after, ids_, now);
  BatchBuilder changed({{"profile_id", ColumnType::text},
                        {"created_at", ColumnType::timestamp},
                        {"merged_into", ColumnType::text},
                        {"merged_at", ColumnType::timestamp}});
  for (const auto& [id, entry] : after) {
    const auto known = before.find(id);
    if (known != before.end() && known->second == entry) continue;
    changed.text(id).timestamp(entry.created_at).text_or_null(entry.merged_into);
    if (entry.merged_into.empty()) {
      changed.null();
    } else {
      changed.timestamp(entry.merged_at);
    }
  }
  if (changed.rows() == 0) return {};
  TRY(session.ingest(working_index, std::move(changed).finish(), IngestMode::replace));
  return upsert_and_drop(session, "rondo.profile_index", working_index, {"profile_id"},
                         {"created_at", "merged_into", "merged_at"});
}

Result<void> StoredGraph::write(Session& session, Time now) const {
  TRY(write_identifiers(session));
  TRY(write_refusals(session));
  return write_index(session, now);
}

}  // namespace rondo::identity
