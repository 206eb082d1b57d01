#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "state/database.h"
#include "warehouse/warehouse.h"

namespace rondo::enrich {

/// A question to a provider that is about to be asked.
struct Question {
  std::string enrichment;
  std::string run_id;
  std::string profile_id;
  std::string provider;
  std::string field;
  std::int64_t price_max_micros = 0;
  std::string currency;
  Time asked_at{};
  Time expires_at{};  ///< until then the answer holds, a miss too
};

/// How a question ended. `unknown`: asked, answer unseen: it counts as fully paid.
enum class Ending { verified, unverified, miss, unknown };
[[nodiscard]] std::string_view name_of(Ending ending);

/// The caps of one run; all in the same currency.
struct Caps {
  std::int64_t run_micros = 0;
  std::int64_t record_micros = 0;  ///< 0: no cap of its own
};

/// Money is written down before it is spent. A question is reserved at its highest price, on disk,
/// before it is asked, so that the sum of a run never passes its cap, whenever the process dies.
/// Tables `spend` of the state database.
class SpendJournal {
 public:
  static Result<SpendJournal> open(state::Database& database);

  /// The receipt's id; nothing if the question could pass a cap, and then nothing is written.
  Result<std::optional<std::int64_t>> reserve(const Question& question, const Caps& caps);
  Result<void> settle(std::int64_t receipt_id, Ending ending, std::string_view value,
                      std::int64_t cost_micros);
  /// Nothing was asked after all: the reservation is taken back.
  Result<void> release(std::int64_t receipt_id);

  /// Questions of a process that died are `unknown` at their full price; how many there were.
  Result<std::int64_t> settle_left_behind();
  /// Spent and reserved by a run.
  Result<std::int64_t> committed_micros(std::string_view run_id);

  /// Brings receipts to rondo.enrichments, each once (position in the transaction of the rows).
  /// Only while nothing is reserved; how many were brought.
  Result<std::int64_t> publish(warehouse::Session& session);

 private:
  explicit SpendJournal(state::Database& database) : database_(&database) {}
  Result<std::int64_t> sum(std::string_view where, const std::vector<state::Value>& values);
  state::Database* database_;
};

}  // namespace rondo::enrich
