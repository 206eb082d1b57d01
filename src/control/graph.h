#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "model/project.h"

namespace rondo::control {

/// In the order of the loop: what is equally ready runs in this order.
enum class AssetKind {
  source,    ///< log and files -> raw tables
  consent,   ///< signals -> ledger
  identity,  ///< evidence -> identity graph
  outcome,   ///< what came back since the last round
  feedback,  ///< suppressions and stale marks, before anything is sent
  profiles,  ///< the golden record
  model,
  trait,
  audience,
  enrichment,
  verify,  ///< addresses that are about to be delivered
  sync,
};

[[nodiscard]] std::string_view name_of(AssetKind kind);

/// Anything that can be fresh or stale, and is made by one step.
struct Asset {
  std::string id;  ///< "sync:hubspot_winback"; "consent", "identity", "profiles", "verify" are one
                   ///< of a kind
  AssetKind kind = AssetKind::source;
  std::string name;                   ///< "hubspot_winback"
  std::vector<std::string> upstream;  ///< ids of assets that it reads, sorted
};

/// The assets of a project in an order in which each comes after everything it reads.
class AssetGraph {
 public:
  /// Names were resolved by the project's check. Error R0802 names the assets of a cycle (an
  /// outcome may not be made from a model that reads profiles, for profiles wait for the feedback
  /// of outcomes).
  static Result<AssetGraph> of(const model::Project& project);

  [[nodiscard]] const std::vector<Asset>& assets() const { return assets_; }
  [[nodiscard]] const Asset* find(std::string_view id) const;
  /// Ids of all that reads `id`, directly or through others, in run order.
  [[nodiscard]] std::vector<std::string> downstream(std::string_view id) const;
  [[nodiscard]] std::vector<std::string> upstream(std::string_view id) const;

  /// "a", "+a" (and all it reads), "a+" (and all that reads it), "kind:name", "name"; several by
  /// spaces are added up; empty means everything. Ids in run order. Error R0801 for a name that
  /// does not exist.
  [[nodiscard]] Result<std::vector<std::string>> select(std::string_view selection) const;

 private:
  explicit AssetGraph(std::vector<Asset> assets) : assets_(std::move(assets)) {}
  std::vector<Asset> assets_;
};

}  // namespace rondo::control
