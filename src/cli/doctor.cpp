#include <fmt/format.h>

#include "cli/open.h"
#include "connector/connector.h"
#include "log/log.h"
#include "world/real/real_world.h"

namespace rondo::cli {
namespace {

struct Look {
  std::string what;
  bool good = false;
  std::string detail;
};

Look look_at_secrets(const Context& context, world::World world) {
  const auto project = open_project(context, world, project::SecretMode::require);
  return {"project and secrets", project.has_value(), project ? project->name : "see above"};
}

Look look_at_log(world::World world, const model::Project& project) {
  const std::string directory = control::log_directory(project);
  const auto there = world.disk.exists(directory);
  if (there && !*there) return {"log", true, "not begun yet"};
  const auto end = log::settled_end(world.disk, directory);
  if (!end) return {"log", false, end.error().text()};
  return {"log", true, fmt::format("{} bytes, every frame whole", *end)};
}

Look look_at_house(const Context& context, world::World world, model::Project project) {
  auto house = control::House::open(world, std::move(project));
  if (!house) {
    report_error(context, house.error());
    return {"warehouse and state", false, house.error().text()};
  }
  return {"warehouse and state", true, (*house)->warehouse_description()};
}

}  // namespace

int doctor(const Context& context) {
  world::RealWorld real;
  const auto world = real.view();
  std::vector<Look> looks{look_at_secrets(context, world)};
  if (auto project = open_project(context, world, project::SecretMode::placeholder)) {
    looks.push_back(look_at_log(world, *project));
    looks.push_back(look_at_house(context, world, std::move(*project)));
  }
  bool good = true;
  Json all = Json::array();
  for (const auto& look : looks) {
    good = good && look.good;
    all.push(Json::object({{"what", look.what}, {"ok", look.good}, {"detail", look.detail}}));
    if (context.json) continue;
    const auto mark = look.good ? ink(context.terminal, Ink::green, "● ok ")
                                : ink(context.terminal, Ink::red, "▲ bad");
    context.terminal.out(fmt::format("{}  {}  {}\n", mark, padded(look.what, 20), look.detail));
  }
  if (context.json) context.terminal.out(all.pretty() + "\n");
  return good ? Exit::done : Exit::failed;
}

}  // namespace rondo::cli
