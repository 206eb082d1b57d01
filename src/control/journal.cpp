#include "control/journal.h"

#include <array>
#include <utility>

namespace rondo::control {
namespace {

using state::Value;

constexpr std::string_view tables = R"sql(
create table runs (
  run_id text primary key, run_trigger text not null, selection text not null,
  project_fingerprint text not null, started_at text not null, ended_at text, state text not null);
create table steps (
  run_id text not null, position integer not null, asset text not null, state text not null,
  attempts integer not null, started_at text, ended_at text, summary text, error_code text,
  error text, hint text, primary key (run_id, asset));
create index steps_by_asset on steps (asset, run_id);
)sql";

constexpr std::string_view step_columns =
    "asset, state, attempts, started_at, ended_at, summary, error_code, error, hint";

constexpr std::array run_states{RunState::running, RunState::succeeded, RunState::failed};
constexpr std::array step_states{StepState::waiting, StepState::running, StepState::succeeded,
                                 StepState::failed, StepState::skipped};

template <class States>
auto state_of(const States& states, std::string_view name) -> typename States::value_type {
  for (const auto state : states) {
    if (name_of(state) == name) return state;
  }
  return states.front();
}

Value text_or_null(const std::string& text) { return text.empty() ? Value{} : Value{text}; }
Value time_or_null(const std::optional<Time>& time) {
  return time ? Value{to_text(*time)} : Value{};
}

std::optional<Time> time_at(const state::Statement& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  const auto time = parse_time(row.text(column));
  return time ? std::optional<Time>(*time) : std::nullopt;
}

Step step_from(const state::Statement& row, int first) {
  Step step;
  step.asset = row.text(first);
  step.state = state_of(step_states, row.text(first + 1));
  step.attempts = static_cast<std::uint32_t>(row.int64(first + 2));
  step.started_at = time_at(row, first + 3);
  step.ended_at = time_at(row, first + 4);
  if (!row.is_null(first + 5)) step.summary = Json::parse(row.text(first + 5)).value_or(Json());
  step.error_code = row.text(first + 6);
  step.error = row.text(first + 7);
  step.hint = row.text(first + 8);
  return step;
}

}  // namespace

std::string_view name_of(RunState state) {
  switch (state) {
    case RunState::running: return "running";
    case RunState::succeeded: return "succeeded";
    case RunState::failed: return "failed";
  }
  __builtin_unreachable();
}

std::string_view name_of(StepState state) {
  switch (state) {
    case StepState::waiting: return "waiting";
    case StepState::running: return "running";
    case StepState::succeeded: return "succeeded";
    case StepState::failed: return "failed";
    case StepState::skipped: return "skipped";
  }
  __builtin_unreachable();
}

Result<Journal> Journal::open(state::Database& database) {
  TRY(database.migrate("journal", {tables}));
  return Journal(database);
}

Result<void> Journal::begin_run(const Run& run, const std::vector<std::string>& assets) {
  return database_->transaction([&]() -> Result<void> {
    TRY(database_->execute("insert into runs values (?, ?, ?, ?, ?, null, 'running')",
                           {run.run_id, run.trigger, run.selection, run.project_fingerprint,
                            to_text(run.started_at)}));
    std::int64_t position = 0;
    for (const auto& asset : assets) {
      TRY(
          database_->execute("insert into steps (run_id, position, asset, state, attempts) values "
                             "(?, ?, ?, 'waiting', 0)",
                             {run.run_id, position++, asset}));
    }
    return {};
  });
}

Result<void> Journal::begin_attempt(std::string_view run_id, std::string_view asset, Time now) {
  TRY(database_->execute(
      "update steps set state = 'running', attempts = attempts + 1, ended_at = null, "
      "started_at = coalesce(started_at, ?) where run_id = ? and asset = ?",
      {to_text(now), std::string(run_id), std::string(asset)}));
  return {};
}

Result<void> Journal::end_step(std::string_view run_id, const Step& step) {
  TRY(database_->execute(
      "update steps set state = ?, ended_at = ?, summary = ?, error_code = ?, error = ?, hint = ? "
      "where run_id = ? and asset = ?",
      {std::string(name_of(step.state)), time_or_null(step.ended_at),
       step.summary.is_null() ? Value{} : Value{step.summary.text()}, text_or_null(step.error_code),
       text_or_null(step.error), text_or_null(step.hint), std::string(run_id), step.asset}));
  return {};
}

Result<void> Journal::end_run(std::string_view run_id, RunState state, Time now) {
  TRY(database_->execute("update runs set state = ?, ended_at = ? where run_id = ?",
                         {std::string(name_of(state)), to_text(now), std::string(run_id)}));
  return {};
}

Result<std::vector<Run>> Journal::read_runs(std::string_view rest,
                                            const std::vector<Value>& values) {
  TRY_ASSIGN(auto rows,
             database_->query("select run_id, run_trigger, selection, project_fingerprint, "
                              "started_at, ended_at, state from runs " +
                                  std::string(rest),
                              values));
  std::vector<Run> all;
  while (true) {
    TRY_ASSIGN(const bool more, rows.next());
    if (!more) return all;
    Run run{rows.text(0), rows.text(1), rows.text(2), rows.text(3)};
    run.started_at = time_at(rows, 4).value_or(Time{});
    run.ended_at = time_at(rows, 5);
    run.state = state_of(run_states, rows.text(6));
    all.push_back(std::move(run));
  }
}

Result<std::optional<Run>> Journal::unfinished() {
  TRY_ASSIGN(auto found, read_runs("where state = 'running' order by run_id desc limit 1", {}));
  if (found.empty()) return std::optional<Run>{};
  return std::optional<Run>(std::move(found.front()));
}

Result<std::vector<Run>> Journal::runs(std::int64_t count_max) {
  return read_runs("order by run_id desc limit ?", {count_max});
}

Result<std::optional<Run>> Journal::run(std::string_view run_id_prefix) {
  TRY_ASSIGN(auto found,
             read_runs("where substr(run_id, 1, length(?1)) = ?1 order by run_id desc limit 1",
                       {std::string(run_id_prefix)}));
  if (found.empty()) return std::optional<Run>{};
  return std::optional<Run>(std::move(found.front()));
}

Result<std::vector<Step>> Journal::steps(std::string_view run_id) {
  TRY_ASSIGN(auto rows, database_->query("select " + std::string(step_columns) +
                                             " from steps where run_id = ? order by position",
                                         {std::string(run_id)}));
  std::vector<Step> all;
  while (true) {
    TRY_ASSIGN(const bool more, rows.next());
    if (!more) return all;
    all.push_back(step_from(rows, 0));
  }
}

Result<std::vector<std::pair<std::string, Step>>> Journal::latest() {
  TRY_ASSIGN(auto rows,
             database_->query(
                 "select run_id, " + std::string(step_columns) +
                 " from steps s where attempts > 0 and run_id = (select max(run_id) from steps "
                 "t where t.asset = s.asset and t.attempts > 0) order by position"));
  std::vector<std::pair<std::string, Step>> all;
  while (true) {
    TRY_ASSIGN(const bool more, rows.next());
    if (!more) return all;
    all.emplace_back(rows.text(0), step_from(rows, 1));
  }
}

}  // namespace rondo::control
