// Prints what `rondo check` says about each project folder named on the command line, without
// colours and without secrets. The golden tests compare it with expected.txt.
#include <cstdio>
#include <string>

#include <fmt/core.h>

#include "project/project.h"
#include "world/real/real_world.h"

namespace {

std::string verdict(const rondo::Diagnostics& found) {
  return fmt::format("{} errors, {} warnings\n", found.error_count(), found.warning_count());
}

}  // namespace

int main(int count, char** arguments) {
  rondo::world::RealWorld world;
  const rondo::world::World view = world.view();
  bool clean = true;
  for (int i = 1; i < count; ++i) {
    const std::string root = arguments[i];
    const auto result = rondo::project::load_project(
        view.disk, view.environment, root, "local",
        {.secrets = rondo::project::SecretMode::placeholder, .check_sql = true});
    if (count > 2) fmt::print("== {}\n", root);
    const std::string text = result.diagnostics.render(false);
    fmt::print("{}{}{}", text, text.empty() ? "" : "\n", verdict(result.diagnostics));
    clean = clean && !result.diagnostics.has_errors();
  }
  return clean ? 0 : 1;
}
