#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "connector/testing/twin.h"
#include "sync/sync.h"
#include "warehouse/system_tables.h"
#include "world/sim/sim_world.h"

namespace rondo::sync {

/// For tests: a small company in a warehouse in memory, with an audience `vips` whose people have
/// an email, a name and consent to marketing. Its own disk can lose power; the warehouse is
/// elsewhere.
class Bench {
 public:
  explicit Bench(world::SimOptions options = {});

  world::SimWorld& sim() { return sim_; }
  warehouse::Session& session() { return *session_; }
  model::Project& project() { return project_; }
  /// The sync's declaration, to be changed before a run: hubspot.contacts, mode mirror, by email.
  model::Sync& order() { return project_.syncs.front(); }
  model::Destination& destination() { return project_.destinations.front(); }
  /// Used instead of the shipped connectors once it is set.
  Json& connector_file() { return connector_file_; }
  /// How patient deliveries are.
  connector::ClientOptions& patience() { return patience_; }

  void run_sql(std::string_view sql);
  /// Every row as "a|b|c", NULL as "-".
  std::vector<std::string> rows(std::string_view sql);
  std::string one(std::string_view sql);

  /// A person of the audience; `email` empty: they have none.
  void add_person(const std::string& profile, const std::string& email, const std::string& name);
  void say(const std::string& profile, bool allowed);  ///< about marketing, now
  void leave(const std::string& profile);              ///< the audience

  /// A run of the sync in a life of its own: the outbox is opened and closed again. Nothing if the
  /// power went off.
  std::optional<Result<SyncReport>> try_run();
  Result<SyncReport> run();
  SyncReport must_run();
  /// Forgets the outbox and all positions, as if there were none: for controls.
  void lose_outbox();

 private:
  world::SimWorld sim_;
  std::unique_ptr<warehouse::Warehouse> warehouse_;
  std::unique_ptr<warehouse::Session> session_;
  model::Project project_;
  connector::ClientOptions patience_;
  Json connector_file_{};
  std::string state_path_ = "state.db";
  int runs_ = 0;
};

}  // namespace rondo::sync
