#pragma once

#include "standin/standin.h"

namespace rondo::standin {

/// A receiver that honours Idempotency-Key: the first request under a key takes effect, a
/// repetition answers 200 and changes nothing. The same record id under two keys is counted as a
/// duplicate.
[[nodiscard]] std::shared_ptr<Standin> make_webhook(world::World world, Options options);

}  // namespace rondo::standin
