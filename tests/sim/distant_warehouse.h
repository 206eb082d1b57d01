#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "warehouse/warehouse.h"
#include "world/world.h"

namespace rondo::simtest {

/// A database server on another machine, in memory: what was committed there outlives our power
/// cuts. One for all simulations of a process, because opening one takes longer than a whole
/// simulated day.
class DatabaseServer {
 public:
  DatabaseServer();
  /// Forgets everything; nobody may be connected.
  void wipe();
  [[nodiscard]] warehouse::Warehouse& warehouse() { return *warehouse_; }
  /// Every row as "a | b | c", NULL as "-". Questions of the test, not of the program.
  Result<std::vector<std::string>> rows(std::string_view sql);

 private:
  std::unique_ptr<warehouse::Warehouse> warehouse_;
};

/// The way to that server from a machine whose power may go off: before and after each statement
/// it may, and then the statement was never heard of, or was done and the answer is lost. An open
/// transaction of a machine without power is rolled back. Each way is an operation of the world, so
/// it counts for `crash_after` and stands in the trace with the hash of its SQL.
[[nodiscard]] std::unique_ptr<warehouse::Warehouse> over_the_wire(DatabaseServer& server,
                                                                  world::World world);

}  // namespace rondo::simtest
