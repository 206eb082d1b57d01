#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"
#include "model/identity.h"

namespace rondo::identity {

/// An identifier in the graph.
struct Node {
  std::uint32_t kind = 0;  ///< its place in IdentityRules::identifiers; 0 is the strongest
  std::string value;       ///< normalised
  Time first_seen{};
};

/// Evidence that two identifiers belong together. Several edges may join the same two nodes.
struct Edge {
  std::uint32_t left = 0;  ///< indices of nodes
  std::uint32_t right = 0;
  Time first_seen{};
  std::string id;  ///< unique; decides between edges that are equal otherwise
};

/// Which nodes belong together.
struct Partition {
  std::vector<std::uint32_t> component;  ///< of each node; numbered from 0 without gaps
  std::vector<std::int32_t>
      refused_for;  ///< of each edge: -1, or the kind whose limit it would break
  std::uint32_t components = 0;
};

/// Joins nodes along edges, as long as no component gets more distinct values of a kind than its
/// rule allows. An edge that would break a limit is refused and joins nothing.
///
/// The answer depends on the sets of nodes and edges only, never on the order in which they came:
/// edges are tried in the order (kind of the weaker end, kind of the stronger end, first seen, id),
/// so strong and old evidence wins. An edge is refused if and only if its ends are in two
/// components.
///
/// Disjoint sets with path halving and union by size (Tarjan, van Leeuwen 1984): near linear.
/// Nodes must be distinct in (kind, value).
[[nodiscard]] Partition partition(const model::IdentityRules& rules, const std::vector<Node>& nodes,
                                  const std::vector<Edge>& edges);

/// True if `a` is the elder: seen first; of two seen at once the stronger, then the smaller value.
[[nodiscard]] bool is_elder(const Node& a, const Node& b);

}  // namespace rondo::identity
