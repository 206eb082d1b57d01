#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/time.h"
#include "state/database.h"

namespace rondo::control {

enum class RunState { running, succeeded, failed };
enum class StepState {
  waiting,
  running,
  succeeded,
  failed,
  skipped,  ///< something it reads failed
};

[[nodiscard]] std::string_view name_of(RunState state);
[[nodiscard]] std::string_view name_of(StepState state);

/// One execution. It is `running` from its first word in the journal to its last; one found so at
/// start belongs to a process that died, since the journal has one owner.
struct Run {
  std::string run_id;   ///< UUID v7: sorts by time
  std::string trigger;  ///< "hand", "schedule sync:x", "api"
  std::string selection;
  std::string project_fingerprint;
  Time started_at{};
  std::optional<Time> ended_at{};
  RunState state = RunState::running;
};

/// One asset in a run, with its latest attempt.
struct Step {
  std::string asset;
  StepState state = StepState::waiting;
  std::uint32_t attempts = 0;
  std::optional<Time> started_at{};
  std::optional<Time> ended_at{};
  Json summary;  ///< the counts of the report; null until it succeeded
  std::string error_code;
  std::string error;  ///< with its causes; for skipped: the asset that failed above it
  std::string hint;
};

/// What happened, in the order it happened, on disk before the next thing happens. The only truth
/// about runs.
class Journal {
 public:
  /// `database` must outlive the journal.
  static Result<Journal> open(state::Database& database);

  Result<void> begin_run(const Run& run, const std::vector<std::string>& assets);
  Result<void> begin_attempt(std::string_view run_id, std::string_view asset, Time now);
  Result<void> end_step(std::string_view run_id, const Step& step);
  Result<void> end_run(std::string_view run_id, RunState state, Time now);

  /// The run that a process left behind when it died.
  Result<std::optional<Run>> unfinished();
  Result<std::vector<Run>> runs(std::int64_t count_max);  ///< newest first
  Result<std::optional<Run>> run(std::string_view run_id_prefix);
  Result<std::vector<Step>> steps(std::string_view run_id);  ///< in run order
  /// The latest step of each asset that ever ran, with the id of its run.
  Result<std::vector<std::pair<std::string, Step>>> latest();

 private:
  explicit Journal(state::Database& database) : database_(&database) {}
  Result<std::vector<Run>> read_runs(std::string_view rest,
                                     const std::vector<state::Value>& values);
  state::Database* database_;
};

}  // namespace rondo::control
