#pragma once

#include <cstdint>
#include <vector>

#include "connector/client.h"
#include "model/progress.h"
#include "sync/outbox.h"
#include "world/clock.h"

namespace rondo::sync {

/// Writes what the connector says of rows into the outbox, as it happens.
class Recorder final : public connector::Observer {
 public:
  Recorder(Outbox& outbox, world::Clock& clock, const std::vector<Entry>& entries)
      : outbox_(outbox), clock_(clock), entries_(entries) {}

  Result<void> sending(std::span<const std::size_t> rows, const std::string& request_id) override {
    std::vector<std::int64_t> receipts;
    for (const std::size_t row : rows) receipts.push_back(entries_[row].receipt_id);
    return outbox_.sending(receipts, request_id);
  }

  Result<void> settled(std::span<const connector::RowResult> results) override {
    std::vector<Ending> endings;
    std::vector<std::int64_t> unsent;
    for (const connector::RowResult& result : results) {
      const Entry& entry = entries_[result.row];
      const bool not_sent = result.code == "not_sent";
      if (not_sent && !entry.in_doubt) {
        unsent.push_back(entry.receipt_id);
        continue;
      }
      // Not sent this time says nothing of the time before.
      const std::string state(not_sent ? "unknown" : name_of(result.state));
      endings.push_back({entry.receipt_id, state, result.code, result.reason, result.remote_id,
                         result.request_id});
    }
    if (!endings.empty()) TRY(outbox_.settle(endings, clock_.now()));
    if (!unsent.empty()) TRY(outbox_.withdraw(unsent));
    return {};
  }

 private:
  Outbox& outbox_;
  world::Clock& clock_;
  const std::vector<Entry>& entries_;
};

/// For reading: nothing is written down.
class Bystander final : public connector::Observer {
 public:
  Result<void> sending(std::span<const std::size_t>, const std::string&) override { return {}; }
  Result<void> settled(std::span<const connector::RowResult>) override { return {}; }
};

}  // namespace rondo::sync
