#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "careless_disk.h"
#include "collect/collector.h"
#include "control/stages.h"
#include "distant_warehouse.h"
#include "door.h"
#include "log/log.h"
#include "world/sim/sim_world.h"

namespace rondo::simtest {

inline constexpr std::uint16_t collector_port = 8080;

/// The program as it runs in a company: collector with its log, and the house with its stages.
/// Gone when it is destroyed; the power must be off, or nothing of it under way.
struct Program {
  std::unique_ptr<log::Log> log;
  std::unique_ptr<collect::Collector> collector;
  std::unique_ptr<world::HttpServer> server;
  std::unique_ptr<control::House> house;
  std::unique_ptr<control::Stages> stages;
};

struct CompanyOptions {
  world::SimOptions sim;
  std::string project;  ///< folder on the real disk that holds the project
  /// The project's folder in the simulation, and on the real disk where the warehouse's own reader
  /// looks for data files.
  std::string scratch;
  bool log_syncs = true;    ///< off for a control
  bool deduplicate = true;  ///< off for a control
};

/// A whole company in one simulated world: its machine with disk and program, its warehouse on
/// another machine, and the tools of other companies.
class Company {
 public:
  Company(DatabaseServer& warehouse, world::World real, CompanyOptions options);
  ~Company();
  Company(const Company&) = delete;
  Company& operator=(const Company&) = delete;

  [[nodiscard]] world::SimWorld& sim() { return sim_; }
  [[nodiscard]] DatabaseServer& warehouse() { return warehouse_; }
  [[nodiscard]] Door& door(std::string_view name);
  [[nodiscard]] const model::Project& project() const { return *project_; }

  /// Puts a file where the project finds it, safe from power cuts.
  void put_file(const std::string& name, const std::string& text);
  [[nodiscard]] Result<std::string> read_file(const std::string& name);
  /// Reads and checks the project; all its problems as one error.
  Result<void> load_project(bool check_sql);

  /// An error if the power went off meanwhile, or the disk failed: `stop` and start again.
  Result<void> start();
  [[nodiscard]] bool is_up() const { return program_ != nullptr && !sim_.crashed(); }
  /// The power goes off, if it is not, and comes back; the program does not run then.
  void stop();
  /// A run, as `rondo run` makes it. Nothing if the power went off.
  std::optional<Result<control::RunResult>> run(const std::string& selection);
  Program* program() { return program_.get(); }

 private:
  Result<std::unique_ptr<Program>> make_program();
  [[nodiscard]] world::World machine();

  DatabaseServer& warehouse_;
  world::World real_;
  CompanyOptions options_;
  world::SimWorld sim_;
  std::unique_ptr<CarelessDisk> careless_;
  std::vector<std::unique_ptr<Door>> doors_;
  std::optional<model::Project> project_;
  std::unique_ptr<Program> program_;
};

}  // namespace rondo::simtest
