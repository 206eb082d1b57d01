#include "sync/deliver.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/check.h"
#include "sync/recorder.h"

namespace rondo::sync {
namespace {

using connector::Idempotent;
using connector::Operation;
using connector::OperationKind;
using connector::RowState;

constexpr std::size_t block_rows = 5'000;  // in memory at once

std::string name_or_empty(const Operation* operation) {
  return operation == nullptr ? std::string() : operation->name;
}

Error lacking(const connector::Connector& connector, std::string_view what) {
  return {ErrorKind::permanent, "R0404",
          fmt::format("the connector {} has no operation to {}", connector.name, what)};
}

bool needs_remote_id(const Operation& operation) {
  if (!operation.row) return false;
  const std::vector<std::string> names = operation.row->names();
  return std::ranges::find(names, "remote_id") != names.end();
}

}  // namespace

Result<void> Delivery::choose_operations(bool confirm) {
  const connector::Connector& connector = client_.connector();
  const Operation* upsert = connector.operation("upsert");
  if (upsert == nullptr) upsert = connector.operation(OperationKind::upsert);
  if (sync_.mode == model::SyncMode::update) upsert = connector.operation("update");
  if (sync_.mode == model::SyncMode::insert && connector.operation("create") != nullptr) {
    upsert = connector.operation("create");
  }
  if (upsert == nullptr) return fail(lacking(connector, "write records in this mode"));
  upsert_ = upsert->name;
  remove_ = name_or_empty(connector.operation(OperationKind::remove));
  verify_ = name_or_empty(connector.operation(OperationKind::verify));
  if (sync_.mode == model::SyncMode::mirror && remove_.empty()) {
    return fail(lacking(connector, "remove records, which mode `mirror` needs"));
  }
  const bool reads_back = confirm || upsert->idempotent == Idempotent::read_back;
  if (reads_back && verify_.empty()) return fail(lacking(connector, "read records back"));
  if (!connector.objects.empty()) {
    const connector::Object* object = connector.object(sync_.object);
    if (object == nullptr)
      return fail(lacking(connector, fmt::format("handle `{}`", sync_.object)));
    if (!object->keys.empty() &&
        std::ranges::find(object->keys, sync_.match_field) == object->keys.end()) {
      return fail(
          lacking(connector, fmt::format("match {} by `{}`", sync_.object, sync_.match_field)));
    }
  }
  return {};
}

std::vector<connector::Row> Delivery::rows_of(const std::vector<Entry>& entries) const {
  std::vector<connector::Row> rows;
  rows.reserve(entries.size());
  for (const Entry& entry : entries) {
    rows.push_back({order_.key_field, entry.change.key, entry.change.remote_id,
                    std::to_string(entry.receipt_id), entry.change.fields,
                    entry.in_doubt ? entry.request_id : std::string()});
  }
  return rows;
}

Task<Result<void>> Delivery::send_block(std::vector<Entry> entries, bool removes) {
  const std::string operation = removes ? remove_ : upsert_;
  Recorder recorder(outbox_, context_.world.clock, entries);
  const connector::RunOutcome outcome =
      co_await client_.run(operation, sync_.object, rows_of(entries), timestamps_, recorder);
  done_ += static_cast<std::int64_t>(entries.size());
  context_.progress.update(sync_.name, done_, total_);
  if (outcome.stopped) co_return fail(*outcome.stopped);
  co_return Result<void>();
}

Task<Result<void>> Delivery::send_planned(std::int64_t total) {
  done_ = 0;
  total_ = total;
  for (const bool removes : {true, false}) {
    while (true) {
      CO_TRY_ASSIGN(std::vector<Entry> entries, outbox_.planned(order_, removes, block_rows));
      if (entries.empty()) break;
      if (removes) {
        Result<std::vector<Entry>> found = co_await find_remote_ids(std::move(entries));
        if (!found) co_return fail(std::move(found).error());
        entries = std::move(*found);
        if (entries.empty()) continue;
      }
      const Result<void> sent = co_await send_block(std::move(entries), removes);
      if (!sent) co_return fail(sent.error());
    }
  }
  co_return Result<void>();
}

Task<Result<connector::RunOutcome>> Delivery::look(const std::vector<Entry>& entries,
                                                   bool with_fields) {
  std::vector<connector::Row> rows = rows_of(entries);
  for (connector::Row& row : rows) {
    row.group.clear();
    if (!with_fields) row.fields = Json::object();
  }
  Bystander bystander;
  connector::RunOutcome outcome =
      co_await client_.run(verify_, sync_.object, std::move(rows), timestamps_, bystander);
  if (outcome.stopped) co_return fail(*outcome.stopped);
  co_return outcome;
}

Task<Result<std::vector<Entry>>> Delivery::find_remote_ids(std::vector<Entry> entries) {
  const Operation* remove = client_.connector().operation(remove_);
  PROMISE(remove != nullptr);
  std::vector<Entry> known;
  std::vector<Entry> unknown;
  for (Entry& entry : entries) {
    const bool missing = needs_remote_id(*remove) && entry.change.remote_id.empty();
    (missing ? unknown : known).push_back(std::move(entry));
  }
  if (unknown.empty()) co_return known;
  std::vector<Ending> endings;
  if (verify_.empty()) {
    for (const Entry& entry : unknown) {
      endings.push_back({entry.receipt_id, "rejected", "no_remote_id",
                         "the destination's id of the record is not known"});
    }
  } else {
    Result<connector::RunOutcome> looked = co_await look(unknown, false);
    if (!looked) co_return fail(std::move(looked).error());
    for (connector::RowResult& result : looked->results) {
      Entry& entry = unknown[result.row];
      if (result.state == RowState::ok && !result.remote_id.empty()) {
        entry.change.remote_id = result.remote_id;
        known.push_back(std::move(entry));
      } else if (result.code == "read_back_missing") {
        endings.push_back({entry.receipt_id, "ok", "", "it was not there any more"});
      } else {
        endings.push_back({entry.receipt_id, "rejected", result.code, result.reason});
      }
    }
  }
  if (!endings.empty()) CO_TRY(outbox_.settle(endings, context_.world.clock.now()));
  done_ += static_cast<std::int64_t>(endings.size());
  co_return known;
}

Task<Result<void>> Delivery::resend(std::vector<Entry> entries, bool removes) {
  if (entries.empty()) co_return Result<void>();
  std::ranges::sort(entries, {}, &Entry::receipt_id);
  const Result<void> sent = co_await send_block(std::move(entries), removes);
  if (!sent) co_return fail(sent.error());
  co_return Result<void>();
}

Task<Result<std::int64_t>> Delivery::settle_by_reading(std::vector<Entry> entries) {
  if (entries.empty()) co_return 0;
  Result<connector::RunOutcome> looked = co_await look(entries, true);
  if (!looked) co_return fail(std::move(looked).error());
  std::vector<Ending> endings;
  for (const connector::RowResult& result : looked->results) {
    const Entry& entry = entries[result.row];
    const bool removing = entry.change.action == Action::remove;
    const bool there = result.state == RowState::ok;
    const bool missing = result.code == "read_back_missing";
    if (removing ? missing : there) {
      endings.push_back(
          {entry.receipt_id, "ok", "", "found out by reading back", result.remote_id});
    } else if (missing && entry.change.action == Action::add) {
      endings.push_back({entry.receipt_id, "rejected", result.code, "it never arrived"});
    }
    // Otherwise something else is there: the next diff writes it again.
  }
  if (!endings.empty()) CO_TRY(outbox_.settle(endings, context_.world.clock.now()));
  co_return static_cast<std::int64_t>(endings.size());
}

Task<Result<std::int64_t>> Delivery::settle_doubts(std::set<std::string> still_wanted) {
  const Operation* upsert = client_.connector().operation(upsert_);
  // Natural ones are sent again by the diff itself: rondo.delivered holds them as in doubt.
  const bool keyed = upsert->idempotent == Idempotent::keyed;
  if (!keyed && upsert->idempotent != Idempotent::read_back) co_return 0;
  CO_TRY_ASSIGN(std::vector<Entry> entries, outbox_.in_doubt(sync_.name));
  if (!keyed) co_return co_await settle_by_reading(std::move(entries));
  std::map<std::string, std::vector<Entry>> requests;
  for (Entry& entry : entries) requests[entry.request_id].push_back(std::move(entry));
  std::vector<Entry> upserts;
  std::vector<Entry> removes;
  for (auto& [request, members] : requests) {
    const bool repeatable = std::ranges::all_of(members, [&](const Entry& entry) {
      return entry.change.action == Action::remove || still_wanted.contains(entry.change.key);
    });
    if (!repeatable) continue;
    auto& into = members.front().change.action == Action::remove ? removes : upserts;
    for (Entry& member : members) into.push_back(std::move(member));
  }
  const auto count = static_cast<std::int64_t>(upserts.size() + removes.size());
  Result<void> sent = co_await resend(std::move(removes), true);
  if (!sent) co_return fail(std::move(sent).error());
  sent = co_await resend(std::move(upserts), false);
  if (!sent) co_return fail(std::move(sent).error());
  co_return count;
}

Task<Result<void>> Delivery::confirm() {
  CO_TRY_ASSIGN(std::vector<Entry> entries, outbox_.unconfirmed(sync_.name));
  if (entries.empty()) co_return Result<void>();
  Result<connector::RunOutcome> looked = co_await look(entries, true);
  if (!looked) co_return fail(std::move(looked).error());
  std::vector<std::int64_t> right;
  std::vector<Ending> wrong;
  for (const connector::RowResult& result : looked->results) {
    const std::int64_t receipt = entries[result.row].receipt_id;
    if (result.state == RowState::ok) {
      right.push_back(receipt);
    } else {
      wrong.push_back({receipt, "unknown", result.code, result.reason});
    }
  }
  CO_TRY(outbox_.confirmed(right));
  if (!wrong.empty()) CO_TRY(outbox_.settle(wrong, context_.world.clock.now()));
  co_return Result<void>();
}

}  // namespace rondo::sync
