#include <fmt/format.h>

#include "base/check.h"
#include "base/hash.h"
#include "sync/candidates.h"
#include "sync/csv_file.h"
#include "sync/deliver.h"
#include "sync/diff.h"

namespace rondo::sync {
namespace {

constexpr std::size_t plan_rows = 10'000;  // of one outbox transaction

/// One run from its start to its report.
class Run {
 public:
  Run(SyncContext& context, const model::Sync& sync, connector::Client& client, Outbox outbox)
      : context_(context), sync_(sync), client_(client), outbox_(outbox) {
    order_ = {sync.name, context.run_id, sync.destination, sync.object, sync.match_field};
    report_.sync = sync.name;
    report_.destination = sync.destination;
  }

  Task<Result<SyncReport>> go() {
    CO_TRY(outbox_.recover(sync_.name, now()));
    CO_TRY(outbox_.publish(context_.session));
    CO_TRY_ASSIGN(candidates_, find_candidates(context_, sync_, client_.connector(), now()));
    const bool is_file = client_.connector().file.has_value();
    Result<void> done;
    if (is_file) {
      done = to_file();
    } else {
      done = co_await to_api();
    }
    // Whatever stopped it: what was done is told to the warehouse first.
    CO_TRY(outbox_.publish(context_.session));
    if (!done) co_return fail(done.error());
    CO_TRY(fill_report());
    co_return report_;
  }

 private:
  [[nodiscard]] Time now() const { return context_.world.clock.now(); }

  Task<Result<void>> to_api() {
    Delivery delivery(context_, sync_, client_, outbox_, order_, timestamps());
    CO_TRY(delivery.choose_operations(sync_.confirm_read_back));
    Result<std::set<std::string>> wanted = keys_in_doubt_and_wanted();
    if (!wanted) co_return fail(std::move(wanted).error());
    Result<std::int64_t> settled = co_await delivery.settle_doubts(std::move(*wanted));
    if (!settled) co_return fail(std::move(settled).error());
    report_.settled = *settled;
    const Result<void> confirmed_before = co_await delivery.confirm();
    if (!confirmed_before) co_return fail(confirmed_before.error());
    CO_TRY(outbox_.publish(context_.session));
    CO_TRY(plan(diff_rules(sync_.mode, delivery.can_remove()), sync_.confirm_read_back));
    const Result<void> sent = co_await delivery.send_planned(counts_.changes());
    if (!sent) co_return fail(sent.error());
    const Result<void> confirmed = co_await delivery.confirm();
    if (!confirmed) co_return fail(confirmed.error());
    co_return Result<void>();
  }

  // A file always holds the whole of what is wanted now; to write it twice is to write it once.
  Result<void> to_file() {
    report_.file = file_path();
    TRY(plan(diff_rules(model::SyncMode::mirror, true), false));
    TRY_ASSIGN(const bool there, context_.world.disk.exists(report_.file));
    if (counts_.changes() == 0 && there) return {};
    std::vector<std::int64_t> receipts;
    for (const bool removes : {true, false}) {
      TRY_ASSIGN(const std::vector<Entry> entries, outbox_.planned(order_, removes, SIZE_MAX >> 1));
      for (const Entry& entry : entries) receipts.push_back(entry.receipt_id);
    }
    TRY_ASSIGN(const std::string text, snapshot_text());
    const std::string request_id = content_hash(text).hex();
    TRY(outbox_.sending(receipts, request_id));
    TRY(write_with_checksum(context_.world.disk, report_.file, text));
    std::vector<Ending> endings;
    for (const std::int64_t receipt : receipts)
      endings.push_back({receipt, "ok", "", "", "", request_id});
    context_.progress.update(sync_.name, counts_.changes(), counts_.changes());
    return outbox_.settle(endings, now());
  }

  Result<void> plan(const DiffRules& rules, bool confirm) {
    TRY_ASSIGN(counts_, find_changes(context_, sync_, rules));
    TRY(check_guards(sync_, counts_));
    TRY_ASSIGN(first_receipt_, outbox_.last_receipt());
    return read_changes(context_, sync_, candidates_, plan_rows, [&](std::vector<Change> changes) {
      return outbox_.plan(order_, changes, confirm, now());
    });
  }

  Result<std::string> snapshot_text() {
    std::vector<std::string> names{sync_.match_field};
    std::string columns = "key";
    for (std::size_t i = 0; i < sync_.map.size(); ++i) {
      if (sync_.map[i].destination_field == sync_.match_field) continue;
      names.push_back(sync_.map[i].destination_field);
      columns += fmt::format(", f{}", i);
    }
    TRY_ASSIGN(auto rows, context_.session.query(
                              fmt::format("select {} from {} where code is null order by key",
                                          columns, candidates_table)));
    return csv_text(names, std::move(rows));
  }

  [[nodiscard]] std::string file_path() const {
    const std::string path = client_.file_path(sync_.object.empty() ? sync_.name : sync_.object);
    const bool absolute = path.starts_with('/') || context_.project.root.empty();
    return absolute ? path : context_.project.root + "/" + path;
  }

  [[nodiscard]] std::set<std::string> timestamps() const {
    std::set<std::string> names;
    for (std::size_t i = 0; i < candidates_.fields.size(); ++i) {
      const model::ColumnType type = candidates_.fields[i].type;
      const bool time = type == model::ColumnType::timestamp || type == model::ColumnType::date;
      if (time) names.insert(sync_.map[i].destination_field);
    }
    return names;
  }

  Result<std::set<std::string>> keys_in_doubt_and_wanted() {
    std::set<std::string> keys;
    TRY_ASSIGN(
        auto rows,
        context_.session.query(
            fmt::format("select c.key from {} c join rondo.delivered d on d.key = c.key where "
                        "d.sync = $1 and d.fingerprint = '{}' and c.code is null",
                        candidates_table, fingerprint_in_doubt),
            {sync_.name}));
    while (true) {
      TRY_ASSIGN(const bool more, rows.next());
      if (!more) return keys;
      keys.emplace(rows.text(0));
    }
  }

  Result<void> fill_report() {
    TRY_ASSIGN(const Counts counts, outbox_.counts(order_, first_receipt_));
    report_.rows = candidates_.rows;
    report_.adds = counts.adds;
    report_.updates = counts.updates;
    report_.removes = counts.removes;
    report_.planned = counts.adds + counts.updates + counts.removes;
    report_.ok = counts.ok;
    report_.rejected = counts.rejected;
    report_.unknown = counts.unknown;
    report_.rejected_by = counts.rejected_by;
    report_.unchanged = counts_.unchanged;
    report_.blocked_by = candidates_.blocked_by;
    report_.blocked = candidates_.blocked();
    report_.removed_by_consent = counts_.removed_by_consent;
    report_.considered = report_.rows + report_.removes;
    PROMISE(counts.open == 0);
    PROMISE(report_.planned == report_.ok + report_.rejected + report_.unknown);
    PROMISE(report_.considered == report_.planned + report_.unchanged + report_.blocked);
    return {};
  }

  SyncContext& context_;
  const model::Sync& sync_;
  connector::Client& client_;
  Outbox outbox_;
  Order order_;
  Candidates candidates_;
  DiffCounts counts_;
  std::int64_t first_receipt_ = 0;
  SyncReport report_;
};

}  // namespace

Task<Result<SyncReport>> run_sync(SyncContext& context, const model::Sync& sync) {
  const model::Destination* destination = context.project.destination(sync.destination);
  PROMISE(destination != nullptr);
  CO_TRY_ASSIGN(Destinations::Open* const open, context.destinations.open(*destination));
  CO_TRY_ASSIGN(Outbox outbox, Outbox::open(context.state));
  const auto place = co_await open->strand.enter();
  Run run(context, sync, *open->client, outbox);
  co_return co_await run.go();
}

Result<std::int64_t> publish_receipts(warehouse::Session& session, state::Database& state) {
  TRY_ASSIGN(Outbox outbox, Outbox::open(state));
  return outbox.publish(session);
}

}  // namespace rondo::sync
