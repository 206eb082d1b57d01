#include "cli/loop_report.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"

namespace rondo::cli {
namespace {

using control::Step;
using control::StepState;

constexpr std::array<std::pair<std::string_view, std::string_view>, 6> loop_steps{{
    {"collect", "1 Collect"},
    {"consolidate", "2 Consolidate"},
    {"enrich", "3 Enrich"},
    {"activate", "4 Activate"},
    {"measure", "5 Measure"},
    {"loop", "6 Loop"},
}};
constexpr std::size_t name_width = 15;
constexpr std::size_t line_width_max = 100;

std::string_view loop_step_of(const Step& step) {
  const std::string_view kind = std::string_view(step.asset).substr(0, step.asset.find(':'));
  if (kind == "source") return "collect";
  if (kind == "enrichment" || kind == "verify") return "enrich";
  if (kind == "audience" || kind == "sync") return "activate";
  if (kind == "outcome") return "measure";
  if (kind == "feedback") return "loop";
  return "consolidate";
}

struct Line {
  std::vector<std::pair<std::string, std::int64_t>> counts;
  std::vector<std::pair<std::string, std::int64_t>> money;  ///< label -> millionths
  Duration took{};
  bool any = false;
  bool broken = false;

  void add(const Step& step) {
    any = true;
    if (step.state != StepState::succeeded) broken = true;
    if (step.started_at && step.ended_at) took += *step.ended_at - *step.started_at;
    sum_up(step.summary["counts"], counts);
    sum_up(step.summary["money"], money);
  }

 private:
  static void sum_up(const Json& from, std::vector<std::pair<std::string, std::int64_t>>& into) {
    for (const Json::Member& count : from.as_object()) {
      const auto known = std::find_if(
          into.begin(), into.end(), [&](const auto& entry) { return entry.first == count.first; });
      if (known == into.end()) {
        into.emplace_back(count.first, count.second.as_int());
      } else {
        known->second += count.second.as_int();
      }
    }
  }
};

// Zeroes that say something is well ("0 sent") stay only if nothing else is there to say.
std::vector<std::string> phrases(const Line& line) {
  std::vector<std::string> all;
  for (const auto& [label, value] : line.counts) {
    if (value != 0 || label == "sent" || label == "unknown")
      all.push_back(with_commas(value) + " " + label);
  }
  for (const auto& [label, micros] : line.money) {
    if (micros != 0)
      all.push_back(fmt::format("{:.2f} {}", static_cast<double>(micros) / 1e6, label));
  }
  if (all.empty()) all.emplace_back("nothing new");
  return all;
}

std::vector<std::string> wrapped(const std::vector<std::string>& parts, std::size_t width) {
  std::vector<std::string> lines(1);
  for (const auto& part : parts) {
    std::string& line = lines.back();
    if (!line.empty() && line.size() + part.size() + 3 > width) {
      lines.push_back(part);
    } else {
      line += line.empty() ? part : " · " + part;
    }
  }
  return lines;
}

}  // namespace

std::string loop_report(const Terminal& terminal, const control::RunResult& result) {
  std::string text;
  const std::size_t width = std::min(static_cast<std::size_t>(terminal.width), line_width_max);
  const std::size_t body = width - name_width - 10;
  for (const auto& [key, title] : loop_steps) {
    Line line;
    for (const Step& step : result.steps) {
      if (loop_step_of(step) == key) line.add(step);
    }
    if (!line.any) continue;
    const auto rows = wrapped(phrases(line), body);
    for (std::size_t row = 0; row < rows.size(); ++row) {
      const std::string name = padded(row == 0 ? title : "", name_width);
      text += row == 0 ? ink(terminal, line.broken ? Ink::red : Ink::bold, name) : name;
      text += row == 0 ? padded(rows[row], body) + fmt::format("{:>9}", to_short_text(line.took))
                       : rows[row];
      text += "\n";
    }
  }
  const auto took = result.run.ended_at ? *result.run.ended_at - result.run.started_at : Duration{};
  const bool good = result.run.state == control::RunState::succeeded;
  text += ink(terminal, good ? Ink::green : Ink::red, good ? "● succeeded" : "▲ failed") + " in " +
          to_short_text(took) + ink(terminal, Ink::dim, "  run " + result.run.run_id) + "\n";
  return text;
}

}  // namespace rondo::cli
