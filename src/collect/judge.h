#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "collect/request_parser.h"
#include "guard/contract.h"
#include "model/project.h"

namespace rondo::collect {

enum class Ruling {
  accept,
  quarantine,  ///< kept with the reason, for a person to release
  reject,      ///< not kept: the source says so of unknown events
};

struct Verdict {
  Ruling ruling = Ruling::accept;
  std::string contract{};  ///< it was checked against; empty: none
  Problem problem{};       ///< unless accepted
};

/// What a tracking source says about its events, found by name. Refers to `project`.
class SourceRules {
 public:
  SourceRules(const model::Project& project, const model::Source& source);
  [[nodiscard]] const model::Source& source() const { return *source_; }

  struct Declared {
    const model::SourceEvent* event = nullptr;
    std::optional<Result<guard::ContractCheck>> check{};  ///< none: the event has no contract
  };
  /// Null if the source does not declare it.
  [[nodiscard]] const Declared* declared(std::string_view name) const;

 private:
  const model::Source* source_;
  std::map<std::string_view, Declared> by_name_;
};

/// The name by which a source declares an event: its own for a track call, otherwise the call's
/// ("identify").
[[nodiscard]] std::string_view declared_name(const RawEvent& event);

/// Decides by values alone what becomes of an event. A contract speaks of `properties`, for
/// identify and group calls of `traits`. Only track calls can be unknown: the other calls have no
/// names of the sender's own.
[[nodiscard]] Verdict judge(const RawEvent& event, const SourceRules& rules);

}  // namespace rondo::collect
