#include "project/project.h"

#include <utility>

#include "project/bind.h"
#include "project/connectors.h"
#include "project/files.h"
#include "project/read_nouns.h"
#include "project/references.h"
#include "project/sql_asset.h"

namespace rondo::project {
namespace {

void check_sql(world::Disk& disk, const ProjectFiles& files,
               const std::vector<CompiledAsset>& assets, const model::Project& project,
               Report& report) {
  const auto refuse = [&](const Error& error) {
    report.add({"R0120", "the SQL could not be checked: " + error.text(), {}, "", error.hint});
  };
  auto warehouse = warehouse::open_duckdb("");
  if (!warehouse) return refuse(warehouse.error());
  auto session = (*warehouse)->connect();
  if (!session) return refuse(session.error());
  auto catalogue = make_empty_tables(**session, disk, project, report);
  if (!catalogue) return refuse(catalogue.error());
  bind_sql(**session, assets, *catalogue, report);
  check_columns(**session, files, project, *catalogue, report);
}

}  // namespace

ProjectResult load_project(world::Disk& disk, const world::Environment& variables,
                           const std::string& root, const std::string& environment,
                           LoadOptions options) {
  Report report;
  model::Project project;
  project.root = root;
  const ProjectFiles files = read_files(disk, root, report);
  project.fingerprint = files.fingerprint;
  if (files.top("project") != nullptr) {
    Secrets secrets(disk, variables, options.secrets, report);
    read_nouns(files, environment, secrets, report, project);
    const std::vector<CompiledAsset> assets = compile_sql(files, project, report);
    for (const CompiledAsset& compiled : assets) project.sql_assets.push_back(compiled.asset);
    check_references(files, project, report);
    check_rules(files, project, report);
    check_connectors(disk, files, project, report);
    if (options.check_sql) check_sql(disk, files, assets, project, report);
  }
  ProjectResult result{std::nullopt, report.take()};
  if (!result.diagnostics.has_errors()) result.project = std::move(project);
  return result;
}

}  // namespace rondo::project
