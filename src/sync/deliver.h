#pragma once

#include <set>
#include <string>
#include <vector>

#include "connector/client.h"
#include "sync/outbox.h"
#include "sync/sync.h"

namespace rondo::sync {

/// One run's way through the connector: outbox entries in, endings in the outbox.
class Delivery {
 public:
  Delivery(SyncContext& context, const model::Sync& sync, connector::Client& client, Outbox& outbox,
           Order order, std::set<std::string> timestamps)
      : context_(context),
        sync_(sync),
        client_(client),
        outbox_(outbox),
        order_(std::move(order)),
        timestamps_(std::move(timestamps)) {}

  /// Names of the operations that the mode needs; error R0404 if the connector lacks one.
  Result<void> choose_operations(bool confirm);
  [[nodiscard]] bool can_remove() const { return !remove_.empty(); }

  /// Settles what earlier runs left in doubt: keyed ones are sent again as they were (but not if
  /// one of their people may no longer be sent: `still_wanted` holds the keys that may), read_back
  /// ones are looked up. How many found their end.
  Task<Result<std::int64_t>> settle_doubts(std::set<std::string> still_wanted);

  /// Sends all that is planned, removals first. The connector's error if it stopped.
  Task<Result<void>> send_planned(std::int64_t total);

  /// Reads back what was sent ok and is still to be confirmed; what differs becomes unknown.
  Task<Result<void>> confirm();

 private:
  Task<Result<void>> send_block(std::vector<Entry> entries, bool removes);
  Task<Result<void>> resend(std::vector<Entry> entries, bool removes);
  /// Fills in remote ids that are missing; entries whose record is not there are settled and
  /// dropped.
  Task<Result<std::vector<Entry>>> find_remote_ids(std::vector<Entry> entries);
  Task<Result<connector::RunOutcome>> look(const std::vector<Entry>& entries, bool with_fields);
  Task<Result<std::int64_t>> settle_by_reading(std::vector<Entry> entries);
  [[nodiscard]] std::vector<connector::Row> rows_of(const std::vector<Entry>& entries) const;

  SyncContext& context_;
  const model::Sync& sync_;
  connector::Client& client_;
  Outbox& outbox_;
  Order order_;
  std::set<std::string> timestamps_;
  std::string upsert_, remove_, verify_;
  std::int64_t done_ = 0, total_ = 0;
};

}  // namespace rondo::sync
