#include "cli/progress_view.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"

namespace rondo::cli {
namespace {

using control::Asset;
using control::Run;
using control::Step;
using control::StepState;

constexpr Duration redraw_interval = std::chrono::milliseconds{100};
constexpr int bar_width = 24;

std::string bar(std::int64_t done, std::int64_t total) {
  const auto full = total > 0 ? static_cast<int>(std::min(done, total) * bar_width / total) : 0;
  std::string text;
  for (int cell = 0; cell < bar_width; ++cell) text += cell < full ? "━" : "·";
  return text;
}

class ProgressView final : public control::RunObserver {
 public:
  ProgressView(const Terminal& terminal, world::Clock& clock)
      : terminal_(terminal), clock_(clock) {}

  void run_started(const Run& run, const std::vector<std::string>& assets, bool resumed) override {
    steps_total_ = assets.size();
    if (resumed) line("resuming run " + run.run_id + " where it stood");
  }

  void step_started(const Asset& asset) override {
    ++steps_begun_;
    current_ = asset.id;
    drawn_at_ = {};
    update("", 0, 0);
  }

  void update(std::string_view what, std::int64_t done, std::int64_t total) override {
    if (!terminal_.error_is_terminal) return;
    const Duration now = clock_.monotonic();
    if (now - drawn_at_ < redraw_interval) return;
    drawn_at_ = now;
    const bool counts_known = total > 0;
    std::string text =
        fmt::format("{} {}/{} {}",
                    bar(counts_known ? done : static_cast<std::int64_t>(steps_begun_) - 1,
                        counts_known ? total : static_cast<std::int64_t>(steps_total_)),
                    steps_begun_, steps_total_, current_);
    if (!what.empty()) text += fmt::format("  {} {}", with_commas(done), what);
    terminal_.err("\r\033[K" + text);
    bar_shown_ = true;
  }

  void step_ended(const Asset& asset, const Step& step) override {
    const auto took =
        step.started_at && step.ended_at ? to_short_text(*step.ended_at - *step.started_at) : "";
    switch (step.state) {
      case StepState::succeeded:
        if (!terminal_.error_is_terminal) line(fmt::format("ok       {}  {}", asset.id, took));
        break;
      case StepState::skipped:
        line(ink(terminal_, Ink::yellow, "skipped") + "  " + asset.id + "  because of " +
             step.error);
        break;
      default:
        line(ink(terminal_, Ink::red, "failed") + "   " + asset.id + "  " + step.error_code + " " +
             step.error);
        if (!step.hint.empty()) line("         = " + step.hint);
    }
  }

  void step_retries(const Asset& asset, const Error& error, Duration wait) override {
    line(ink(terminal_, Ink::yellow, "retry") + "    " + asset.id + "  in " + to_short_text(wait) +
         ": " + error.text());
  }

  void run_ended(const Run&, const std::vector<Step>&) override { clear(); }

 private:
  void clear() {
    if (std::exchange(bar_shown_, false)) terminal_.err("\r\033[K");
  }
  void line(const std::string& text) {
    clear();
    terminal_.err(text + "\n");
  }

  Terminal terminal_;
  world::Clock& clock_;
  std::size_t steps_total_ = 0;
  std::size_t steps_begun_ = 0;
  std::string current_;
  Duration drawn_at_{};
  bool bar_shown_ = false;
};

}  // namespace

std::unique_ptr<control::RunObserver> make_progress_view(const Terminal& terminal,
                                                         world::Clock& clock) {
  return std::make_unique<ProgressView>(terminal, clock);
}

}  // namespace rondo::cli
