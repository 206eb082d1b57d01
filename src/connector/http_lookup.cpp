#include <algorithm>

#include <fmt/format.h>

#include "base/check.h"
#include "connector/http_client.h"

namespace rondo::connector {
namespace {

using State = LookupResult::State;

/// What ends the questions of a provider altogether.
Error stop_of(FailureClass failure, const std::string& name, const LookupResult& said) {
  if (failure == FailureClass::auth) {
    return {ErrorKind::denied, "R0405", fmt::format("{} refused the credentials", name)};
  }
  if (failure == FailureClass::throttle) {
    return {ErrorKind::throttled, "R0409", fmt::format("{} lets nothing through for now", name)};
  }
  if (failure == FailureClass::retry) {
    return {ErrorKind::transient, "R0407",
            fmt::format("{} cannot be reached: {}", name, said.reason)};
  }
  return {ErrorKind::permanent, "R0406",
          fmt::format("{} answers nothing ({}): {}", name, said.code, said.reason)};
}

}  // namespace

Task<LookupResult> HttpClient::lookup(std::string operation, Json input) {
  const Operation* known = connector_.operation(operation);
  PROMISE(known != nullptr && known->lookup.has_value());
  std::uint32_t made = 0;
  Duration throttled{0};
  while (true) {
    world::HttpRequest request = build_lookup(connector_, *known, around_, input);
    const std::string path = path_of_url(request.url);
    Duration wait = pace_.take_place(path, world_.clock.monotonic());
    const Duration patience_max = pace_.is_open() ? options_.rest_max : options_.throttled_max;
    LookupVerdict verdict;
    verdict.failure = FailureClass::throttle;
    if (wait == Duration::zero()) {
      const Answer answer = co_await exchange(std::move(request), "");
      verdict = judge_lookup(connector_, *known, input, answer);
      pace_.ended(health_kind(verdict.failure, answer), world_.clock.monotonic());
      if (!verdict.failure) co_return std::move(verdict.result);
      // A repeated question may be charged twice: only what never left is asked again.
      if (*verdict.failure == FailureClass::retry && !answer.nothing_sent &&
          known->idempotent != Idempotent::natural) {
        verdict.failure = FailureClass::unknown;
      }
    }
    LookupResult& said = verdict.result;
    std::optional<Duration> patience;
    switch (*verdict.failure) {
      case FailureClass::split:
      case FailureClass::poison: said.state = State::rejected; co_return std::move(said);
      case FailureClass::unknown:
        said.state = State::unknown;
        said.cost_micros = price_of(connector_, *known);
        co_return std::move(said);
      case FailureClass::throttle:
        patience = wait > Duration::zero() ? wait : verdict.wait.value_or(std::chrono::seconds{1});
        throttled += *patience;
        if (throttled > patience_max) patience.reset();
        break;
      case FailureClass::retry:
        patience = wait_after({ErrorKind::transient, "R0407", "not reached"}, ++made);
        break;
      case FailureClass::auth:
      case FailureClass::fatal: break;
    }
    if (!patience) {
      said.state = State::rejected;
      said.stopped = stop_of(*verdict.failure, connector_.name, said);
      co_return std::move(said);
    }
    co_await world_.clock.sleep(*patience);
  }
}

}  // namespace rondo::connector
