#pragma once

#include "standin/standin.h"

namespace rondo::standin {

/// HubSpot's CRM objects: batch and single calls, search, gdpr-delete, properties; answers as
/// `@hubspot/api-client` 13.5.0 expects them (tests/system/hubspot_client.mjs drives it).
[[nodiscard]] std::shared_ptr<Standin> make_hubspot(world::World world, Options options);

}  // namespace rondo::standin
