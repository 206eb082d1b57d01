#include "identity/profile_ids.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>
#include <unordered_set>

#include "base/hash.h"

namespace rondo::identity {
namespace {

constexpr std::uint32_t nobody = ~0U;

void keep_elder(const std::vector<Node>& nodes, std::uint32_t& eldest, std::uint32_t node) {
  if (eldest == nobody || is_elder(nodes[node], nodes[eldest])) eldest = node;
}

std::vector<std::uint32_t> elders_of_components(const std::vector<Node>& nodes,
                                                const Partition& partition) {
  std::vector<std::uint32_t> elder(partition.components, nobody);
  for (std::uint32_t node = 0; node < nodes.size(); ++node) {
    keep_elder(nodes, elder[partition.component[node]], node);
  }
  return elder;
}

struct OldId {
  std::string id;
  std::uint32_t elder;
};

/// The ids in use, eldest first.
std::vector<OldId> old_ids(const std::vector<Node>& nodes, const std::vector<std::string>& before) {
  std::unordered_map<std::string_view, std::uint32_t> elder;
  for (std::uint32_t node = 0; node < nodes.size(); ++node) {
    if (before[node].empty()) continue;
    keep_elder(nodes, elder.try_emplace(before[node], nobody).first->second, node);
  }
  std::vector<OldId> ids;
  ids.reserve(elder.size());
  for (const auto& [id, node] : elder) ids.push_back({std::string(id), node});
  std::sort(ids.begin(), ids.end(), [&](const OldId& a, const OldId& b) {
    return is_elder(nodes[a.elder], nodes[b.elder]);
  });
  return ids;
}

std::vector<bool> hold_old_nodes(const Partition& partition,
                                 const std::vector<std::string>& before) {
  std::vector<bool> holds(partition.components, false);
  for (std::size_t node = 0; node < before.size(); ++node) {
    if (!before[node].empty()) holds[partition.component[node]] = true;
  }
  return holds;
}

/// Components without an id get one of their own, the eldest first.
void name_the_rest(const model::IdentityRules& rules, const std::vector<Node>& nodes,
                   const std::vector<bool>& hold_old, std::unordered_set<std::string> taken,
                   ProfileIds& ids) {
  std::vector<std::uint32_t> order(ids.elder.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return is_elder(nodes[ids.elder[a]], nodes[ids.elder[b]]);
  });
  for (const std::uint32_t component : order) {
    std::string& id = ids.of_component[component];
    if (!id.empty()) continue;
    const Node& elder = nodes[ids.elder[component]];
    // Taken only if late evidence made an identifier the elder of a profile that keeps its id.
    for (std::uint32_t attempt = 0; id.empty() || !taken.insert(id).second; ++attempt) {
      id = id_for(rules.identifiers[elder.kind].type, elder.value, attempt);
    }
    ids.created.push_back(id);
    ids.splits += hold_old[component] ? 1 : 0;
  }
}

}  // namespace

std::string id_for(std::string_view kind, std::string_view value, std::uint32_t attempt) {
  std::string text = "profile\n";
  text.append(kind).append("\n").append(value);
  if (attempt != 0) text += "\n" + std::to_string(attempt);
  return content_hash(text).hex();
}

ProfileIds assign_ids(const model::IdentityRules& rules, const std::vector<Node>& nodes,
                      const Partition& partition, const std::vector<std::string>& before) {
  ProfileIds ids{std::vector<std::string>(partition.components),
                 elders_of_components(nodes, partition),
                 {},
                 {},
                 0};
  std::unordered_set<std::string> taken;
  for (const OldId& old : old_ids(nodes, before)) {
    taken.insert(old.id);
    std::string& id = ids.of_component[partition.component[old.elder]];
    if (id.empty()) {
      id = old.id;
    } else {
      ids.merges.push_back({old.id, id});
    }
  }
  name_the_rest(rules, nodes, hold_old_nodes(partition, before), std::move(taken), ids);
  std::sort(ids.merges.begin(), ids.merges.end());
  std::sort(ids.created.begin(), ids.created.end());
  return ids;
}

}  // namespace rondo::identity
