#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/hash.h"
#include "base/result.h"
#include "base/time.h"
#include "model/event.h"

namespace rondo::collect {

/// One accepted event as the log keeps it: what the collector found out, and the event's own text
/// untouched. RECORD.md says every byte. Views belong to whoever made them.
struct LogRecord {
  Hash128 event_id{};
  Time received_at{};
  Time occurred_at{};
  std::optional<model::EventType> type{};  ///< none: the event did not say, it is in quarantine
  bool gpc = false;                        ///< it came with `Sec-GPC: 1`
  std::string_view source{};
  std::string_view message_id{};
  std::string_view contract{};     ///< that it was checked against; empty: none
  std::string_view reason_code{};  ///< set: goes to quarantine
  std::string_view reason{};
  std::string_view batch_context{};  ///< JSON object that the event inherits, or empty
  std::string_view event{};          ///< JSON

  [[nodiscard]] bool is_quarantined() const { return !reason_code.empty(); }
};

/// Appends the bytes of `record`. Texts beyond 65,535 bytes (only `reason` may come near) are cut.
void encode(const LogRecord& record, std::string& into);
/// How many bytes `encode` appends, at most.
[[nodiscard]] std::size_t encoded_bytes(const LogRecord& record);

/// Views into `bytes`. Error R0324: not a record of ours, or of a newer version.
[[nodiscard]] Result<LogRecord> decode(std::string_view bytes);

/// The id that names an event: content hash of source and message id, so a resend is the same
/// event.
[[nodiscard]] Hash128 event_id_of(std::string_view source, std::string_view message_id);

/// The id of an event whose sender gave none: from its content and its place in the request, so
/// that the same request sent again is the same event. Two requests with equal bytes are therefore
/// one.
[[nodiscard]] std::string made_message_id(std::string_view event, std::size_t index);

}  // namespace rondo::collect
