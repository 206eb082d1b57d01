// Any bytes as the body of a request: batch and single event, packed or not, and as a record of the
// log. What the parser says is JSON must be JSON for the plain parser too; what it takes must
// survive the log.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "base/json.h"
#include "collect/inflate.h"
#include "collect/record.h"
#include "collect/request_parser.h"

namespace rondo::collect {
namespace {

void check_event(const RawEvent& event) {
  PROMISE(event.type || event.problem);
  if (event.problem) return;
  PROMISE(Json::parse(event.text).has_value());
  for (const auto part : {event.properties, event.traits, event.context}) {
    PROMISE(part.empty() || Json::parse(part).has_value());
  }
  LogRecord record{
      .type = event.type, .source = "web", .message_id = event.message_id, .event = event.text};
  std::string bytes;
  encode(record, bytes);
  const auto decoded = decode(bytes);
  PROMISE(decoded.has_value() && decoded->event == event.text &&
          decoded->message_id == event.message_id);
  RequestParser again;
  std::string text(decoded->event);
  const auto reread = again.parse_event(text, decoded->type);
  PROMISE(reread.has_value() && reread->name == event.name && reread->user_id == event.user_id);
}

void parse_body(std::string body, const Route& route) {
  static RequestParser parser;
  const auto request = parser.parse(body, route);
  if (!request) return;
  for (const auto& event : request->events) check_event(event);
}

}  // namespace
}  // namespace rondo::collect

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rondo::collect;
  const std::string body(reinterpret_cast<const char*>(data), size);
  parse_body(body, Route{.is_batch = true});
  parse_body(body, Route{.type = rondo::model::EventType::track});
  if (auto unpacked = inflate(body, 1U << 20)) parse_body(std::move(*unpacked), {.is_batch = true});
  (void)decode(body).has_value();
  return 0;
}
