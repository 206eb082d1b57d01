#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/project.h"
#include "warehouse/warehouse.h"

namespace rondo::consent {

struct CollectReport {
  std::int64_t from_events = 0;  ///< entries added from events, by category or by GPC
  std::int64_t from_rows = 0;  ///< entries added or corrected from consent columns of file streams
};

/// Writes what people said into rondo.consent_ledger: `context.consent.categoryPreferences` and
/// `context.gpc` of events, and the consent columns of file streams. Reads only what is new since
/// the last call; to repeat it changes nothing. One transaction: all or nothing after a failure.
///
/// An event speaks for the identifier by which it finds its profile; a row for the strongest of its
/// identifiers that identifies somebody. An empty or unreadable consent column says nothing.
[[nodiscard]] Result<CollectReport> collect_signals(warehouse::Session& session,
                                                    const model::Project& project, Time now);

/// Makes the table `into` anew, one row for each profile of rondo.identifiers:
///   profile_id text, allowed boolean, reason_code text, reason text
/// reason_code is null where allowed, else `consent_missing` or `consent_withdrawn`; reason is a
/// sentence for a person, without personal data.
///
/// What counts is the latest entry of the ledger up to `as_of` over all identifiers that the
/// profile has now; of two at the same instant the denial. Without an entry the purpose's basis
/// decides (model::Purpose::allowed_by_default). A denial counts where the basis is consent, or the
/// purpose can be opted out of; a contract or a legal obligation does not ask.
///
/// `into` is a name without a schema; the table is temporary and belongs to the session. It may be
/// called inside a transaction. Error R0701 if the rules do not know the purpose.
[[nodiscard]] Result<void> usable(warehouse::Session& session, const model::ConsentRules& rules,
                                  std::string_view purpose, Time as_of, std::string_view into);

/// A boolean SQL expression: is this value of that kind of identifier suppressed for the purpose
/// (or for all)? `value_sql` is an expression that holds the normalised value; null is not
/// suppressed. Suppression goes by value, not by profile: it stays when the value moves to another
/// person.
[[nodiscard]] std::string suppressed_sql(const warehouse::Dialect& dialect,
                                         std::string_view identifier_type,
                                         std::string_view value_sql, std::string_view purpose);

/// Labels whose data may be used for the purpose: names of sources that list it ("crm"), and
/// enrichments that were bought for it ("enrichment.work_email"). A source without purposes allows
/// none. Purpose limitation is by label, before and beside the consent of each person.
[[nodiscard]] std::vector<std::string> allowed_sources(const model::Project& project,
                                                       std::string_view purpose);

/// A boolean SQL expression: does `source_sql`, the `source` of a row of rondo.profile_values
/// ("crm.contacts.email", "enrichment.work_email/prospeo"), come from an allowed source? A sync
/// leaves empty each profile field whose value does not:
///   case when <this> then value end
[[nodiscard]] std::string source_allowed_sql(const warehouse::Dialect& dialect,
                                             const model::Project& project,
                                             std::string_view purpose, std::string_view source_sql);

/// What one person said last about one purpose.
struct Statement {
  std::string purpose;
  bool allowed = false;
  Time occurred_at{};
  std::string source;    ///< declared source it came by
  std::string evidence;  ///< event id, or stream and row
};

/// One for each purpose the person spoke of up to `as_of`, sorted by purpose; the one that counts.
[[nodiscard]] Result<std::vector<Statement>> statements(warehouse::Session& session,
                                                        std::string_view profile_id, Time as_of);

}  // namespace rondo::consent
