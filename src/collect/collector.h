#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "collect/counters.h"
#include "collect/judge.h"
#include "collect/recent_ids.h"
#include "collect/request_parser.h"
#include "log/log.h"
#include "model/project.h"
#include "world/world.h"

namespace rondo::collect {

struct CollectorOptions {
  std::size_t requests_waiting_max = 4096;    ///< for the disk; above: 429
  std::size_t recent_ids_max = 1U << 20;      ///< youngest event ids remembered, at least
  std::uint64_t remember_bytes = 512U << 20;  ///< of the log, read at start to know them again
  bool deduplicate = true;                    ///< false only in the test that shows what it is for
};

/// The limit of a body as it comes over the wire; the server is given the same.
constexpr std::size_t body_bytes_max = 4U << 20;
/// What one request may take in the log: its events, each with the batch's context.
constexpr std::size_t request_log_bytes_max = 16U << 20;

/// The Segment-compatible HTTP API in front of the log. A 200 is sent only when every event of the
/// request is in the log and synced, now or by an earlier request (a resend); so a client that
/// repeats until 200 loses nothing and doubles nothing. One loop, one thread; the log and the
/// project must outlive it.
///
/// A body is taken or refused as one: 400 malformed, 401 no known key, 413 too large, 429 busy, 503
/// log dead. Inside a taken body each event is judged alone; what breaks its contract is
/// acknowledged too, into quarantine.
class Collector {
 public:
  Collector(world::World world, log::Appender& log, const model::Project& project,
            CollectorOptions options = {});

  /// Reads the last part of the log, so that resends across a restart are noticed. Answers how many
  /// ids it knows.
  Result<std::size_t> remember(const std::string& log_directory, log::Offset durable_end);

  Task<world::HttpResponse> handle(world::HttpRequest request);
  /// The same as a function; this object must outlive it.
  [[nodiscard]] world::HttpHandler handler();

  [[nodiscard]] const CollectorCounters& counters() const { return counters_; }
  [[nodiscard]] bool is_overloaded() const { return waiting_ >= options_.requests_waiting_max; }

 private:
  struct Taken;
  struct Judged;

  Task<world::HttpResponse> take_events(world::HttpRequest request);
  world::HttpResponse answer_at_once(const world::HttpRequest& request);
  Result<Taken> take(world::HttpRequest& request);
  Result<SourceRules*> source_of(const world::HttpRequest& request, std::string_view body_key);
  Result<std::vector<Judged>> judge_all(const world::HttpRequest& request, const RawRequest& raw,
                                        const SourceRules& rules);
  Taken write_all(std::vector<Judged> all, const SourceRules& rules);
  void count(const std::string& source, const Counters& counts);

  world::World world_;
  log::Appender& log_;
  CollectorOptions options_;
  std::vector<std::unique_ptr<SourceRules>> sources_;
  std::map<std::string, SourceRules*, std::less<>> by_key_;
  RequestParser parser_;
  RecentIds recent_;
  CollectorCounters counters_;
  std::size_t waiting_ = 0;
};

}  // namespace rondo::collect
