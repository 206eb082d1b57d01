#include "identity/stored_graph.h"

#include <algorithm>

namespace rondo::identity {
namespace {

constexpr std::uint32_t no_node = ~0U;

std::string key_of(std::uint32_t kind, const std::string& value) {
  return std::to_string(kind) + " " + value;
}

}  // namespace

std::uint32_t StoredGraph::kind_of(std::string_view type) const {
  for (std::uint32_t kind = 0; kind < rules_.identifiers.size(); ++kind) {
    if (rules_.identifiers[kind].type == type) return kind;
  }
  return no_node;
}

std::uint32_t StoredGraph::find(std::uint32_t kind, const std::string& value) const {
  const auto found = index_.find(key_of(kind, value));
  return found == index_.end() ? no_node : found->second;
}

std::uint32_t StoredGraph::node(std::uint32_t kind, const std::string& value, Time first_seen) {
  const auto next = static_cast<std::uint32_t>(nodes_.size());
  const auto [entry, added] = index_.try_emplace(key_of(kind, value), next);
  if (added) {
    nodes_.push_back({kind, value, first_seen});
    before_.emplace_back();
    elder_before_.push_back(no_node);
  } else {
    auto& known = nodes_[entry->second];
    known.first_seen = std::min(known.first_seen, first_seen);
  }
  return entry->second;
}

// A value that was stored under other rules may be written differently, or identify nobody, today.
void StoredGraph::inherit(StoredIdentifier& stored, bool only_seen) {
  stored.node = no_node;
  const std::uint32_t kind = kind_of(stored.type);
  if (kind == no_node) return;
  const auto& rule = rules_.identifiers[kind];
  const auto value = model::normalise(rule.normalise, stored.value);
  if (!value || !model::identifies(rule, *value)) return;
  stored.node = only_seen ? find(kind, *value) : node(kind, *value, stored.first_seen);
  if (stored.node == no_node) return;
  const auto place = static_cast<std::uint32_t>(&stored - stored_.data());
  std::uint32_t& elder = elder_before_[stored.node];
  if (elder == no_node || std::tie(stored.first_seen, stored.profile_id) <
                              std::tie(stored_[elder].first_seen, stored_[elder].profile_id)) {
    elder = place;
    before_[stored.node] = stored.profile_id;
  }
}

Result<void> StoredGraph::load_identifiers(warehouse::Session& session, bool only_seen) {
  {
    TRY_ASSIGN(auto rows,
               session.query("select type, value, profile_id, first_seen from rondo.identifiers"));
    while (true) {
      TRY_ASSIGN(const bool more, rows.next());
      if (!more) break;
      stored_.push_back({std::string(rows.text(0)), std::string(rows.text(1)),
                         std::string(rows.text(2)), rows.timestamp(3), no_node});
    }
  }
  for (auto& stored : stored_) inherit(stored, only_seen);
  return {};
}

std::uint32_t StoredGraph::end_of_edge(std::string_view type, const std::string& value,
                                       Time first_seen, std::string& refused) {
  const std::uint32_t kind = kind_of(type);
  if (kind == no_node) {
    refused = "undeclared:" + std::string(type);
    return no_node;
  }
  const auto& rule = rules_.identifiers[kind];
  const auto normal = model::normalise(rule.normalise, value);
  if (!normal || !model::identifies(rule, *normal)) {
    refused = "blocked:" + std::string(type);
    return no_node;
  }
  return node(kind, *normal, first_seen);
}

Result<void> StoredGraph::load_evidence(warehouse::Session& session) {
  TRY_ASSIGN(auto rows,
             session.query("select evidence_id, left_type, left_value, right_type, right_value, "
                           "first_seen, refused from rondo.evidence"));
  while (true) {
    TRY_ASSIGN(const bool more, rows.next());
    if (!more) return {};
    StoredEdge stored{std::string(rows.text(0)), std::string(rows.text(6)), {}, no_node};
    const Time first_seen = rows.timestamp(5);
    const auto left =
        end_of_edge(rows.text(1), std::string(rows.text(2)), first_seen, stored.refused_now);
    const auto right =
        end_of_edge(rows.text(3), std::string(rows.text(4)), first_seen, stored.refused_now);
    if (left != no_node && right != no_node) {
      stored.edge = static_cast<std::uint32_t>(edges_.size());
      edges_.push_back({left, right, first_seen, stored.id});
    }
    stored_edges_.push_back(std::move(stored));
  }
}

Result<void> StoredGraph::load(warehouse::Session& session, const Sightings& seen, bool only_seen) {
  for (const auto& [key, each] : seen.identifiers()) node(each.kind, each.value, each.first);
  TRY(load_identifiers(session, only_seen));
  return load_evidence(session);
}

void StoredGraph::resolve() {
  partition_ = partition(rules_, nodes_, edges_);
  ids_ = assign_ids(rules_, nodes_, partition_, before_);
  for (auto& stored : stored_edges_) {
    if (stored.edge == no_node) continue;
    const auto kind = partition_.refused_for[stored.edge];
    if (kind < 0) continue;
    stored.refused_now = "limit:" + rules_.identifiers[static_cast<std::size_t>(kind)].type;
  }
}

}  // namespace rondo::identity
