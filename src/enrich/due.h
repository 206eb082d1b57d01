#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "enrich/enrich.h"
#include "enrich/waterfall.h"

namespace rondo::enrich {

/// Somebody to ask about.
struct Person {
  std::string profile_id;
  Json fields;  ///< of the profile, only those whose source allows the purpose
  Known known;
};

struct Due {
  std::vector<Person> people;  ///< by profile id, so that a cap cuts off the same ones every time
  std::int64_t members = 0;
  std::int64_t blocked = 0;
};

/// Members of the audience who may be asked about for the purpose, each with what is known already.
/// Receipts must have been published before.
[[nodiscard]] Result<Due> find_due(EnrichContext& context, const model::Enrichment& enrichment,
                                   std::string_view field);

}  // namespace rondo::enrich
