#include "cli/open.h"

#include <utility>

#include "project/project.h"

namespace rondo::cli {

std::optional<model::Project> open_project(const Context& context, world::World world,
                                           project::SecretMode secrets) {
  auto loaded = project::load_project(world.disk, world.environment, context.project,
                                      context.environment, {.secrets = secrets, .check_sql = true});
  if (!loaded.project) {
    if (context.json) {
      context.terminal.out(loaded.diagnostics.to_json().pretty() + "\n");
    } else {
      context.terminal.err(loaded.diagnostics.render(context.terminal.colours));
    }
  }
  return std::move(loaded.project);
}

std::unique_ptr<control::House> open_house(const Context& context, world::World world,
                                           project::SecretMode secrets) {
  auto project = open_project(context, world, secrets);
  if (!project) return nullptr;
  auto house = control::House::open(world, std::move(*project));
  if (!house) {
    report_error(context, house.error());
    return nullptr;
  }
  return std::move(*house);
}

}  // namespace rondo::cli
