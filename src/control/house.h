#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "control/graph.h"
#include "control/journal.h"
#include "model/project.h"
#include "state/database.h"
#include "warehouse/warehouse.h"
#include "world/world.h"

namespace rondo::control {

/// Where a project keeps what is not in git: `.rondo` in its folder.
[[nodiscard]] std::string home_directory(const model::Project& project);
[[nodiscard]] std::string log_directory(const model::Project& project);

/// Opens the warehouse of a project, once its lock is held.
using WarehouseOpener =
    std::function<Result<std::unique_ptr<warehouse::Warehouse>>(const model::Project& project)>;

/// The one that `warehouse:` in rondo.yaml names.
[[nodiscard]] Result<std::unique_ptr<warehouse::Warehouse>> open_own_warehouse(
    const model::Project& project);

/// A project with everything that running it takes: warehouse, state and journal, held for this
/// process alone. The warehouse's system tables are there. The World must outlive it.
class House {
 public:
  /// Error R0804 if another process holds the project, and what warehouse and state answer.
  static Result<std::unique_ptr<House>> open(
      world::World world, model::Project project,
      const WarehouseOpener& open_warehouse = open_own_warehouse);

  [[nodiscard]] world::World world() const { return world_; }
  [[nodiscard]] const model::Project& project() const { return project_; }
  [[nodiscard]] const AssetGraph& graph() const { return graph_; }
  [[nodiscard]] warehouse::Session& session() { return *session_; }
  [[nodiscard]] state::Database& state() { return *state_; }
  [[nodiscard]] Journal& journal() { return journal_; }
  [[nodiscard]] std::string warehouse_description() const { return warehouse_->description(); }

 private:
  House(world::World world, model::Project project, AssetGraph graph,
        std::unique_ptr<world::File> lock, std::unique_ptr<warehouse::Warehouse> warehouse,
        std::unique_ptr<warehouse::Session> session, std::unique_ptr<state::Database> state,
        Journal journal);

  world::World world_;
  model::Project project_;
  AssetGraph graph_;
  std::unique_ptr<world::File> lock_;
  std::unique_ptr<warehouse::Warehouse> warehouse_;
  std::unique_ptr<warehouse::Session> session_;
  std::unique_ptr<state::Database> state_;
  Journal journal_;
};

}  // namespace rondo::control
