// Runs every .test file of a folder, each on an empty warehouse. Usage: rondo_sql_runner FOLDER
// [WORD] (only files whose name holds WORD). Ends with the line `N passed, N failed`.
#include <fmt/core.h>

#include "run_script.h"
#include "warehouse/warehouse.h"
#include "world/real/real_world.h"

namespace {

using namespace rondo;

bool capable(const warehouse::Capabilities& has, const std::string& name) {
  return (name == "transactions" && has.transactions) || (name == "qualify" && has.qualify) ||
         (name == "on_conflict" && has.on_conflict) || (name == "merge" && has.merge) ||
         (name == "create_or_replace" && has.create_or_replace) ||
         (name == "reads_files" && has.reads_files) || (name == "bound_plan" && has.bound_plan);
}

Result<bool> run_file(world::Disk& disk, const std::string& path) {
  TRY_ASSIGN(const std::string text, world::read_file(disk, path));
  TRY_ASSIGN(const auto script, sqltest::parse_script(text));
  TRY_ASSIGN(const auto warehouse, warehouse::open_duckdb(""));
  TRY_ASSIGN(const auto session, warehouse->connect());
  for (const std::string& wanted : script.requirements) {
    if (!capable(session->capabilities(), wanted)) return false;
  }
  TRY(sqltest::run_script(script, *warehouse));
  return true;
}

struct Counts {
  int passed = 0;
  int failed = 0;
};

void run_one(world::Disk& disk, const std::string& path, Counts& counts) {
  const auto ran = run_file(disk, path);
  if (!ran) {
    ++counts.failed;
    fmt::print("FAIL {}\n  {}\n", path, ran.error().text());
  } else if (*ran) {
    ++counts.passed;
    fmt::print("ok   {}\n", path);
  } else {
    fmt::print("skip {}: the warehouse cannot do what it requires\n", path);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: {} FOLDER [WORD]\n", argv[0]);
    return 2;
  }
  const std::string folder = argv[1];
  const std::string word = argc > 2 ? argv[2] : "";
  world::RealWorld world;
  world::Disk& disk = world.view().disk;
  const auto entries = disk.list(folder);
  if (!entries) {
    fmt::print(stderr, "{}\n", entries.error().text());
    return 2;
  }
  Counts counts;
  for (const auto& entry : *entries) {
    if (!entry.name.ends_with(".test") || entry.name.find(word) == std::string::npos) continue;
    run_one(disk, folder + "/" + entry.name, counts);
  }
  fmt::print("{} passed, {} failed\n", counts.passed, counts.failed);
  return counts.failed == 0 && counts.passed > 0 ? 0 : 1;
}
