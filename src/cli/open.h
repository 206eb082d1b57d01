#pragma once

#include <memory>
#include <optional>

#include "cli/command.h"
#include "control/house.h"
#include "model/project.h"
#include "project/secrets.h"
#include "world/world.h"

namespace rondo::cli {

/// The compiled project; prints what is wrong with it, and answers nothing if it cannot be used.
[[nodiscard]] std::optional<model::Project> open_project(const Context& context, world::World world,
                                                         project::SecretMode secrets);

/// The same with warehouse, state and journal; prints why it cannot be had.
[[nodiscard]] std::unique_ptr<control::House> open_house(const Context& context, world::World world,
                                                         project::SecretMode secrets);

}  // namespace rondo::cli
