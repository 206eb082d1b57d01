#pragma once

#include <functional>
#include <set>
#include <string>

#include "sync/candidates.h"
#include "sync/outbox.h"

namespace rondo::sync {

struct DiffCounts {
  std::int64_t adds = 0, updates = 0, removes = 0;
  std::int64_t removed_by_consent = 0;  ///< of `removes`
  std::int64_t unchanged = 0;
  std::int64_t delivered = 0;  ///< records that the destination held before
  [[nodiscard]] std::int64_t changes() const { return adds + updates + removes; }
};

/// What the destination can take: decided by connector and mode.
struct DiffRules {
  bool add = true;
  bool update = true;            ///< otherwise a record that is there stays as it is
  bool remove_left = false;      ///< who is no longer wanted goes
  bool remove_withdrawn = true;  ///< who withdrew or is suppressed goes, in every mode
};
[[nodiscard]] DiffRules diff_rules(model::SyncMode mode, bool can_remove);

/// Compares sync_candidates with rondo.delivered, into the temporary table sync_changes.
[[nodiscard]] Result<DiffCounts> find_changes(SyncContext& context, const model::Sync& sync,
                                              const DiffRules& rules);

/// Hands out the changes, removals first, in blocks of `block` in order of their keys.
[[nodiscard]] Result<void> read_changes(
    SyncContext& context, const model::Sync& sync, const Candidates& candidates, std::size_t block,
    const std::function<Result<void>(std::vector<Change>)>& take);

/// R0421 or R0422 if more would change than the sync allows. A first delivery changes everything
/// and is let through; removals by consent do not count.
[[nodiscard]] Result<void> check_guards(const model::Sync& sync, const DiffCounts& counts);

}  // namespace rondo::sync
