#include "sync/outbox.h"

#include "base/check.h"

namespace rondo::sync {
namespace {

using state::Statement;
using state::Value;

const std::vector<std::string_view> migrations{
    // `settled` orders endings: a row that is settled again (unknown, then ok) gets a later number,
    // so
    // that publishing meets it again.
    R"(CREATE TABLE outbox (
         receipt_id INTEGER PRIMARY KEY AUTOINCREMENT,
         sync TEXT NOT NULL, run_id TEXT NOT NULL, destination TEXT NOT NULL, object TEXT NOT NULL,
         key_field TEXT NOT NULL, key TEXT NOT NULL, profile_id TEXT NOT NULL, action TEXT NOT NULL,
         fingerprint TEXT NOT NULL, remote_id TEXT NOT NULL, fields TEXT NOT NULL,
         state TEXT NOT NULL, request_id TEXT NOT NULL DEFAULT '',
         reason_code TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT '',
         confirm INTEGER NOT NULL, settled INTEGER, at TEXT NOT NULL))",
    "CREATE INDEX outbox_settled ON outbox (settled) WHERE settled IS NOT NULL",
    "CREATE INDEX outbox_open ON outbox (sync, state, receipt_id) WHERE state <> 'ok' OR confirm = "
    "1",
    "CREATE INDEX outbox_key ON outbox (sync, key, receipt_id)"};

constexpr std::string_view columns =
    "SELECT receipt_id, action, key, profile_id, fingerprint, remote_id, fields, request_id FROM "
    "outbox ";

Action action_of(std::string_view word) {
  if (word == "add") return Action::add;
  return word == "update" ? Action::update : Action::remove;
}

}  // namespace

std::string_view name_of(Action action) {
  switch (action) {
    case Action::add: return "add";
    case Action::update: return "update";
    case Action::remove: return "remove";
  }
  __builtin_unreachable();
}

Result<Outbox> Outbox::open(state::Database& database) {
  TRY(database.migrate("outbox", migrations));
  return Outbox(database);
}

Result<std::int64_t> Outbox::next_settled() {
  TRY_ASSIGN(Statement rows, database_->query("SELECT coalesce(max(settled), 0) + 1 FROM outbox "
                                              "WHERE settled IS NOT NULL"));
  TRY(rows.next());
  return rows.int64(0);
}

Result<void> Outbox::recover(const std::string& sync, Time now) {
  return database_->transaction([&]() -> Result<void> {
    TRY(database_->execute("DELETE FROM outbox WHERE sync = ? AND state = 'planned'", {sync}));
    TRY_ASSIGN(const std::int64_t settled, next_settled());
    TRY(database_->execute(
        "UPDATE outbox SET state = 'unknown', reason_code = 'interrupted', "
        "reason = 'the program ended before the answer came', settled = ?, at = ? "
        "WHERE sync = ? AND state = 'sending'",
        {settled, to_text(now), sync}));
    return {};
  });
}

Result<void> Outbox::plan(const Order& order, std::span<const Change> changes, bool confirm,
                          Time now) {
  return database_->transaction([&]() -> Result<void> {
    for (const Change& change : changes) {
      const bool read_back = confirm && change.action != Action::remove;
      TRY(database_->execute(
          "INSERT INTO outbox (sync, run_id, destination, object, key_field, key, profile_id, "
          "action, "
          "fingerprint, remote_id, fields, state, confirm, at) "
          "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'planned', ?, ?)",
          {order.sync, order.run_id, order.destination, order.object, order.key_field, change.key,
           change.profile_id, std::string(name_of(change.action)), change.fingerprint,
           change.remote_id, change.fields.text(), std::int64_t{read_back ? 1 : 0}, to_text(now)}));
    }
    return {};
  });
}

Result<std::vector<Entry>> Outbox::entries(std::string_view where,
                                           const std::vector<Value>& values) {
  TRY_ASSIGN(Statement rows, database_->query(std::string(columns) + std::string(where), values));
  std::vector<Entry> found;
  while (true) {
    TRY_ASSIGN(const bool more, rows.next());
    if (!more) return found;
    Entry entry;
    entry.receipt_id = rows.int64(0);
    entry.change = {
        action_of(rows.text(1)), rows.text(2), rows.text(3), rows.text(4), rows.text(5), {}};
    TRY_ASSIGN(entry.change.fields, Json::parse(rows.text(6)));
    entry.request_id = rows.text(7);
    found.push_back(std::move(entry));
  }
}

Result<std::vector<Entry>> Outbox::planned(const Order& order, bool removes, std::size_t count) {
  return entries(
      "WHERE sync = ? AND state = 'planned' AND run_id = ? AND (action = 'remove') = ? "
      "ORDER BY receipt_id LIMIT ?",
      {order.sync, order.run_id, std::int64_t{removes ? 1 : 0}, static_cast<std::int64_t>(count)});
}

Result<void> Outbox::sending(std::span<const std::int64_t> receipts,
                             const std::string& request_id) {
  return database_->transaction([&]() -> Result<void> {
    for (const std::int64_t receipt : receipts) {
      TRY(database_->execute(
          "UPDATE outbox SET state = 'sending', request_id = ? WHERE receipt_id = ?",
          {request_id, receipt}));
    }
    return {};
  });
}

Result<void> Outbox::settle(std::span<const Ending> endings, Time now) {
  return database_->transaction([&]() -> Result<void> {
    TRY_ASSIGN(const std::int64_t settled, next_settled());
    for (const Ending& ending : endings) {
      TRY_ASSIGN(const std::int64_t changed,
                 database_->execute(
                     "UPDATE outbox SET state = ?, reason_code = ?, reason = ?, "
                     "remote_id = CASE WHEN ? = '' THEN remote_id ELSE ? END, "
                     "request_id = CASE WHEN ? = '' THEN request_id ELSE ? END, "
                     "confirm = CASE WHEN ? = 'ok' THEN confirm ELSE 0 END, settled = ?, at = ? "
                     "WHERE receipt_id = ?",
                     {ending.state, ending.reason_code, ending.reason, ending.remote_id,
                      ending.remote_id, ending.request_id, ending.request_id, ending.state, settled,
                      to_text(now), ending.receipt_id}));
      PROMISE(changed == 1);
    }
    return {};
  });
}

Result<void> Outbox::withdraw(std::span<const std::int64_t> receipts) {
  return database_->transaction([&]() -> Result<void> {
    for (const std::int64_t receipt : receipts) {
      TRY(database_->execute("DELETE FROM outbox WHERE receipt_id = ?", {receipt}));
    }
    return {};
  });
}

Result<std::vector<Entry>> Outbox::in_doubt(const std::string& sync) {
  TRY_ASSIGN(
      std::vector<Entry> found,
      entries("AS o WHERE sync = ? AND state = 'unknown' AND NOT EXISTS (SELECT 1 FROM outbox l "
              "WHERE l.sync = o.sync AND l.key = o.key AND l.receipt_id > o.receipt_id "
              "AND l.state IN ('ok', 'unknown')) ORDER BY receipt_id",
              {sync}));
  for (Entry& entry : found) entry.in_doubt = true;
  return found;
}

Result<std::vector<Entry>> Outbox::unconfirmed(const std::string& sync) {
  return entries("WHERE sync = ? AND state = 'ok' AND confirm = 1 ORDER BY receipt_id", {sync});
}

Result<void> Outbox::confirmed(std::span<const std::int64_t> receipts) {
  return database_->transaction([&]() -> Result<void> {
    for (const std::int64_t receipt : receipts) {
      TRY(database_->execute("UPDATE outbox SET confirm = 0 WHERE receipt_id = ?", {receipt}));
    }
    return {};
  });
}

Result<std::int64_t> Outbox::last_receipt() {
  TRY_ASSIGN(Statement rows, database_->query("SELECT coalesce(max(receipt_id), 0) FROM outbox"));
  TRY(rows.next());
  return rows.int64(0);
}

Result<Counts> Outbox::counts(const Order& order, std::int64_t after_receipt) {
  TRY_ASSIGN(
      Statement rows,
      database_->query("SELECT action, state, reason_code, count(*) FROM outbox WHERE sync = ? "
                       "AND run_id = ? AND receipt_id > ? GROUP BY 1, 2, 3",
                       {order.sync, order.run_id, after_receipt}));
  Counts counts;
  while (true) {
    TRY_ASSIGN(const bool more, rows.next());
    if (!more) return counts;
    const std::string action = rows.text(0);
    const std::string state = rows.text(1);
    const std::int64_t number = rows.int64(3);
    (action == "add"      ? counts.adds
     : action == "update" ? counts.updates
                          : counts.removes) += number;
    if (state == "rejected") counts.rejected_by[rows.text(2)] += number;
    (state == "ok"         ? counts.ok
     : state == "rejected" ? counts.rejected
     : state == "unknown"  ? counts.unknown
                           : counts.open) += number;
  }
}

}  // namespace rondo::sync
