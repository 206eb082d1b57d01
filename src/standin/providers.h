#pragma once

#include "standin/standin.h"

namespace rondo::standin {

/// Sellers of contact data with answers drawn from `seed` and the question, so that the same
/// question has the same answer for ever. Options: `hit_share` (0..1), `credits` (none left:
/// refused). Every charge is logged in their state: the proof that a cap held.
[[nodiscard]] std::shared_ptr<Standin> make_prospeo(world::World world, Options options);
[[nodiscard]] std::shared_ptr<Standin> make_hunter(world::World world, Options options);

}  // namespace rondo::standin
