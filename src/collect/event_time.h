#pragma once

#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "collect/request_parser.h"

namespace rondo::collect {

/// Clocks that differ by less are taken as equal: the difference is the way and the queue, and a
/// time that the sender gave on purpose stays exactly what it was.
constexpr Duration clock_tolerance = std::chrono::seconds{10};

/// When an event happened by our clock: its own time, corrected by how far the sender's clock was
/// off when it sent (received_at - sent_at); received_at if it says none. An unreadable `sent_at`
/// corrects nothing; an unreadable time of the event itself is error R0320, `rejected`.
[[nodiscard]] Result<Time> occurred_at(const RawEvent& event, std::string_view batch_sent_at,
                                       Time received_at);

}  // namespace rondo::collect
