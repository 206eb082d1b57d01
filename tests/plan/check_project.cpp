// Golden tests: each folder named on the command line is a project with an expected.txt, which
// holds what `rondo check` says about it, without colours and without secrets.
//
//   rondo_plan_runner [--update | --show] FOLDER...
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include "project/project.h"
#include "world/disk.h"
#include "world/real/real_world.h"

namespace {

using rondo::world::World;

std::string checked(const World& world, const std::string& root) {
  const auto result = rondo::project::load_project(
      world.disk, world.environment, root, "local",
      {.secrets = rondo::project::SecretMode::placeholder, .check_sql = true});
  const rondo::Diagnostics& found = result.diagnostics;
  std::string text = found.render(false);
  // The folder's own path is another one on each machine.
  for (std::size_t at = text.find(root); at != std::string::npos; at = text.find(root)) {
    text.replace(at, root.size(), "PROJECT");
  }
  return text + (text.empty() ? "" : "\n") +
         fmt::format("{} errors, {} warnings\n", found.error_count(), found.warning_count());
}

bool is_as_expected(const World& world, const std::string& root) {
  const std::string got = checked(world, root);
  const auto expected = rondo::world::read_file(world.disk, root + "/expected.txt");
  if (expected && *expected == got) return true;
  fmt::print("FAIL {}\n--- expected\n{}--- got\n{}", root, expected ? *expected : "", got);
  return false;
}

}  // namespace

int main(int count, char** arguments) {
  rondo::world::RealWorld machine;
  const World world = machine.view();
  std::vector<std::string> roots(arguments + 1, arguments + count);
  const std::string mode = roots.empty() ? "" : roots.front();
  if (mode.starts_with("--")) roots.erase(roots.begin());
  int passed = 0;
  int failed = 0;
  for (const std::string& root : roots) {
    if (mode == "--show") {
      fmt::print("{}", checked(world, root));
    } else if (mode == "--update") {
      const auto written =
          rondo::world::write_file(world.disk, root + "/expected.txt", checked(world, root));
      if (!written) fmt::print("{}: {}\n", root, written.error().text());
    } else {
      ++(is_as_expected(world, root) ? passed : failed);
    }
  }
  if (mode.empty() || !mode.starts_with("--")) fmt::print("{} passed, {} failed\n", passed, failed);
  return failed == 0 ? 0 : 1;
}
