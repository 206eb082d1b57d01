#include "control/loop.h"

#include <chrono>
#include <utility>

#include "base/text.h"
#include "control/describe.h"

namespace rondo::control {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

constexpr Duration look_interval = std::chrono::milliseconds{250};
constexpr Duration settle_interval =
    std::chrono::seconds{5};  ///< new events gather at least this long
constexpr std::int64_t runs_shown_max = 50;

class Loop {
 public:
  Loop(House& house, const Schedule& schedule, const StepBody& body, RunObserver& observer,
       LoopOutside& outside)
      : house_(house),
        schedule_(schedule),
        body_(body),
        observer_(observer),
        outside_(outside),
        looked_at_(now()),
        followed_at_(now()),
        followed_end_(outside.log_end()) {}

  Task<Result<void>> run() {
    CO_TRY(show());
    CO_TRY_ASSIGN(const auto left_behind, house_.journal().unfinished());
    if (left_behind) {
      auto resumed = co_await start(left_behind->selection, left_behind->trigger);
      CO_TRY(resumed);
    }
    while (!outside_.stop) {
      auto looked = co_await look();
      CO_TRY(looked);
      co_await house_.world().clock.sleep(look_interval);
    }
    co_return Result<void>{};
  }

 private:
  Task<Result<void>> look() {
    while (!outside_.asked.empty() && !outside_.stop) {
      std::string selection = std::move(outside_.asked.front());
      outside_.asked.pop_front();
      auto ended = co_await start(std::move(selection), "api");
      CO_TRY(ended);
    }
    const Time until = now();
    const auto due = schedule_.due(std::exchange(looked_at_, until), until);
    if (!due.empty()) co_return co_await start(with_upstream(due), "schedule");
    if (new_events_settled())
      co_return co_await start(with_upstream(schedule_.after_upstream()), "events");
    co_return Result<void>{};
  }

  bool new_events_settled() {
    if (schedule_.after_upstream().empty() || now() - followed_at_ < settle_interval) return false;
    followed_at_ = now();
    const auto end = outside_.log_end();
    return std::exchange(followed_end_, end) != end;
  }

  static std::string with_upstream(const std::vector<std::string>& ids) {
    std::string selection;
    for (const auto& id : ids) selection += (selection.empty() ? "+" : " +") + id;
    return selection;
  }

  Task<Result<void>> start(std::string selection, std::string trigger) {
    auto ended = co_await run_assets(
        house_.world(), house_.journal(), house_.graph(),
        make_order(house_.project(), std::move(selection), std::move(trigger)), body_, observer_);
    // A selection that names nothing is the asker's mistake; everything else here is the journal's.
    if (!ended && ended.error().code != "R0801") co_return fail(ended.error());
    co_return show();
  }

  Result<void> show() {
    TRY_ASSIGN(const auto status, status_of(house_.journal(), house_.graph()));
    TRY_ASSIGN(auto runs, runs_json(house_.journal(), runs_shown_max));
    outside_.show(to_json(status), std::move(runs));
    return {};
  }

  [[nodiscard]] Time now() const { return house_.world().clock.now(); }

  House& house_;
  const Schedule& schedule_;
  const StepBody& body_;
  RunObserver& observer_;
  LoopOutside& outside_;
  Time looked_at_;
  Time followed_at_;
  std::int64_t followed_end_;
};

}  // namespace

Task<Result<void>> run_loop(House& house, const Schedule& schedule, const StepBody& body,
                            RunObserver& observer, LoopOutside& outside) {
  Loop loop(house, schedule, body, observer, outside);
  co_return co_await loop.run();
}

RunOrder make_order(const model::Project& project, std::string selection, std::string trigger) {
  RunOrder order{std::move(selection), std::move(trigger), project.fingerprint.hex(), {}};
  order.retry = {.attempts_max = project.retries.attempts,
                 .first_wait = duration_cast<milliseconds>(project.retries.first),
                 .wait_max = duration_cast<milliseconds>(project.retries.wait_max)};
  return order;
}

}  // namespace rondo::control
