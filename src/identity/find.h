#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "model/identity.h"
#include "warehouse/warehouse.h"

namespace rondo::identity {

struct Located {
  model::Identifier identifier;
  std::string profile_id;
};

/// The identifier that a person means by "kind:value" or by a value, the strongest kind first.
/// Error R0502 if none of them is known.
[[nodiscard]] Result<Located> locate(warehouse::Session& session, const model::IdentityRules& rules,
                                     std::string_view typed);

}  // namespace rondo::identity
