#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "identity/graph.h"

namespace rondo::identity {

struct Merge {
  std::string gone;
  std::string into;
  friend auto operator<=>(const Merge&, const Merge&) = default;
};

struct ProfileIds {
  std::vector<std::string> of_component;  ///< the id of each component, all different
  std::vector<std::uint32_t> elder;       ///< the eldest node of each component
  std::vector<Merge> merges;              ///< ids that live on in another, sorted
  std::vector<std::string> created;       ///< ids that no node had before, sorted
  std::int64_t splits = 0;                ///< new components that hold nodes of an older profile
};

/// The id that a profile gets if nothing else is known of it: a hash of its eldest identifier.
[[nodiscard]] std::string id_for(std::string_view kind, std::string_view value,
                                 std::uint32_t attempt = 0);

/// Names the components so that ids stay: over increments, over full rebuilds, over merges.
///
/// `before[node]` is the profile that the node belonged to, empty for a new node. Each old id has
/// one heir: the component that holds the eldest of its nodes. A component keeps the eldest id that
/// it is heir of, the others merge into that one. A component that is heir of none (new, or split
/// off) gets id_for its eldest node; so a profile that was merged by mistake gets its own id back.
/// Evidence that comes in the order of its time therefore leads to the same ids in one run and in
/// many.
[[nodiscard]] ProfileIds assign_ids(const model::IdentityRules& rules,
                                    const std::vector<Node>& nodes, const Partition& partition,
                                    const std::vector<std::string>& before);

}  // namespace rondo::identity
