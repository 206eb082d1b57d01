#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "identity/evidence.h"
#include "identity/graph.h"
#include "identity/profile_ids.h"
#include "model/project.h"
#include "warehouse/warehouse.h"

namespace rondo::identity {

/// The graph as the tables hold it, with what was seen now: loaded, resolved, written back.
class StoredGraph {
 public:
  explicit StoredGraph(const model::IdentityRules& rules) : rules_(rules) {}

  /// Reads rondo.identifiers and rondo.evidence. With `only_seen` an identifier that was not seen
  /// now is gone, and gives its profile's id to those that were.
  [[nodiscard]] Result<void> load(warehouse::Session& session, const Sightings& seen,
                                  bool only_seen);
  void resolve();
  /// Writes what is different, nothing else.
  [[nodiscard]] Result<void> write(warehouse::Session& session, Time now) const;

  [[nodiscard]] const ProfileIds& ids() const { return ids_; }

 private:
  struct StoredIdentifier {
    std::string type;
    std::string value;
    std::string profile_id;
    Time first_seen;
    std::uint32_t node;  // the node it is now, or `no_node`
  };
  struct StoredEdge {
    std::string id;
    std::string refused_before;
    std::string refused_now;
    std::uint32_t edge;  // its place in edges_, or `no_node`
  };

  std::uint32_t node(std::uint32_t kind, const std::string& value, Time first_seen);
  [[nodiscard]] std::uint32_t find(std::uint32_t kind, const std::string& value) const;
  [[nodiscard]] std::uint32_t kind_of(std::string_view type) const;
  std::uint32_t end_of_edge(std::string_view type, const std::string& value, Time first_seen,
                            std::string& refused);
  void inherit(StoredIdentifier& stored, bool only_seen);
  Result<void> load_identifiers(warehouse::Session& session, bool only_seen);
  Result<void> load_evidence(warehouse::Session& session);
  Result<void> write_identifiers(warehouse::Session& session) const;
  Result<void> write_refusals(warehouse::Session& session) const;
  Result<void> write_index(warehouse::Session& session, Time now) const;

  const model::IdentityRules& rules_;
  std::vector<Node> nodes_;
  std::vector<std::string> before_;
  std::vector<std::uint32_t> elder_before_;  // of a node: the stored identifier its id came from
  std::unordered_map<std::string, std::uint32_t> index_;
  std::vector<StoredIdentifier> stored_;
  std::vector<Edge> edges_;
  std::vector<StoredEdge> stored_edges_;
  Partition partition_;
  ProfileIds ids_;
};

}  // namespace rondo::identity
