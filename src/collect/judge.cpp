#include "collect/judge.h"

#include <utility>

#include <fmt/core.h>

#include "base/json.h"

namespace rondo::collect {
namespace {

using model::EventType;

Verdict unknown(const RawEvent& event, const SourceRules& rules) {
  Verdict verdict;
  if (rules.source().unknown_events == model::UnknownEvents::accept) return verdict;
  verdict.ruling = rules.source().unknown_events == model::UnknownEvents::reject
                       ? Ruling::reject
                       : Ruling::quarantine;
  verdict.problem = {"R0321", fmt::format("source {} does not declare an event `{}`",
                                          rules.source().name, event.name)};
  return verdict;
}

// What the contract describes; a call without it is checked as an empty one.
Json described_json(const RawEvent& event) {
  const bool of_traits = event.type == EventType::identify || event.type == EventType::group;
  auto parsed = Json::parse(of_traits ? event.traits : event.properties);
  return parsed ? std::move(*parsed) : Json::object();
}

}  // namespace

SourceRules::SourceRules(const model::Project& project, const model::Source& source)
    : source_(&source) {
  for (const auto& event : source.events) {
    Declared& declared = by_name_[event.name];
    declared.event = &event;
    if (const auto* contract = project.contract(event.contract)) {
      declared.check.emplace(guard::ContractCheck::make(*contract));
    }
  }
}

const SourceRules::Declared* SourceRules::declared(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &found->second;
}

std::string_view declared_name(const RawEvent& event) {
  if (event.type && event.type != EventType::track) return name_of(*event.type);
  return event.name;
}

Verdict judge(const RawEvent& event, const SourceRules& rules) {
  if (event.problem) return {Ruling::quarantine, {}, *event.problem};
  const auto* declared = rules.declared(declared_name(event));
  if (declared == nullptr) {
    return event.type == EventType::track ? unknown(event, rules) : Verdict{};
  }
  if (!declared->check) return {};
  Verdict verdict{.contract = declared->event->contract};
  std::string broken;
  if (*declared->check) {
    broken = guard::text_of((*declared->check)->check(described_json(event)));
  } else {
    broken = "the contract cannot be used: " + declared->check->error().text();
  }
  if (broken.empty()) return verdict;
  verdict.ruling = Ruling::quarantine;
  verdict.problem = {"R0322", broken};
  return verdict;
}

}  // namespace rondo::collect
