#pragma once

#include <optional>
#include <string>
#include <vector>

#include "control/cron.h"
#include "model/project.h"

namespace rondo::control {

/// When the assets of a project are due, from values alone.
class Schedule {
 public:
  /// Errors R0805 and R0806 carry the place in the user's file.
  static Result<Schedule> of(const model::Project& project);

  /// Ids of assets whose time came in (last, now], sorted. Times missed while nobody looked count
  /// once: a late run makes up for all of them.
  [[nodiscard]] std::vector<std::string> due(Time last, Time now) const;
  [[nodiscard]] std::optional<Time> next_after(Time now) const;
  /// Ids of assets that run when something they read has changed.
  [[nodiscard]] const std::vector<std::string>& after_upstream() const { return after_upstream_; }

 private:
  struct Timed {
    std::string id;
    std::optional<Cron> cron;
    Duration every{0};
  };
  Result<void> add(const std::string& id, const model::Trigger& trigger);
  [[nodiscard]] std::optional<Time> next_of(const Timed& timed, Time after) const;

  std::string zone_;
  std::vector<Timed> timed_;
  std::vector<std::string> after_upstream_;
};

}  // namespace rondo::control
