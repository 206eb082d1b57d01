#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace rondo::collect {

/// What became of the events of one source since the program started. All but `rejected` were
/// acknowledged.
struct Counters {
  std::uint64_t accepted = 0;     ///< in the log, for raw.events
  std::uint64_t duplicate = 0;    ///< seen before; nothing new was written
  std::uint64_t quarantined = 0;  ///< in the log, for rondo.quarantine
  std::uint64_t rejected = 0;     ///< not taken, as the source says of unknown events
  std::uint64_t repaired = 0;     ///< requests in which characters were replaced
};

/// The whole collector.
struct CollectorCounters {
  std::map<std::string, Counters> sources;
  std::map<int, std::uint64_t> answers;  ///< by HTTP status
};

/// Text exposition format 0.0.4 of Prometheus.
[[nodiscard]] std::string prometheus_text(const CollectorCounters& counters);

}  // namespace rondo::collect
