#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "collect/route.h"
#include "model/event.h"

namespace rondo::collect {

/// Why one record cannot be taken as it is.
struct Problem {
  std::string code;    ///< R0320 …
  std::string reason;  ///< for a person
};

/// One event as it came: views into the request's body, nothing copied. JSON values are kept as
/// their text.
struct RawEvent {
  std::string_view text;  ///< the whole event
  std::optional<model::EventType> type{};
  std::string_view message_id{};
  std::string_view name{};
  std::string_view user_id{};
  std::string_view anonymous_id{};
  std::string_view group_id{};
  std::string_view previous_id{};
  std::string_view timestamp{};           ///< the sender's clock
  std::string_view original_timestamp{};  ///< RudderStack's name for the same
  std::string_view sent_at{};
  std::string_view properties{};  ///< an object's text, or empty
  std::string_view traits{};
  std::string_view context{};
  std::optional<Problem> problem{};
};

struct RawRequest {
  std::vector<RawEvent> events;
  std::string_view write_key{};
  std::string_view sent_at{};
  std::string_view context{};  ///< of the batch: each event inherits it
  bool repaired = false;       ///< characters that are none were replaced by U+FFFD
};

// Limits of one event; beyond them it is set aside, its neighbours are not.
constexpr std::size_t event_bytes_max = 512U << 10;
constexpr std::size_t depth_max = 60;  ///< levels of objects and arrays inside an event
constexpr std::size_t id_bytes_max = 1024;
constexpr std::size_t batch_events_max = 20'000;

/// Reads request bodies. Keeps its buffers from call to call; one call at a time.
///
/// The JSON is validated whole before anything of it is believed, so a body is taken or refused as
/// one. What is only wrong inside one event (no type, an id that is an object, too deep, too large)
/// becomes that event's `problem`. Lone surrogates and malformed UTF-8, which some SDKs send for
/// cut emoji, are replaced by U+FFFD.
class RequestParser {
 public:
  RequestParser();
  ~RequestParser();
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  /// `body` must not change while the answer is used (it may grow here, for padding). Errors, all
  /// `rejected`: R0310 malformed JSON, with line and column; R0314 valid JSON of another shape.
  Result<RawRequest> parse(std::string& body, const Route& route);

  /// One event's own text, as the log keeps it; the type, if the path had said it.
  Result<RawEvent> parse_event(std::string& text, std::optional<model::EventType> type);

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace rondo::collect
