#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::enrich {

/// What is known of one person and one field: who was asked within the refresh time, and whether an
/// answer among those is good enough and not known to be wrong.
struct Known {
  std::set<std::string> asked;  ///< names of providers
  bool satisfied = false;
};

/// Whom to ask next, from values alone: the first of `providers` that was not asked and is not out
/// of order; "" when the person is done, either satisfied or out of providers.
[[nodiscard]] std::string_view next_provider(const std::vector<std::string>& providers,
                                             const Known& known,
                                             const std::set<std::string>& out_of_order);

/// Whether an answer ends the waterfall: `stop_when` is `verified` or `found`.
[[nodiscard]] bool satisfies(std::string_view stop_when, bool found, bool verified);

}  // namespace rondo::enrich
