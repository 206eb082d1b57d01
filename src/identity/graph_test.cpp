#include "identity/graph.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <random>
#include <set>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "identity/profile_ids.h"

namespace rondo::identity {
namespace {

using std::chrono::microseconds;

Time at(int moment) { return Time{microseconds{moment}}; }

model::IdentityRules three_kinds(std::uint32_t users, std::uint32_t emails, std::uint32_t devices) {
  model::IdentityRules rules;
  rules.identifiers = {{.type = "user_id", .per_profile = users},
                       {.type = "email", .per_profile = emails},
                       {.type = "anonymous_id", .per_profile = devices}};
  return rules;
}

constexpr std::uint32_t user = 0;
constexpr std::uint32_t email = 1;
constexpr std::uint32_t device = 2;

/// A graph with the previous profile of each node: everything that decides.
struct Graph {
  std::vector<Node> nodes;
  std::vector<Edge> edges;
  std::vector<std::string> before;

  std::uint32_t add(std::uint32_t kind, std::string value, int moment = 0) {
    nodes.push_back({kind, std::move(value), at(moment)});
    before.emplace_back();
    return static_cast<std::uint32_t>(nodes.size() - 1);
  }
  void join(std::uint32_t left, std::uint32_t right, int moment = 0) {
    edges.push_back({left, right, at(moment), "e" + std::to_string(edges.size())});
  }
};

/// Names instead of numbers, so that graphs in different orders can be compared.
using Named = std::map<std::string, std::string>;

std::string name_of(const Node& node) { return std::to_string(node.kind) + node.value; }

struct Outcome {
  Named profile_of;  // node -> id
  std::set<std::string> refused;
  std::vector<Merge> merges;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome outcome_of(const model::IdentityRules& rules, const Graph& graph) {
  const auto parts = partition(rules, graph.nodes, graph.edges);
  const auto ids = assign_ids(rules, graph.nodes, parts, graph.before);
  Outcome outcome;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    outcome.profile_of[name_of(graph.nodes[i])] = ids.of_component[parts.component[i]];
  }
  for (std::size_t i = 0; i < graph.edges.size(); ++i) {
    if (parts.refused_for[i] >= 0) outcome.refused.insert(graph.edges[i].id);
  }
  outcome.merges = ids.merges;
  return outcome;
}

Graph shuffled(const Graph& graph, unsigned seed) {
  std::mt19937 chance(seed);
  std::vector<std::uint32_t> order(graph.nodes.size());
  std::iota(order.begin(), order.end(), 0U);
  std::shuffle(order.begin(), order.end(), chance);
  std::vector<std::uint32_t> place(order.size());
  Graph other;
  for (std::uint32_t i = 0; i < order.size(); ++i) {
    place[order[i]] = i;
    other.nodes.push_back(graph.nodes[order[i]]);
    other.before.push_back(graph.before[order[i]]);
  }
  other.edges = graph.edges;
  for (auto& edge : other.edges) {
    edge.left = place[edge.left];
    edge.right = place[edge.right];
    if (chance() % 2 == 0) std::swap(edge.left, edge.right);
  }
  std::shuffle(other.edges.begin(), other.edges.end(), chance);
  return other;
}

Graph any_graph() {
  Graph graph;
  for (std::uint32_t kind = 0; kind < 3; ++kind) {
    const int count = *rc::gen::inRange(1, 8);
    for (int i = 0; i < count; ++i) {
      const auto node = graph.add(kind, std::to_string(i), *rc::gen::inRange(0, 6));
      const int profile = *rc::gen::inRange(-4, 4);
      if (profile >= 0) graph.before[node] = "old" + std::to_string(profile);
    }
  }
  const auto nodes = static_cast<std::uint32_t>(graph.nodes.size());
  const int joins = *rc::gen::inRange(0, 30);
  for (int i = 0; i < joins; ++i) {
    const auto left = *rc::gen::inRange(0U, nodes);
    const auto right = *rc::gen::inRange(0U, nodes);
    if (left != right) graph.join(left, right, *rc::gen::inRange(0, 6));
  }
  return graph;
}

model::IdentityRules any_rules() {
  return three_kinds(*rc::gen::inRange(0U, 3U), *rc::gen::inRange(0U, 4U),
                     *rc::gen::inRange(0U, 4U));
}

TEST_CASE("identifiers that were seen together are one profile, also by way of a third") {
  Graph graph;
  const auto ada = graph.add(user, "ada");
  const auto mail = graph.add(email, "ada@example.com");
  const auto laptop = graph.add(device, "laptop");
  const auto stranger = graph.add(device, "phone");
  graph.join(ada, mail);
  graph.join(mail, laptop);
  const auto parts = partition(three_kinds(1, 0, 0), graph.nodes, graph.edges);
  CHECK(parts.components == 2);
  CHECK(parts.component[ada] == parts.component[laptop]);
  CHECK(parts.component[ada] != parts.component[stranger]);
}

TEST_CASE("as many values as the limit says are one profile; one more is refused") {
  Graph graph;
  const auto ada = graph.add(user, "ada");
  graph.join(ada, graph.add(email, "1"), 1);
  graph.join(ada, graph.add(email, "2"), 2);
  CHECK(partition(three_kinds(1, 2, 0), graph.nodes, graph.edges).components == 1);
  graph.join(ada, graph.add(email, "3"), 3);
  const auto parts = partition(three_kinds(1, 2, 0), graph.nodes, graph.edges);
  CHECK(parts.components == 2);
  CHECK(parts.refused_for == std::vector<std::int32_t>{-1, -1, email});
}

TEST_CASE("a limit of 0 is none") {
  Graph graph;
  const auto ada = graph.add(user, "ada");
  for (int i = 0; i < 1'000; ++i) graph.join(ada, graph.add(device, std::to_string(i)));
  CHECK(partition(three_kinds(1, 0, 0), graph.nodes, graph.edges).components == 1);
}

TEST_CASE("a shared device stays with the person who was seen on it first") {
  Graph graph;
  const auto ada = graph.add(user, "ada");
  const auto ben = graph.add(user, "ben");
  const auto tablet = graph.add(device, "tablet");
  graph.join(ben, tablet, 20);
  graph.join(ada, tablet, 10);
  const auto parts = partition(three_kinds(1, 0, 0), graph.nodes, graph.edges);
  CHECK(parts.component[tablet] == parts.component[ada]);
  CHECK(parts.component[ben] != parts.component[ada]);
  CHECK(parts.refused_for == std::vector<std::int32_t>{user, -1});
}

TEST_CASE("strong evidence goes before weak, whenever it was seen") {
  Graph graph;
  const auto ada = graph.add(user, "ada");
  const auto ben = graph.add(user, "ben");
  const auto mail = graph.add(email, "family@example.com");
  const auto tablet = graph.add(device, "tablet");
  graph.join(ben, tablet, 1);
  graph.join(mail, tablet, 2);
  graph.join(ada, mail, 9);
  const auto parts = partition(three_kinds(1, 0, 0), graph.nodes, graph.edges);
  CHECK(parts.component[mail] == parts.component[ada]);
  CHECK(parts.component[tablet] == parts.component[ben]);
}

TEST_CASE("evidence is as strong as the weaker of its ends") {
  Graph graph;
  const auto ada = graph.add(user, "ada");
  const auto ben = graph.add(user, "ben");
  const auto one = graph.add(email, "1");
  const auto two = graph.add(email, "2");
  graph.join(ada, one);
  graph.join(ben, two);
  graph.join(ada, graph.add(device, "laptop"), 1);
  graph.join(ben, graph.add(device, "phone"), 2);
  graph.join(one, two,
             9);  // two emails: before any device, though a user is stronger than an email
  const auto parts = partition(three_kinds(0, 0, 1), graph.nodes, graph.edges);
  CHECK(parts.component[ada] == parts.component[ben]);
  CHECK(parts.refused_for == std::vector<std::int32_t>{-1, -1, -1, device, -1});
}

TEST_CASE("the order of arrival changes neither profiles, nor refusals, nor ids") {
  CHECK(rc::check([] {
    const auto rules = any_rules();
    const Graph graph = any_graph();
    RC_ASSERT(outcome_of(rules, shuffled(graph, *rc::gen::arbitrary<unsigned>())) ==
              outcome_of(rules, graph));
  }));
}

TEST_CASE("no profile breaks a limit, and evidence is refused exactly if its ends are apart") {
  CHECK(rc::check([] {
    const auto rules = any_rules();
    const Graph graph = any_graph();
    const auto parts = partition(rules, graph.nodes, graph.edges);
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> counts;
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
      RC_ASSERT(parts.component[i] < parts.components);
      ++counts[{parts.component[i], graph.nodes[i].kind}];
    }
    for (const auto& [key, count] : counts) {
      const auto limit = rules.identifiers[key.second].per_profile;
      RC_ASSERT(limit == 0 || count <= limit);
    }
    for (std::size_t i = 0; i < graph.edges.size(); ++i) {
      const bool apart =
          parts.component[graph.edges[i].left] != parts.component[graph.edges[i].right];
      RC_ASSERT((parts.refused_for[i] >= 0) == apart);
    }
  }));
}

TEST_CASE("ids are all different, and every old id lives on in exactly one profile") {
  CHECK(rc::check([] {
    const auto rules = any_rules();
    const Graph graph = any_graph();
    const auto parts = partition(rules, graph.nodes, graph.edges);
    const auto ids = assign_ids(rules, graph.nodes, parts, graph.before);
    const std::set<std::string> living(ids.of_component.begin(), ids.of_component.end());
    RC_ASSERT(living.size() == ids.of_component.size());
    std::set<std::string> old(graph.before.begin(), graph.before.end());
    old.erase("");
    for (const auto& id : old) {
      const auto gone = std::count_if(ids.merges.begin(), ids.merges.end(),
                                      [&](const Merge& merge) { return merge.gone == id; });
      RC_ASSERT(static_cast<std::size_t>(gone) + living.count(id) == 1U);
    }
    for (const auto& merge : ids.merges) RC_ASSERT(living.contains(merge.into));
  }));
}

TEST_CASE("asked again, nothing moves: every profile keeps its id") {
  CHECK(rc::check([] {
    const auto rules = any_rules();
    Graph graph = any_graph();
    const auto first = outcome_of(rules, graph);
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
      graph.before[i] = first.profile_of.at(name_of(graph.nodes[i]));
    }
    const auto again = outcome_of(rules, graph);
    RC_ASSERT(again.profile_of == first.profile_of);
    RC_ASSERT(again.merges.empty());
  }));
}

TEST_CASE("evidence that comes in the order of its time gives the ids of one full run") {
  CHECK(rc::check([] {
    const auto rules = three_kinds(0, 0, 0);
    Graph graph = any_graph();
    for (auto& id : graph.before) id.clear();
    // An edge is seen when both of its ends are: later than the later of them.
    for (auto& edge : graph.edges) {
      auto& left = graph.nodes[edge.left];
      auto& right = graph.nodes[edge.right];
      edge.first_seen = std::max({edge.first_seen, left.first_seen, right.first_seen});
    }
    const auto full = outcome_of(rules, graph);
    Named now;
    for (int moment = 0; moment < 7; ++moment) {
      Graph known;
      std::map<std::uint32_t, std::uint32_t> place;
      for (std::uint32_t i = 0; i < graph.nodes.size(); ++i) {
        const auto& node = graph.nodes[i];
        if (node.first_seen > at(moment)) continue;
        place[i] = static_cast<std::uint32_t>(known.nodes.size());
        known.nodes.push_back(node);
        known.before.push_back(now[name_of(node)]);
      }
      for (const auto& edge : graph.edges) {
        if (edge.first_seen > at(moment)) continue;
        known.edges.push_back({place[edge.left], place[edge.right], edge.first_seen, edge.id});
      }
      now = outcome_of(rules, known).profile_of;
    }
    RC_ASSERT(now == full.profile_of);
  }));
}

TEST_CASE("of two profiles that merge the older keeps its id") {
  Graph graph;
  const auto device_of_ada = graph.add(device, "laptop", 1);
  const auto ada = graph.add(user, "ada", 5);
  graph.before = {"p-device", "p-user"};
  graph.join(device_of_ada, ada, 9);
  const auto outcome = outcome_of(three_kinds(1, 0, 0), graph);
  CHECK(outcome.profile_of.at("0ada") == "p-device");
  CHECK(outcome.merges == std::vector<Merge>{{"p-user", "p-device"}});
}

TEST_CASE("of a profile that splits the part with its eldest identifier keeps the id") {
  Graph graph;
  graph.add(user, "ada", 1);
  graph.add(device, "laptop", 2);
  graph.before = {"p", "p"};
  const auto outcome = outcome_of(three_kinds(1, 0, 0), graph);
  CHECK(outcome.profile_of.at("0ada") == "p");
  CHECK(outcome.profile_of.at("2laptop") == id_for("anonymous_id", "laptop"));
}

TEST_CASE("a profile that was merged by mistake gets its own id back") {
  Graph graph;
  const auto ada = graph.add(user, "ada", 1);
  const auto laptop = graph.add(device, "laptop", 2);
  const auto rules = three_kinds(1, 0, 0);
  const auto apart = outcome_of(rules, graph);
  graph.before = {apart.profile_of.at("0ada"), apart.profile_of.at("2laptop")};
  graph.join(ada, laptop, 3);
  const auto together = outcome_of(rules, graph);
  REQUIRE(together.merges.size() == 1);
  graph.before.assign(2, together.profile_of.at("0ada"));
  graph.edges.clear();
  CHECK(outcome_of(rules, graph).profile_of == apart.profile_of);
}

TEST_CASE("an id that is taken is not given again") {
  Graph graph;
  graph.add(user, "ada", 1);
  graph.add(device, "laptop", 2);
  // The laptop's own id went to ada's profile, as it may when evidence comes late.
  graph.before = {id_for("anonymous_id", "laptop"), ""};
  const auto outcome = outcome_of(three_kinds(1, 0, 0), graph);
  CHECK(outcome.profile_of.at("0ada") == id_for("anonymous_id", "laptop"));
  CHECK(outcome.profile_of.at("2laptop") == id_for("anonymous_id", "laptop", 1));
}

}  // namespace
}  // namespace rondo::identity
