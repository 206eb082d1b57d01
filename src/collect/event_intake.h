#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "collect/record.h"
#include "collect/request_parser.h"
#include "log/frame.h"
#include "model/identity.h"
#include "warehouse/warehouse.h"

namespace rondo::collect {

/// How many rows of each kind a step took in.
struct Intake {
  std::int64_t events = 0;       ///< new rows of raw.events
  std::int64_t quarantined = 0;  ///< new rows of rondo.quarantine
};

/// The strongest identifier that an event carries, normalised: the first rule, in the order of
/// identity.yaml, with a usable value among the event's own ids (user_id, anonymous_id, group_id)
/// and, for any other type, its traits, `context.traits` and properties. Empty if none.
[[nodiscard]] model::Identifier strongest_identifier(const RawEvent& event,
                                                     const model::IdentityRules& rules);

/// The context an event is stored with: its own over the batch's, member by member, and "gpc": true
/// if the request said `Sec-GPC: 1`. JSON text, or empty.
[[nodiscard]] std::string merged_context(const LogRecord& record, std::string_view own_context);

/// The payload under which a record waits in quarantine: all that `release` needs.
[[nodiscard]] std::string quarantine_payload(const LogRecord& record, log::Offset offset);

/// Gathers records of the log as rows and stores them at once. One batch, one object.
class EventIntake {
 public:
  explicit EventIntake(const model::IdentityRules& identity);

  /// The record's bytes are copied. Error R0320 if an event that is not in quarantine is no JSON
  /// object.
  Result<void> add(const LogRecord& record, log::Offset offset);
  [[nodiscard]] std::int64_t rows() const;

  /// Inserts what is not there yet, by event id and quarantine id; inside the caller's transaction.
  Result<Intake> store(warehouse::Session& session) &&;

 private:
  void add_to_quarantine(const LogRecord& record, log::Offset offset);

  const model::IdentityRules& identity_;
  RequestParser parser_;
  std::string text_;
  warehouse::BatchBuilder events_;
  warehouse::BatchBuilder quarantine_;
};

}  // namespace rondo::collect
