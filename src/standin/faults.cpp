#include "standin/faults.h"

#include <array>

#include <fmt/format.h>

#include "base/text.h"

namespace rondo::standin {
namespace {

constexpr Duration patience = std::chrono::seconds{65};
constexpr std::array kinds{FaultKind::throttle, FaultKind::error,   FaultKind::timeout,
                           FaultKind::drop,     FaultKind::partial, FaultKind::slow};

Result<FaultRule> read_rule(const Json& from) {
  FaultRule rule;
  for (const FaultKind kind : kinds) {
    if (from["answer"].as_string() == name_of(kind)) rule.answer = kind;
  }
  if (rule.answer == FaultKind::none) {
    return fail(
        ErrorKind::permanent, "R0401",
        fmt::format("the fault {} answers none of throttle, error, timeout, drop, partial, slow",
                    from.text()));
  }
  rule.path = from["path"].as_string("*");
  rule.every = static_cast<std::uint64_t>(std::max<std::int64_t>(0, from["every"].as_int()));
  rule.first = static_cast<std::uint64_t>(std::max<std::int64_t>(0, from["first"].as_int()));
  rule.wait = rule.answer == FaultKind::slow ? std::chrono::seconds{1} : patience;
  if (const Json* wait = from.find("wait")) {
    TRY_ASSIGN(rule.wait, parse_duration(wait->as_string()));
  }
  return rule;
}

}  // namespace

std::string_view name_of(FaultKind kind) {
  switch (kind) {
    case FaultKind::none: return "none";
    case FaultKind::throttle: return "throttle";
    case FaultKind::error: return "error";
    case FaultKind::timeout: return "timeout";
    case FaultKind::drop: return "drop";
    case FaultKind::partial: return "partial";
    case FaultKind::slow: return "slow";
  }
  __builtin_unreachable();
}

Result<Faults> Faults::from(const Json& rules) {
  Faults faults;
  for (const Json& one : rules.as_array()) {
    TRY_ASSIGN(FaultRule rule, read_rule(one));
    faults.rules_.push_back(std::move(rule));
  }
  faults.seen_.resize(faults.rules_.size());
  return faults;
}

Faults::Met Faults::next(std::string_view path) {
  Met met;
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    const FaultRule& rule = rules_[i];
    if (!glob_matches(rule.path, path)) continue;
    const std::uint64_t number = ++seen_[i];
    const bool due = number <= rule.first || (rule.every > 0 && number % rule.every == 0);
    if (due && met.kind == FaultKind::none) met = {rule.answer, rule.wait};
  }
  return met;
}

}  // namespace rondo::standin
