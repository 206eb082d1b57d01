#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/result.h"
#include "base/task.h"
#include "model/progress.h"
#include "model/project.h"
#include "state/database.h"
#include "sync/destinations.h"
#include "warehouse/warehouse.h"
#include "world/world.h"

namespace rondo::sync {

/// What a run needs. Everything outlives it; one writer of session and state at a time.
struct SyncContext {
  world::World world;
  warehouse::Session& session;
  state::Database& state;
  const model::Project& project;
  Destinations& destinations;
  std::string run_id;
  model::Progress& progress;
};

/// Counts of one run, from the tables. Always:
///   planned == adds + updates + removes == ok + rejected + unknown
///   considered == rows + removes == planned + unchanged + blocked
struct SyncReport {
  std::string sync, destination;
  std::int64_t rows = 0;  ///< of the audience or model
  std::int64_t considered = 0;
  std::int64_t adds = 0, updates = 0, removes = 0, planned = 0;
  std::int64_t ok = 0, rejected = 0, unknown = 0;
  std::int64_t unchanged = 0;
  std::int64_t blocked = 0;
  std::map<std::string, std::int64_t> blocked_by{};   ///< reason code -> rows
  std::map<std::string, std::int64_t> rejected_by{};  ///< reason code -> changes
  std::int64_t removed_by_consent = 0;  ///< of `removes`: consent withdrawn or suppressed
  std::int64_t settled = 0;             ///< earlier deliveries in doubt whose fate was found out
  std::string file{};                   ///< the file of a file destination
};

/// One run of a standing order: what the destination should hold, against what it holds because of
/// us, record by record.
///
/// 1. What an earlier run left in doubt is settled as the connector says, and receipts are
/// published.
/// 2. Rows of the audience or model are resolved to keys and fields; whoever may not be sent is
/// blocked
///    with a reason in rondo.blocked: consent_missing, consent_withdrawn, suppressed, no_key,
///    in_doubt, undeliverable, holdout, duplicate_key (in this order; of two rows with one key the
///    smaller profile id wins).
/// 3. The diff against rondo.delivered. In every mode, whoever withdrew consent or is suppressed is
///    removed from a destination that can remove; mode mirror removes everybody who left.
/// 4. Guards; then the changes go through the outbox, removals first.
/// 5. Receipts are published: rondo.deliveries, rondo.delivered.
///
/// To run it again changes nothing where nothing changed. Killed at any point, the next run ends as
/// if nothing had happened. Errors: R0404 the connector cannot do it, R0420 columns, R0421 and
/// R0422 guards (nothing was sent), those of the connector that stopped it (R0405 to R0409;
/// receipts of what was done are published), those of the warehouse and the state.
[[nodiscard]] Task<Result<SyncReport>> run_sync(SyncContext& context, const model::Sync& sync);

/// Brings receipts to the warehouse without sending anything; after a restart, before anything
/// reads rondo.delivered.
[[nodiscard]] Result<std::int64_t> publish_receipts(warehouse::Session& session,
                                                    state::Database& state);

}  // namespace rondo::sync
