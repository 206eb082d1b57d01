#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/json.h"
#include "base/result.h"
#include "base/task.h"

namespace rondo::enrich {

/// What a provider said of one person.
struct ProviderAnswer {
  std::map<std::string, std::string> values;  ///< our field -> value; empty: they have nothing
  bool verified = false;                      ///< they vouch for it
  std::int64_t cost_micros = 0;  ///< what this answer costs, in millionths of the currency
};

/// Somebody who sells contact data. One question at a time per call; several calls may be under
/// way.
class Provider {
 public:
  virtual ~Provider() = default;
  [[nodiscard]] virtual const std::string& name() const = 0;
  /// The most that one question can cost. Reserved before the question is asked.
  [[nodiscard]] virtual std::int64_t price_max_micros() const = 0;
  [[nodiscard]] virtual const std::string& currency() const = 0;
  /// `person` holds the profile's fields that this purpose may use; `question_id` is the same when
  /// the same question is asked again. Errors: transient and throttled mean that nothing was
  /// charged; unknown_outcome that it may have been; denied, permanent and broken_contract that no
  /// other question will fare better.
  virtual Task<Result<ProviderAnswer>> ask(Json person, std::string question_id) = 0;
};

}  // namespace rondo::enrich
