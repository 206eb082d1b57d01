#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/project.h"
#include "warehouse/warehouse.h"

namespace rondo::identity {

/// What one call of `resolve` did, and what stands afterwards, counted in the tables.
struct ResolveReport {
  std::int64_t evidence_added = 0;  ///< pairs not seen before
  std::int64_t profiles_created = 0;
  std::int64_t profiles_merged = 0;  ///< ids that live on in an older one
  std::int64_t profiles_split = 0;   ///< of the created: parts of an older profile
  std::int64_t identifiers = 0;
  std::int64_t profiles = 0;
  std::int64_t known = 0;  ///< profiles with more than anonymous ids
  std::int64_t anonymous = 0;
  std::int64_t evidence_refused = 0;  ///< pairs that a limit or a block keeps apart
  std::int64_t events = 0;
  std::int64_t events_resolved = 0;  ///< events that belong to a profile
};

enum class Reading {
  news,        ///< what was added since the last call
  everything,  ///< all of raw again; evidence that raw no longer shows is forgotten. Ids are kept
};

/// Takes evidence from raw.events and from the identifiers of file streams, joins identifiers to
/// profiles, and writes rondo.evidence, rondo.identifiers, rondo.profile_index and the view
/// rondo.profile_events. To repeat it changes nothing; after a failure nothing has changed.
///
/// - An event or row joins its strongest identifier with each of its others. Events carry user_id,
///   anonymous_id, the previous_id of an alias (an anonymous_id) and, but for group calls, every
///   other declared kind as `traits.KIND` or `context.traits.KIND`.
/// - Blocked values and shared role mailboxes identify nobody (model::identifies): they are no
///   identifiers, and the evidence that names them is kept as refused.
/// - Limits hold in an order that does not depend on arrival (identity/graph.h), ids stay over
///   increments, rebuilds, merges and splits (identity/profile_ids.h).
/// - Rules that changed make it read everything anew by itself.
///
/// rondo.evidence.refused is null, or `limit:KIND`, `blocked:KIND` (also a role mailbox) or
/// `undeclared:KIND`. rondo.profile_events holds only events that belong to a profile: by the
/// identifier the collector chose, else by their anonymous_id.
[[nodiscard]] Result<ResolveReport> resolve(warehouse::Session& session,
                                            const model::Project& project, Time now,
                                            Reading reading = Reading::news);

struct ProfilesReport {
  std::int64_t profiles = 0;
  std::int64_t values = 0;          ///< fields that have a value
  std::int64_t values_changed = 0;  ///< added, replaced or gone since the last call
  std::int64_t verified = 0;
  std::int64_t stale = 0;  ///< values that feedback called untrue and nothing better replaced
};

/// The golden record: chooses one value per profile and declared field, keeps its provenance in
/// rondo.profile_values, and makes rondo.profiles anew. Only declared fields are there, and every
/// declared field is, as a text column. All or nothing.
///
/// Candidates are what `from` names: `SOURCE.STREAM.COLUMN` of a file stream;
/// `SOURCE.identify.TRAIT` or `SOURCE.Event Name.PROPERTY` of a tracking source; `enrichment.NAME`
/// (its field of the same name) or `enrichment.NAME.FIELD`. Values are trimmed; a field named like
/// an identifier is normalised like it. Stale values come last, those a verification called
/// undeliverable before them; then `prefer` decides in its order (verified, source, latest,
/// frequent), at the end source, time and value.
///
/// Verified: rondo.verifications calls it deliverable at `now`, or a provider sold it as verified.
/// Stale: it is in rondo.stale_values and was not verified after that.
///
/// Error R0501 names a `from` that is none of the above.
[[nodiscard]] Result<ProfilesReport> build_profiles(warehouse::Session& session,
                                                    const model::Project& project, Time now);

/// One step of a proof that two identifiers are one person.
struct WhyStep {
  model::Identifier from;
  model::Identifier to;
  std::string source;
  std::string rule;       ///< same_event, same_row, alias
  std::string record_id;  ///< the first that showed it
  Time first_seen{};
};

struct Why {
  bool same_profile = false;
  std::vector<WhyStep> steps;  ///< shortest way from one to the other; empty if there is none
  std::vector<std::string> refusals;  ///< evidence that would join them directly, and what stops it
};

/// Explains why two identifiers are, or are not, one profile. Each is given as "kind:value" or as a
/// value; it is normalised as its kind asks. Error R0502 if nothing of that name is known.
[[nodiscard]] Result<Why> why_merged(warehouse::Session& session, const model::Project& project,
                                     std::string_view one, std::string_view other);

struct ProfileField {
  std::string name;
  std::string value;
  std::string source;  ///< "crm.contacts.email"
  std::string record_id;
  Time occurred_at{};
  bool verified = false;
  bool stale = false;
};

struct Profile {
  std::string profile_id;
  Time created_at{};
  std::vector<std::string> merged_ids;         ///< ids that live on in this one
  std::vector<model::Identifier> identifiers;  ///< strongest first
  std::vector<ProfileField> fields;            ///< in the order of identity.yaml
};

/// One person, by profile id (a merged one leads to the living one), by "kind:value", or by a value
/// of any kind. Error R0502 if there is none.
[[nodiscard]] Result<Profile> find_profile(warehouse::Session& session,
                                           const model::Project& project, std::string_view wanted);

}  // namespace rondo::identity
