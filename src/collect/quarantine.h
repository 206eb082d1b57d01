#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "warehouse/warehouse.h"

namespace rondo::collect {

/// A record set aside for breaking a contract or for being malformed.
struct Quarantined {
  std::string id;  ///< 32 hex digits; the same bad record has the same id
  std::string source;
  std::string stream;
  std::string contract;  ///< empty: none
  std::string reason_code;
  std::string reason;
  std::string payload;  ///< JSON
  Time received_at{};
};

[[nodiscard]] std::vector<warehouse::Column> quarantine_columns();
void add_quarantined(warehouse::BatchBuilder& batch, const Quarantined& record);

/// Holds the records that are not held yet; inside the caller's transaction. Answers how many.
[[nodiscard]] Result<std::int64_t> store_quarantined(warehouse::Session& session,
                                                     warehouse::BatchBuilder batch);

}  // namespace rondo::collect
