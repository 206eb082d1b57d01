#include "collect/collector.h"

#include <algorithm>
#include <utility>

#include <fmt/core.h>

#include "base/text.h"
#include "collect/answers.h"
#include "collect/event_time.h"
#include "collect/inflate.h"
#include "collect/record.h"
#include "log/reader.h"

namespace rondo::collect {

using world::HttpRequest;
using world::HttpResponse;

/// A request whose events were judged and remembered, ready for the log.
struct Collector::Taken {
  log::Batch batch;
  std::string source;
  Counters counts;
  std::optional<Problem> refused{};  ///< why its first rejected event was not taken
};

/// One event on its way: its record holds views into the request.
struct Collector::Judged {
  LogRecord record;
  std::string made_id;
  Verdict verdict;
};

namespace {

/// One more request waits for the disk as long as this lives.
class Waiting {
 public:
  explicit Waiting(std::size_t& count) : count_(&count) { ++*count_; }
  ~Waiting() { --*count_; }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

 private:
  std::size_t* count_;
};

bool is_packed(const HttpRequest& request) {
  const auto encoding = request.headers.get("Content-Encoding").value_or("");
  return iequals(encoding, "gzip") || iequals(encoding, "deflate") || iequals(encoding, "x-gzip");
}

tl::unexpected<Error> too_much(std::string_view what, std::size_t bytes_max) {
  return fail(ErrorKind::rejected, "R0312", fmt::format("{} more than {} bytes", what, bytes_max));
}

}  // namespace

Collector::Collector(world::World world, log::Appender& log, const model::Project& project,
                     CollectorOptions options)
    : world_(world),
      log_(log),
      options_(options),
      recent_(world.random.next(), options.recent_ids_max) {
  for (const auto& source : project.sources) {
    if (source.type != "tracking") continue;
    sources_.push_back(std::make_unique<SourceRules>(project, source));
    counters_.sources[source.name];  // shown from the start, with zeros
    for (const auto& key : source.write_keys) {
      if (!key.empty()) by_key_[key] = sources_.back().get();
    }
  }
}

Result<std::size_t> Collector::remember(const std::string& log_directory, log::Offset durable_end) {
  TRY_ASSIGN(const auto segments, log::list_segments(world_.disk, log_directory));
  if (segments.empty()) return recent_.size();
  // From the start of a segment: only there a record is known to begin.
  const log::Offset wanted =
      durable_end > options_.remember_bytes ? durable_end - options_.remember_bytes : 0;
  log::Offset from = segments.front().first;
  for (const auto& segment : segments) {
    if (segment.first <= wanted) from = segment.first;
  }
  TRY_ASSIGN(auto reader, log::Reader::open(world_.disk, log_directory, from, durable_end));
  while (true) {
    TRY_ASSIGN(const auto found, reader.next());
    if (!found) return recent_.size();
    TRY_ASSIGN(const LogRecord record, decode(found->payload));
    recent_.insert(record.event_id);
  }
}

world::HttpHandler Collector::handler() {
  return [this](HttpRequest request) { return handle(std::move(request)); };
}

Task<HttpResponse> Collector::handle(HttpRequest request) {
  HttpResponse response;
  if (request.method == "POST") {
    response = co_await take_events(std::move(request));
  } else {
    response = answer_at_once(request);
  }
  allow_any_origin(response);
  ++counters_.answers[response.status];
  co_return response;
}

HttpResponse Collector::answer_at_once(const HttpRequest& request) {
  if (request.method == "OPTIONS") return preflight_answer(request);
  const Error unknown_path{ErrorKind::rejected, "R0315", "there is nothing at this path"};
  if (request.method != "GET" && request.method != "HEAD") {
    return error_answer({ErrorKind::rejected, "R0317", "this method is not known here"});
  }
  if (path_of(request.url) == "/health") {
    if (const auto ready = log_.ready_for(0); !ready) return error_answer(ready.error());
    return json_answer(200, R"({"status":"ok"})");
  }
  const auto key = settings_key(request.url);
  if (!key) return error_answer(unknown_path);
  if (!by_key_.contains(*key)) {
    return error_answer({ErrorKind::denied, "R0311", "no source has this write key"});
  }
  return settings_answer(*key, request);
}

Task<HttpResponse> Collector::take_events(HttpRequest request) {
  if (is_overloaded()) {
    co_return error_answer({ErrorKind::throttled, "R0316", "too many requests wait already"});
  }
  auto taken = take(request);
  if (!taken) co_return error_answer(taken.error());
  const Waiting waiting(waiting_);
  // Also with nothing to write: a resend is acknowledged only when what it repeats is safe.
  const auto appended = co_await log_.append(taken->batch);
  if (!appended) co_return error_answer(appended.error());
  count(taken->source, taken->counts);
  const auto& counts = taken->counts;
  if (taken->refused && counts.accepted + counts.quarantined + counts.duplicate == 0) {
    co_return error_answer({ErrorKind::rejected, taken->refused->code, taken->refused->reason});
  }
  co_return success_answer();
}

Result<Collector::Taken> Collector::take(HttpRequest& request) {
  const auto route = route_of(request.url);
  if (!route) return fail(ErrorKind::rejected, "R0315", "there is nothing at this path");
  if (request.body.size() > body_bytes_max) return too_much("the body has", body_bytes_max);
  TRY(log_.ready_for(0));
  if (is_packed(request)) {
    TRY_ASSIGN(request.body, inflate(request.body));
  }
  TRY_ASSIGN(const RawRequest raw, parser_.parse(request.body, *route));
  TRY_ASSIGN(const SourceRules* rules, source_of(request, raw.write_key));
  TRY_ASSIGN(auto judged, judge_all(request, raw, *rules));
  std::size_t bytes = 0;
  for (const auto& one : judged) bytes += log::frame_header_bytes + encoded_bytes(one.record);
  if (bytes > request_log_bytes_max) {
    return too_much("with its context the batch has", request_log_bytes_max);
  }
  // Before any id is remembered: what is refused now must not look like a resend later.
  TRY(log_.ready_for(bytes));
  Taken taken = write_all(std::move(judged), *rules);
  taken.counts.repaired = raw.repaired ? 1 : 0;
  return taken;
}

Result<SourceRules*> Collector::source_of(const HttpRequest& request, std::string_view body_key) {
  for (const auto& key : key_candidates(request, body_key)) {
    if (const auto found = by_key_.find(key); found != by_key_.end()) return found->second;
  }
  return fail(ErrorKind::denied, "R0311", "no source has this write key",
              "send it as the user of Basic authentication, as `writeKey` in the body, or as the "
              "header X-Write-Key");
}

Result<std::vector<Collector::Judged>> Collector::judge_all(const HttpRequest& request,
                                                            const RawRequest& raw,
                                                            const SourceRules& rules) {
  const Time now = world_.clock.now();
  const bool gpc = request.headers.get("Sec-GPC").value_or("") == "1";
  const auto sent_at =
      raw.sent_at.empty() ? request.headers.get("SentAt").value_or("") : raw.sent_at;
  std::vector<Judged> all;
  all.reserve(raw.events.size());
  for (std::size_t i = 0; i < raw.events.size(); ++i) {
    const RawEvent& event = raw.events[i];
    Judged& one = all.emplace_back();
    one.verdict = judge(event, rules);
    const auto happened = occurred_at(event, sent_at, now);
    if (!happened && one.verdict.ruling == Ruling::accept) {
      one.verdict.ruling = Ruling::quarantine;
      one.verdict.problem = {happened.error().code, happened.error().message};
    }
    if (event.message_id.empty()) one.made_id = made_message_id(event.text, i);
    one.record = {.received_at = now,
                  .occurred_at = happened ? *happened : now,
                  .type = event.type,
                  .gpc = gpc,
                  .source = rules.source().name,
                  .message_id = event.message_id,
                  .batch_context = raw.context,
                  .event = event.text};
    if (one.record.message_id.empty()) one.record.message_id = one.made_id;
    one.record.event_id = event_id_of(one.record.source, one.record.message_id);
    one.record.contract = one.verdict.contract;
    one.record.reason_code = one.verdict.problem.code;
    one.record.reason = one.verdict.problem.reason;
  }
  return all;
}

Collector::Taken Collector::write_all(std::vector<Judged> all, const SourceRules& rules) {
  Taken taken{.source = rules.source().name};
  for (const Judged& one : all) {
    if (one.verdict.ruling == Ruling::reject) {
      ++taken.counts.rejected;
      if (!taken.refused) taken.refused = one.verdict.problem;
    } else if (options_.deduplicate && !recent_.insert(one.record.event_id)) {
      ++taken.counts.duplicate;
    } else {
      encode(one.record, taken.batch.bytes());
      taken.batch.close();
      ++(one.record.is_quarantined() ? taken.counts.quarantined : taken.counts.accepted);
    }
  }
  return taken;
}

void Collector::count(const std::string& source, const Counters& counts) {
  Counters& total = counters_.sources[source];
  total.accepted += counts.accepted;
  total.duplicate += counts.duplicate;
  total.quarantined += counts.quarantined;
  total.rejected += counts.rejected;
  total.repaired += counts.repaired;
}

}  // namespace rondo::collect
