#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/time.h"

namespace rondo::model {

/// The seven calls of the Segment specification.
enum class EventType { track, identify, page, screen, group, alias };

[[nodiscard]] std::string_view name_of(EventType type);

/// One immutable fact sent by a source, as it was accepted. Empty text means "not given".
struct Event {
  std::string event_id;    ///< 32 hex digits: content hash of source and message_id, so a resend is
                           ///< the same event
  std::string source;      ///< name of the declared source
  std::string message_id;  ///< the sender's own id
  EventType type = EventType::track;
  std::string name;  ///< of a track, page or screen call
  std::string user_id;
  std::string anonymous_id;
  std::string group_id;
  std::string previous_id;  ///< alias only
  Time occurred_at{};       ///< the sender's clock, corrected by sent_at against received_at
  Time received_at{};
  Json properties;  ///< track, page, screen; an object or null
  Json traits;      ///< identify, group; an object or null
  Json context;     ///< an object or null
};

}  // namespace rondo::model
