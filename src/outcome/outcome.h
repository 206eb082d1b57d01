#pragma once

#include <cstdint>

#include "base/result.h"
#include "base/time.h"
#include "model/project.h"
#include "warehouse/warehouse.h"

namespace rondo::outcome {

struct OutcomeReport {
  std::int64_t outcomes = 0;      ///< that stand, of this rule
  std::int64_t changed = 0;       ///< added, corrected or gone since the last call
  std::int64_t with_profile = 0;  ///< whose profile is known
  std::int64_t credited = 0;      ///< that at least one delivery gets credit for
  double amount = 0;              ///< sum over all, in `currency` of the rule
  double credited_amount = 0;     ///< sum over the credited
};

/// Traces what happened afterwards: every row that the rule selects becomes an outcome, is joined
/// to its profile, and gives credit to the deliveries that came before it.
///
/// - Rows are those of `source:S.EVENT`, `source:S.STREAM` or `model:M`; a model answers record_id
///   (unique) and occurred_at. Nothing is read from a source that was never loaded.
/// - The profile is found by the value of `identifier_column`, normalised as identity.yaml says;
///   without one by the event's own identifier, or by a column profile_id.
/// - Credit goes to receipts of rondo.deliveries that put the person somewhere (add, update; state
/// ok)
///   within `window` before the outcome, the outcome's own instant not included. The shares of one
///   outcome add up to 1: all to the last or first, or equal parts (linear).
///
/// rondo.outcomes and rondo.credits hold afterwards what a computation from scratch would give;
/// only differences are written, so to repeat it changes nothing. One transaction. Errors: R0710
/// the rule reads something that is not there; R0711 no way to the profile; R0712 a record twice;
/// R0201 the rule's `where` is not SQL.
[[nodiscard]] Result<OutcomeReport> trace_outcomes(warehouse::Session& session,
                                                   const model::Project& project,
                                                   const model::OutcomeRule& rule);

struct FeedbackReport {
  std::int64_t suppressed = 0;  ///< entries added to rondo.suppressions
  std::int64_t stale = 0;       ///< values marked, or marked anew, in rondo.stale_values
};

/// Lets what was measured act on the next round; to repeat it changes nothing. One transaction.
///
/// - suppress: the value by which the outcome was found, if it is of the step's identifier kind;
/// else
///   all values of that kind that its profile has. For the step's purposes, without any for all
///   ('*'). What is suppressed stays so, whatever becomes of the outcome.
/// - stale: where the outcome was found by an address (a kind normalised as email or e164), this
/// very
///   address in the named fields, of whatever profile, now or later; else the values that the
///   profile's fields had before the outcome. Identity prefers any other value, and enrichment
///   refreshes such a field first (rondo.profile_values.stale).
[[nodiscard]] Result<FeedbackReport> give_back(warehouse::Session& session,
                                               const model::Project& project,
                                               const model::FeedbackRule& rule);

}  // namespace rondo::outcome
