#include "identity/graph.h"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>

namespace rondo::identity {
namespace {

/// Disjoint sets that also count the values of each kind in a set.
class Sets {
 public:
  Sets(const std::vector<Node>& nodes, std::size_t kinds)
      : kinds_(kinds),
        parent_(nodes.size()),
        size_(nodes.size(), 1),
        counts_(nodes.size() * kinds) {
    std::iota(parent_.begin(), parent_.end(), 0U);
    for (std::size_t i = 0; i < nodes.size(); ++i) counts_[i * kinds + nodes[i].kind] = 1;
  }

  std::uint32_t root(std::uint32_t node) {
    while (parent_[node] != node) {
      parent_[node] = parent_[parent_[node]];
      node = parent_[node];
    }
    return node;
  }

  /// The kind whose limit a union would break, or -1.
  [[nodiscard]] std::int32_t breaks(const model::IdentityRules& rules, std::uint32_t a,
                                    std::uint32_t b) const {
    for (std::size_t kind = 0; kind < kinds_; ++kind) {
      const std::uint32_t limit = rules.identifiers[kind].per_profile;
      if (limit != 0 && counts_[a * kinds_ + kind] + counts_[b * kinds_ + kind] > limit) {
        return static_cast<std::int32_t>(kind);
      }
    }
    return -1;
  }

  void unite(std::uint32_t a, std::uint32_t b) {
    if (size_[a] < size_[b]) std::swap(a, b);
    parent_[b] = a;
    size_[a] += size_[b];
    for (std::size_t kind = 0; kind < kinds_; ++kind) {
      counts_[a * kinds_ + kind] += counts_[b * kinds_ + kind];
    }
  }

 private:
  std::size_t kinds_;
  std::vector<std::uint32_t> parent_;
  std::vector<std::uint32_t> size_;
  std::vector<std::uint32_t> counts_;
};

std::vector<std::uint32_t> canonical_order(const std::vector<Node>& nodes,
                                           const std::vector<Edge>& edges) {
  std::vector<std::uint32_t> order(edges.size());
  std::iota(order.begin(), order.end(), 0U);
  const auto rank = [&](std::uint32_t place) {
    const Edge& edge = edges[place];
    const auto [stronger, weaker] = std::minmax(nodes[edge.left].kind, nodes[edge.right].kind);
    return std::tuple(weaker, stronger, edge.first_seen, std::string_view(edge.id));
  };
  std::sort(order.begin(), order.end(),
            [&](std::uint32_t a, std::uint32_t b) { return rank(a) < rank(b); });
  return order;
}

void number_components(Sets& sets, Partition& result) {
  constexpr std::uint32_t none = ~0U;
  std::vector<std::uint32_t> number(result.component.size(), none);
  for (std::uint32_t node = 0; node < result.component.size(); ++node) {
    std::uint32_t& given = number[sets.root(node)];
    if (given == none) given = result.components++;
    result.component[node] = given;
  }
}

}  // namespace

Partition partition(const model::IdentityRules& rules, const std::vector<Node>& nodes,
                    const std::vector<Edge>& edges) {
  Partition result{std::vector<std::uint32_t>(nodes.size()),
                   std::vector<std::int32_t>(edges.size(), -1), 0};
  Sets sets(nodes, rules.identifiers.size());
  for (const std::uint32_t place : canonical_order(nodes, edges)) {
    const std::uint32_t left = sets.root(edges[place].left);
    const std::uint32_t right = sets.root(edges[place].right);
    if (left == right) continue;
    result.refused_for[place] = sets.breaks(rules, left, right);
    if (result.refused_for[place] < 0) sets.unite(left, right);
  }
  number_components(sets, result);
  return result;
}

bool is_elder(const Node& a, const Node& b) {
  return std::tie(a.first_seen, a.kind, a.value) < std::tie(b.first_seen, b.kind, b.value);
}

}  // namespace rondo::identity
