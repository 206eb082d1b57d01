#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/time.h"
#include "state/database.h"
#include "warehouse/warehouse.h"

namespace rondo::sync {

enum class Action { add, update, remove };
[[nodiscard]] std::string_view name_of(Action action);

/// One record of the diff, ready to be sent.
struct Change {
  Action action = Action::add;
  std::string key;
  std::string profile_id;
  std::string fingerprint;  ///< of what the destination will hold; of a remove: of what it held
  std::string remote_id;    ///< empty if unknown
  Json fields = Json::object();
};

/// What all changes of one run share.
struct Order {
  std::string sync;
  std::string run_id;
  std::string destination;
  std::string object;
  std::string key_field;
};

/// A change in the outbox.
struct Entry {
  std::int64_t receipt_id = 0;
  Change change;
  std::string request_id{};  ///< of the request it went out with last; empty: of none
  bool in_doubt = false;     ///< it went out before, and nobody knows whether it arrived
};

/// How an entry ended.
struct Ending {
  std::int64_t receipt_id = 0;
  std::string state;  ///< ok rejected unknown
  std::string reason_code{}, reason{};
  std::string remote_id{};  ///< empty: what was known stays
  std::string request_id{};
};

struct Counts {
  std::int64_t adds = 0, updates = 0, removes = 0;
  std::int64_t ok = 0, rejected = 0, unknown = 0;
  std::int64_t open = 0;  ///< planned or sending: only while a run is under way
  std::map<std::string, std::int64_t> rejected_by{};
};

/// The durable list of changes: planned -> sending -> ok | rejected | unknown. `sending` is on disk
/// before the first byte of its request leaves, and an ending before anybody counts on it. Each
/// function is one transaction.
///
/// After a crash `sending` means: it may have happened. `recover` makes it `unknown`, and forgets
/// what was only planned (the next diff plans it again).
class Outbox {
 public:
  static Result<Outbox> open(state::Database& database);

  Result<void> recover(const std::string& sync, Time now);
  /// Appends them as `planned`. `confirm`: an ok of an add or update is read back later.
  Result<void> plan(const Order& order, std::span<const Change> changes, bool confirm, Time now);
  /// The oldest planned ones of a run, adds and updates or removes, at most `count`.
  Result<std::vector<Entry>> planned(const Order& order, bool removes, std::size_t count);
  Result<void> sending(std::span<const std::int64_t> receipts, const std::string& request_id);
  Result<void> settle(std::span<const Ending> endings, Time now);
  /// They never left: no receipt is kept, the next diff plans them again.
  Result<void> withdraw(std::span<const std::int64_t> receipts);

  /// The unknown ones of a sync, oldest first, that no later change of the same key has overtaken.
  Result<std::vector<Entry>> in_doubt(const std::string& sync);
  /// The ok ones that are still to be read back.
  Result<std::vector<Entry>> unconfirmed(const std::string& sync);
  Result<void> confirmed(std::span<const std::int64_t> receipts);

  /// Of a run, from a receipt on (0: all).
  Result<Counts> counts(const Order& order, std::int64_t after_receipt);
  Result<std::int64_t> last_receipt();

  /// Brings what was settled since the last time to rondo.deliveries and rondo.delivered, with the
  /// position, in one transaction. All syncs at once. How many receipts were brought. R0424 if the
  /// warehouse knows more endings than this outbox ever had.
  Result<std::int64_t> publish(warehouse::Session& session);

 private:
  explicit Outbox(state::Database& database) : database_(&database) {}
  Result<std::vector<Entry>> entries(std::string_view where,
                                     const std::vector<state::Value>& values);
  Result<std::int64_t> next_settled();
  Result<void> refuse_if_older(warehouse::Session& session);

  state::Database* database_;
};

/// In rondo.delivered: the destination may hold the record, and nobody knows with which values.
inline constexpr std::string_view fingerprint_in_doubt = "?";

}  // namespace rondo::sync
