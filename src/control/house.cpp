#include "control/house.h"

#include <utility>

#include "warehouse/system_tables.h"

namespace rondo::control {
namespace {

Result<std::unique_ptr<world::File>> hold(world::World world, const std::string& home) {
  TRY(world::make_safe_directories(world.disk, home));
  auto lock = world.disk.lock(home + "/control.lock");
  if (lock) return std::move(*lock);
  if (lock.error().code != "R0024") return fail(lock.error());
  Error error = wrap(lock.error(), "R0804", "another process runs this project");
  error.hint =
      "wait until it has ended, or stop it; `rondo serve` answers at /api/status meanwhile";
  return fail(std::move(error));
}

}  // namespace

Result<std::unique_ptr<warehouse::Warehouse>> open_own_warehouse(const model::Project& project) {
  const std::string& path = project.warehouse.path;
  const bool absolute = path.starts_with('/');
  return warehouse::open_duckdb(absolute ? path : project.root + "/" + path);
}

std::string home_directory(const model::Project& project) { return project.root + "/.rondo"; }
std::string log_directory(const model::Project& project) {
  return home_directory(project) + "/log";
}

House::House(world::World world, model::Project project, AssetGraph graph,
             std::unique_ptr<world::File> lock, std::unique_ptr<warehouse::Warehouse> warehouse,
             std::unique_ptr<warehouse::Session> session, std::unique_ptr<state::Database> state,
             Journal journal)
    : world_(world),
      project_(std::move(project)),
      graph_(std::move(graph)),
      lock_(std::move(lock)),
      warehouse_(std::move(warehouse)),
      session_(std::move(session)),
      state_(std::move(state)),
      journal_(journal) {}

Result<std::unique_ptr<House>> House::open(world::World world, model::Project project,
                                           const WarehouseOpener& open_warehouse) {
  TRY_ASSIGN(auto graph, AssetGraph::of(project));
  const std::string home = home_directory(project);
  TRY_ASSIGN(auto lock, hold(world, home));
  TRY_ASSIGN(auto state, state::open_database(world.disk, home + "/state.sqlite"));
  TRY_ASSIGN(auto journal, Journal::open(*state));
  TRY_ASSIGN(auto warehouse, open_warehouse(project));
  TRY_ASSIGN(auto session, warehouse->connect());
  TRY(warehouse::ensure_system_tables(*session));
  return std::unique_ptr<House>(new House(world, std::move(project), std::move(graph),
                                          std::move(lock), std::move(warehouse), std::move(session),
                                          std::move(state), journal));
}

}  // namespace rondo::control
