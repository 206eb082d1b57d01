#include <fmt/format.h>

#include "base/text.h"
#include "cli/command.h"
#include "project/project.h"
#include "world/real/real_world.h"

namespace rondo::cli {
namespace {

Json counts_of(const model::Project& project) {
  return Json::object({{"sources", project.sources.size()},
                       {"contracts", project.contracts.size()},
                       {"sql", project.sql_assets.size()},
                       {"syncs", project.syncs.size()},
                       {"enrichments", project.enrichments.size()},
                       {"outcomes", project.outcomes.size()}});
}

std::string sentence_of(const model::Project& project) {
  return fmt::format(
      "{}: {} sources, {} SQL assets, {} syncs, {} enrichments, {} outcomes: all well",
      project.name, project.sources.size(), project.sql_assets.size(), project.syncs.size(),
      project.enrichments.size(), project.outcomes.size());
}

}  // namespace

int check(const Context& context) {
  world::RealWorld real;
  const auto world = real.view();
  const auto loaded =
      project::load_project(world.disk, world.environment, context.project, context.environment,
                            {.secrets = project::SecretMode::placeholder, .check_sql = true});
  const bool good = !loaded.diagnostics.has_errors();
  if (context.json) {
    Json answer = Json::object({{"ok", good}, {"diagnostics", loaded.diagnostics.to_json()}});
    if (loaded.project) answer.set("counts", counts_of(*loaded.project));
    context.terminal.out(answer.pretty() + "\n");
    return good ? Exit::done : Exit::failed;
  }
  if (!loaded.diagnostics.empty()) {
    context.terminal.err(loaded.diagnostics.render(context.terminal.colours));
  }
  if (!good) {
    context.terminal.err(
        fmt::format("{} to mend; nothing was touched\n", loaded.diagnostics.error_count()));
    return Exit::failed;
  }
  context.terminal.out(sentence_of(*loaded.project) + "\n");
  return Exit::done;
}

}  // namespace rondo::cli
