#include "collect/event_time.h"

namespace rondo::collect {

Result<Time> occurred_at(const RawEvent& event, std::string_view batch_sent_at, Time received_at) {
  const auto own = event.original_timestamp.empty() ? event.timestamp : event.original_timestamp;
  if (own.empty()) return received_at;
  const auto happened = parse_time(own);
  if (!happened) {
    return fail(ErrorKind::rejected, "R0320", "the time of the event is not an RFC 3339 time");
  }
  const auto sent = parse_time(event.sent_at.empty() ? batch_sent_at : event.sent_at);
  if (!sent) return *happened;
  const Duration off = received_at - *sent;
  if (off < clock_tolerance && off > -clock_tolerance) return *happened;
  return *happened + off;
}

}  // namespace rondo::collect
