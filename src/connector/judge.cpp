#include <algorithm>
#include <charconv>
#include <cmath>
#include <unordered_map>

#include <fmt/format.h>

#include "base/check.h"
#include "base/text.h"
#include "connector/exchange.h"
#include "connector/functions.h"

namespace rondo::connector {
namespace {

/// The names that rules about a whole answer see. Lives as long as the scope it made.
struct AnswerScope {
  AnswerScope(const Answer& answer, std::size_t rows)
      : status(answer.status),
        transport(!answer.transport.empty()),
        row_count(static_cast<std::int64_t>(rows)) {
    scope.add("status", status).add("transport", transport).add("rows", row_count);
    scope.add("header", answer.header).add("body", answer.body);
  }
  AnswerScope(const AnswerScope&) = delete;
  AnswerScope& operator=(const AnswerScope&) = delete;

  Json status;
  Json transport;
  Json row_count;
  Scope scope;
};

std::string text_of(const std::optional<Expression>& expression, const Scope& scope) {
  return expression ? plain_text(expression->evaluate(scope)) : std::string();
}

std::optional<Duration> wait_of(const std::optional<Expression>& expression, const Scope& scope) {
  const std::string text = text_of(expression, scope);
  double seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (text.empty() || error != std::errc() || !(seconds >= 0)) return std::nullopt;
  constexpr double day = 86'400;
  return Duration{static_cast<Duration::rep>(std::min(seconds, day) * 1e6)};
}

/// The first error rule that holds; without one, what is safe to assume.
struct Failure {
  FailureClass is = FailureClass::unknown;
  std::string code{}, reason{};
  std::optional<Duration> wait{};
};

std::string default_reason(const Answer& answer) {
  if (!answer.transport.empty()) return answer.transport;
  return fmt::format("the answer was {}", answer.status);
}

Failure classify(const Connector& connector, const Answer& answer, std::size_t rows) {
  const AnswerScope around(answer, rows);
  const auto rule = std::ranges::find_if(
      connector.errors, [&](const ErrorRule& one) { return one.when.holds(around.scope); });
  Failure failure;
  if (rule != connector.errors.end()) {
    failure = {rule->is, text_of(rule->code, around.scope), text_of(rule->reason, around.scope),
               wait_of(rule->wait, around.scope)};
  }
  // Whatever the rules say of lost answers: what was never sent can be sent.
  if (answer.nothing_sent) failure.is = FailureClass::retry;
  if (failure.code.empty()) {
    failure.code = answer.status > 0 ? fmt::format("http_{}", answer.status) : "no_answer";
  }
  if (failure.reason.empty()) failure.reason = default_reason(answer);
  return failure;
}

using Index = std::unordered_map<std::string, std::size_t>;

/// Finds the row that an item of an answer speaks of.
class RowFinder {
 public:
  explicit RowFinder(const Request& request) : request_(request) {
    for (std::size_t i = 0; i < request.rows.size(); ++i) {
      const Row& row = *request.rows[i];
      by_seq_.emplace(row.seq, i);
      by_key_.emplace(row.key, i);
      if (!row.remote_id.empty()) by_remote_.emplace(row.remote_id, i);
    }
    const std::string canon =
        request.connector->canon(request.around->object, request.rows.front()->key_field);
    canon_ = canon.empty() ? nullptr : find_function(canon);
    key_field_ = Json(request.rows.front()->key_field);
  }

  [[nodiscard]] std::optional<std::size_t> find(const std::vector<MatchRule>& rules,
                                                const Json& item, std::size_t position) const {
    Scope scope;
    scope.add("key_field", key_field_).here(item);
    for (const MatchRule& rule : rules) {
      if (rule.by == MatchBy::index) {
        if (position < request_.rows.size()) return position;
        continue;
      }
      const Json value = rule.value->evaluate(scope);
      for (const Json& one : value.is_array() ? value.as_array() : Json::Array{value}) {
        if (const auto row = look_up(rule.by, one)) return row;
      }
    }
    return std::nullopt;
  }

 private:
  [[nodiscard]] std::optional<std::size_t> look_up(MatchBy by, const Json& value) const {
    if (value.is_null()) return std::nullopt;
    const Json canonical =
        by == MatchBy::key && canon_ != nullptr ? canon_->call(std::span(&value, 1)) : value;
    const Index& index = by == MatchBy::seq ? by_seq_ : by == MatchBy::key ? by_key_ : by_remote_;
    const auto found = index.find(plain_text(canonical));
    return found == index.end() ? std::nullopt : std::optional(found->second);
  }

  const Request& request_;
  Index by_seq_, by_key_, by_remote_;
  const Function* canon_ = nullptr;
  Json key_field_;
};

/// Which of our fields the destination holds otherwise; "" if none.
std::string differing_field(const Json& ours, const Json& theirs) {
  for (const auto& [name, value] : ours.as_object()) {
    if (!same_field(value, theirs[name])) return name;
  }
  return {};
}

void judge_ok(const Items& items, const Request& request, const RowFinder& finder,
              const Scope& answer_scope, Verdict& verdict) {
  const Json list = items.each.evaluate(answer_scope);
  std::size_t position = 0;
  for (const Json& item : list.as_array()) {
    const auto row = finder.find(items.match, item, position++);
    if (!row) continue;
    Scope scope;
    scope.here(item);
    RowResult& result = verdict.results[*row];
    result.remote_id = text_of(items.remote_id, scope);
    result.created = items.created && items.created->holds(scope);
    result.state = RowState::ok;
    result.code.clear();
    result.reason.clear();
    if (!items.compare) continue;
    const std::string name = differing_field(request.fields[*row], items.compare->evaluate(scope));
    if (name.empty()) continue;
    result.state = RowState::unknown;
    result.code = "read_back_differs";
    result.reason = fmt::format("read back, the field {} is not what was sent", name);
  }
}

void judge_failed(const Items& items, const RowFinder& finder, const Scope& answer_scope,
                  Verdict& verdict) {
  const Json list = items.each.evaluate(answer_scope);
  std::size_t position = 0;
  for (const Json& item : list.as_array()) {
    const auto row = finder.find(items.match, item, position++);
    // Success and failure of one row in one answer: whom to believe is not ours to guess.
    if (!row) continue;
    Scope scope;
    scope.here(item);
    RowResult& result = verdict.results[*row];
    const bool contradicts = result.state == RowState::ok;
    result.state = contradicts ? RowState::unknown : RowState::rejected;
    result.code = contradicts ? "contradiction" : text_of(items.code, scope);
    result.reason = text_of(items.reason, scope);
    if (result.code.empty()) result.code = "rejected";
    if (!contradicts && items.retry && items.retry->holds(scope)) verdict.again.push_back(*row);
  }
}

RowResult unproved(const Request& request, std::size_t row) {
  RowResult result{row};
  const bool verify = request.operation->kind == OperationKind::verify;
  result.code = verify ? "read_back_missing" : "unmatched";
  result.reason = verify ? "read back, the destination does not have it"
                         : "the answer does not say what became of this record";
  return result;
}

}  // namespace

Answer read_answer(const Result<world::HttpResponse>& response) {
  Answer answer;
  if (!response) {
    answer.transport = response.error().message;
    answer.nothing_sent = response.error().kind == ErrorKind::transient;
    return answer;
  }
  answer.status = response->status;
  for (const auto& [name, value] : response->headers.all()) answer.header.set(lower(name), value);
  if (auto body = Json::parse(response->body)) answer.body = std::move(*body);
  return answer;
}

Verdict judge(const Request& request, const Answer& answer) {
  PROMISE(!request.rows.empty() && request.fields.size() == request.rows.size());
  const AnswerScope around(answer, request.rows.size());
  const Results& rules = request.operation->results;
  Verdict verdict;
  if (!answer.transport.empty() || !rules.when.holds(around.scope)) {
    Failure failure = classify(*request.connector, answer, request.rows.size());
    verdict.failure = failure.is;
    verdict.code = std::move(failure.code);
    verdict.reason = std::move(failure.reason);
    verdict.wait = failure.wait;
    return verdict;
  }
  for (std::size_t i = 0; i < request.rows.size(); ++i) {
    verdict.results.push_back(unproved(request, i));
    if (rules.all_ok) verdict.results.back() = {.row = i, .state = RowState::ok};
  }
  const RowFinder finder(request);
  if (rules.ok) judge_ok(*rules.ok, request, finder, around.scope, verdict);
  if (rules.failed) judge_failed(*rules.failed, finder, around.scope, verdict);
  for (RowResult& result : verdict.results) result.request_id = request.id;
  return verdict;
}

std::int64_t price_of(const Connector& connector, const Operation& operation) {
  return std::llround(operation.charge.credits * connector.credit_price * 1e6);
}

LookupVerdict judge_lookup(const Connector& connector, const Operation& operation,
                           const Json& input, const Answer& answer) {
  PROMISE(operation.lookup.has_value());
  AnswerScope around(answer, 1);
  around.scope.add("input", input);
  LookupVerdict verdict;
  using enum LookupResult::State;
  const bool free = operation.charge.free_if && operation.charge.free_if->holds(around.scope);
  const std::int64_t micros = free ? 0 : price_of(connector, operation);
  if (answer.transport.empty() && operation.lookup->miss.holds(around.scope)) {
    verdict.result.state = miss;
    verdict.result.cost_micros = operation.charge.per == ChargePer::call ? micros : 0;
    return verdict;
  }
  if (!answer.transport.empty() || !operation.results.when.holds(around.scope)) {
    Failure failure = classify(connector, answer, 1);
    verdict.failure = failure.is;
    verdict.wait = failure.wait;
    verdict.result.code = std::move(failure.code);
    verdict.result.reason = std::move(failure.reason);
    return verdict;
  }
  for (const auto& [field, value] : operation.lookup->fields) {
    Json found_value = value.evaluate(around.scope);
    const bool empty = found_value.is_null() || found_value.as_string("-").empty();
    if (!empty) verdict.result.fields.set(field, std::move(found_value));
  }
  const bool nothing = verdict.result.fields.as_object().empty();
  verdict.result.state = nothing ? miss : found;
  const bool charged = !nothing || operation.charge.per == ChargePer::call;
  verdict.result.cost_micros = charged ? micros : 0;
  verdict.result.verified =
      !nothing && operation.lookup->verified && operation.lookup->verified->holds(around.scope);
  return verdict;
}

bool same_field(const Json& ours, const Json& theirs) {
  const std::string left = plain_text(ours);
  const std::string right = plain_text(theirs);
  if (left == right) return true;
  const Function* number = find_function("number");
  const Json a = number->call(std::span(&ours, 1));
  const Json b = number->call(std::span(&theirs, 1));
  return a.is_number() && b.is_number() && a.as_double() == b.as_double();
}

}  // namespace rondo::connector
