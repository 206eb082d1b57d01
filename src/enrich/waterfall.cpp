#include "enrich/waterfall.h"

namespace rondo::enrich {

std::string_view next_provider(const std::vector<std::string>& providers, const Known& known,
                               const std::set<std::string>& out_of_order) {
  if (known.satisfied) return {};
  for (const auto& provider : providers) {
    if (!known.asked.contains(provider) && !out_of_order.contains(provider)) return provider;
  }
  return {};
}

bool satisfies(std::string_view stop_when, bool found, bool verified) {
  return stop_when == "found" ? found : found && verified;
}

}  // namespace rondo::enrich
