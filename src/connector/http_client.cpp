#include "connector/http_client.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/async.h"
#include "base/check.h"

namespace rondo::connector {
namespace {

Error stop_error(ErrorKind kind, std::string code, std::string message, std::string hint = {}) {
  return {kind, std::move(code), std::move(message), std::move(hint)};
}

// What an answer says of the other side's health; see guard/breaker.h.
std::optional<ErrorKind> health_of_answer(FailureClass failure, const Answer& answer) {
  switch (failure) {
    case FailureClass::auth: return ErrorKind::denied;
    case FailureClass::throttle: return ErrorKind::throttled;
    case FailureClass::retry:
    case FailureClass::unknown:
      if (answer.status == 0 || answer.status >= 500) return ErrorKind::transient;
      return std::nullopt;
    case FailureClass::split:
    case FailureClass::poison:
    case FailureClass::fatal: return std::nullopt;
  }
  __builtin_unreachable();
}

bool repeatable(Idempotent how) { return how == Idempotent::natural || how == Idempotent::keyed; }

}  // namespace

std::optional<ErrorKind> health_kind(const std::optional<FailureClass>& failure,
                                     const Answer& answer) {
  return failure ? health_of_answer(*failure, answer) : std::nullopt;
}

HttpClient::HttpClient(world::World world, Connector connector, Surroundings around,
                       ClientOptions options)
    : world_(world),
      connector_(std::move(connector)),
      around_(std::move(around)),
      options_(options),
      pace_(connector_.limits) {}

std::int64_t HttpClient::price_micros(std::string_view operation) const {
  const Operation* known = connector_.operation(operation);
  return known == nullptr ? 0 : price_of(connector_, *known);
}

std::string HttpClient::file_path(std::string_view object) const {
  if (!connector_.file) return {};
  const Json name(object);
  Scope scope;
  scope.add("settings", around_.settings).add("object", name);
  return connector_.file->path.fill(scope);
}

Task<RunOutcome> HttpClient::run(std::string operation, std::string object, std::vector<Row> rows,
                                 std::set<std::string> timestamps, Observer& observer) {
  const Operation* known = connector_.operation(operation);
  PROMISE(known != nullptr && known->kind != OperationKind::lookup);
  Run run{*known, around_, std::move(rows), {}, observer};
  run.around.object = std::move(object);
  for (std::size_t i = 0; i < run.rows.size(); ++i) {
    run.fields.push_back(encode_fields(connector_.encoding, run.rows[i].fields, timestamps));
    run.outcome.results.push_back({.row = i});
  }
  run.settled.resize(run.rows.size());
  const std::vector<Wave> waves = plan_waves(*known, run.rows, run.fields);
  for (const Wave& wave : waves) {
    std::vector<Task<void>> tasks;
    for (const auto& batch : wave.batches) tasks.push_back(deliver(run, Attempt{batch}));
    co_await all_of(std::move(tasks), options_.in_flight_max);
  }
  PROMISE(std::ranges::all_of(run.settled, std::identity{}));
  co_return std::move(run.outcome);
}

Request HttpClient::request_of(const Run& run, const Attempt& attempt) const {
  Request request{&connector_, &run.operation, &run.around};
  for (const std::size_t row : attempt.rows) {
    request.rows.push_back(&run.rows[row]);
    request.fields.push_back(run.fields[row]);
  }
  request.id = attempt.id.empty() ? request_id(run.operation, request.rows) : attempt.id;
  return request;
}

Task<Answer> HttpClient::exchange(world::HttpRequest request, std::string id) {
  request.timeout = options_.timeout;
  if (connector_.webhook_secret) {
    Scope scope;
    scope.add("settings", around_.settings).add("secret", around_.secret);
    const std::string secret = connector_.webhook_secret->fill(scope);
    if (!secret.empty()) sign_standard_webhook(request, secret, id, world_.clock.now());
  }
  const std::string path = path_of_url(request.url);
  const Result<world::HttpResponse> response = co_await world_.network.send(std::move(request));
  Answer answer = read_answer(response);
  pace_.observe(path, answer.header, world_.clock.monotonic());
  co_return answer;
}

Task<void> HttpClient::deliver(Run& run, Attempt attempt) {
  while (true) {
    const Request request = request_of(run, attempt);
    attempt.id = request.id;
    world::HttpRequest built = build(request);
    const bool may_send = co_await wait_for_place(run, attempt, path_of_url(built.url));
    if (!may_send || !announce(run, attempt)) co_return;
    const Answer answer = co_await exchange(std::move(built), request.id);
    Verdict verdict = judge(request, answer);
    pace_.ended(health_kind(verdict.failure, answer), world_.clock.monotonic());
    Duration wait{0};
    const Next next = verdict.failure ? take_failure(run, attempt, verdict, answer, wait)
                                      : take_results(run, attempt, verdict, wait);
    if (next == Next::done) co_return;
    if (next == Next::halve) {
      co_await deliver_halves(run, std::move(attempt));
      co_return;
    }
    co_await world_.clock.sleep(wait);
  }
}

Task<void> HttpClient::deliver_halves(Run& run, Attempt attempt) {
  const auto middle = attempt.rows.begin() + static_cast<std::ptrdiff_t>(attempt.rows.size() / 2);
  Attempt first = attempt;
  Attempt second = attempt;
  first.id.clear();
  second.id.clear();
  first.rows.assign(attempt.rows.begin(), middle);
  second.rows.assign(middle, attempt.rows.end());
  co_await deliver(run, std::move(first));
  co_await deliver(run, std::move(second));
}

Error HttpClient::held_back() const {
  if (pace_.is_open()) {
    return stop_error(ErrorKind::transient, "R0408",
                      fmt::format("{} failed too often in a row", connector_.name));
  }
  return stop_error(ErrorKind::throttled, "R0409",
                    fmt::format("{} lets nothing through for now", connector_.name));
}

Task<bool> HttpClient::wait_for_place(Run& run, Attempt& attempt, std::string path) {
  while (!run.outcome.stopped) {
    const Duration wait = pace_.take_place(path, world_.clock.monotonic());
    if (wait == Duration::zero()) co_return true;
    attempt.throttled += wait;
    // The other side being down must not hold up the syncs that come after this one.
    if (attempt.throttled > (pace_.is_open() ? options_.rest_max : options_.throttled_max)) {
      stop(run, held_back());
      break;
    }
    co_await world_.clock.sleep(wait);
  }
  leave_unsent(run, attempt);
  co_return false;
}

bool HttpClient::announce(Run& run, Attempt& attempt) {
  if (attempt.announced) return true;
  const Result<void> heard = run.observer.sending(attempt.rows, attempt.id);
  if (heard) {
    attempt.announced = true;
    return true;
  }
  stop(run, heard.error());
  leave_unsent(run, attempt);
  return false;
}

HttpClient::Next HttpClient::take_results(Run& run, Attempt& attempt, Verdict& verdict,
                                          Duration& wait) {
  // What the answer forgot can be asked again where asking changes nothing.
  const bool ask_again = run.operation.idempotent == Idempotent::natural;
  for (const RowResult& result : verdict.results) {
    if (ask_again && result.code == "unmatched") verdict.again.push_back(result.row);
  }
  const auto patience = wait_after(
      stop_error(ErrorKind::transient, "R0407", "rows without a result"), attempt.made + 1);
  if (!patience) verdict.again.clear();
  std::ranges::sort(verdict.again);
  std::vector<RowResult> known;
  std::vector<std::size_t> again;
  for (RowResult& result : verdict.results) {
    const std::size_t row = attempt.rows[result.row];
    if (std::ranges::binary_search(verdict.again, result.row)) {
      again.push_back(row);
    } else {
      result.row = row;
      known.push_back(std::move(result));
    }
  }
  settle(run, std::move(known));
  if (again.empty()) return Next::done;
  ++attempt.made;
  attempt.rows = std::move(again);
  attempt.id.clear();  // other rows: another request
  wait = *patience;
  return Next::again;
}

HttpClient::Next HttpClient::take_failure(Run& run, Attempt& attempt, const Verdict& verdict,
                                          const Answer& answer, Duration& wait) {
  const bool unseen =
      answer.status == 0 ? !answer.nothing_sent : answer.status >= 500 || answer.status < 400;
  attempt.lost = attempt.lost || unseen;
  switch (*verdict.failure) {
    case FailureClass::auth:
      stop(run, stop_error(ErrorKind::denied, "R0405",
                           fmt::format("{} refused the credentials", connector_.name)));
      break;
    case FailureClass::fatal:
      stop(run, stop_error(ErrorKind::permanent, "R0406",
                           fmt::format("{} accepts nothing ({}): {}", connector_.name, verdict.code,
                                       verdict.reason)));
      break;
    case FailureClass::throttle: {
      Error busy = stop_error(ErrorKind::throttled, "R0409", "throttled");
      wait = verdict.wait.value_or(wait_after(busy, 1).value_or(std::chrono::seconds{1}));
      wait = std::max<Duration>(wait, std::chrono::milliseconds{10});
      attempt.throttled += wait;
      pace_.pause(world_.clock.monotonic(), wait);
      if (attempt.throttled <= options_.throttled_max) return Next::again;
      stop(run, stop_error(ErrorKind::throttled, "R0409",
                           fmt::format("{} lets nothing through for now", connector_.name)));
      break;
    }
    case FailureClass::split:
      if (attempt.rows.size() > 1) return Next::halve;
      [[fallthrough]];
    case FailureClass::poison:
      settle_all(run, attempt, RowState::rejected, verdict.code, verdict.reason);
      return Next::done;
    case FailureClass::retry:
    case FailureClass::unknown:
      if (unseen && !repeatable(run.operation.idempotent)) {
        settle_all(run, attempt, RowState::unknown, verdict.code, verdict.reason);
        return Next::done;
      }
      return try_again(run, attempt, verdict, wait);
  }
  leave_unsent(run, attempt);
  return Next::done;
}

HttpClient::Next HttpClient::try_again(Run& run, Attempt& attempt, const Verdict& verdict,
                                       Duration& wait) {
  ++attempt.made;
  const auto patience =
      wait_after(stop_error(ErrorKind::transient, "R0407", verdict.reason), attempt.made);
  if (patience) {
    wait = *patience;
    return Next::again;
  }
  if (attempt.lost) {
    settle_all(run, attempt, RowState::unknown, verdict.code, verdict.reason);
    return Next::done;
  }
  stop(run, stop_error(ErrorKind::transient, "R0407",
                       fmt::format("{} cannot be reached: {}", connector_.name, verdict.reason)));
  leave_unsent(run, attempt);
  return Next::done;
}

std::optional<Duration> HttpClient::wait_after(const Error& error, std::uint32_t made) {
  const auto decision = guard::after_failure(options_.retry, error, made, world_.random.unit());
  if (decision.move != guard::NextMove::try_again) return std::nullopt;
  return std::chrono::duration_cast<Duration>(decision.wait);
}

void HttpClient::stop(Run& run, Error why) {
  if (!run.outcome.stopped) run.outcome.stopped = std::move(why);
}

void HttpClient::settle(Run& run, std::vector<RowResult> results) {
  if (results.empty()) return;
  for (const RowResult& result : results) {
    PROMISE(!run.settled[result.row]);
    run.settled[result.row] = true;
    run.outcome.results[result.row] = result;
  }
  if (const Result<void> heard = run.observer.settled(results); !heard) stop(run, heard.error());
}

void HttpClient::settle_all(Run& run, const Attempt& attempt, RowState state, std::string code,
                            std::string reason) {
  std::vector<RowResult> results;
  for (const std::size_t row : attempt.rows) {
    results.push_back({row, state, code, reason, "", false, attempt.id});
  }
  settle(run, std::move(results));
}

void HttpClient::leave_unsent(Run& run, const Attempt& attempt) {
  PROMISE(run.outcome.stopped.has_value());
  const std::string reason = "the run stopped: " + run.outcome.stopped->message;
  if (attempt.lost) {
    settle_all(run, attempt, RowState::unknown, "no_answer", reason);
  } else {
    settle_all(run, attempt, RowState::rejected, "not_sent", reason);
  }
}

}  // namespace rondo::connector
