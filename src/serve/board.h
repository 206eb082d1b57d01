#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"

namespace rondo::serve {

/// What the control loop last said of itself, and what the API wants of it. Lives on the loop that
/// answers HTTP; the control loop posts to it, so nobody waits for a running step to see where it
/// is.
class Board {
 public:
  void show_status(Json status) { status_ = std::move(status); }
  void show_runs(Json runs) { runs_ = std::move(runs); }

  [[nodiscard]] const Json& status() const { return status_; }
  [[nodiscard]] const Json& runs() const { return runs_; }

  /// How the API asks for a run; the control loop sets it. False: it is not there (any more).
  using AskForRun = std::function<bool(std::string selection)>;
  void on_run_asked(AskForRun ask) { ask_ = std::move(ask); }
  bool ask_for_run(std::string selection) { return ask_ && ask_(std::move(selection)); }

 private:
  Json status_ = Json::object();
  Json runs_ = Json::array();
  AskForRun ask_;
};

}  // namespace rondo::serve
