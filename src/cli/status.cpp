#include <fmt/format.h>

#include "base/text.h"
#include "cli/open.h"
#include "control/describe.h"
#include "world/real/real_world.h"

namespace rondo::cli {
namespace {

using control::AssetStatus;
using control::StepState;

// A state is a shape and a word, never a colour alone.
std::string shape_of(const Terminal& terminal, StepState state) {
  switch (state) {
    case StepState::succeeded: return ink(terminal, Ink::green, "● fresh  ");
    case StepState::failed: return ink(terminal, Ink::red, "▲ failed ");
    case StepState::skipped: return ink(terminal, Ink::yellow, "◆ skipped");
    case StepState::running: return ink(terminal, Ink::yellow, "◐ running");
    case StepState::waiting: return ink(terminal, Ink::dim, "○ never  ");
  }
  __builtin_unreachable();
}

std::string counts_of(const Json& summary) {
  std::string text;
  for (const auto& [label, value] : summary["counts"].as_object()) {
    if (value.as_int() == 0) continue;
    text += (text.empty() ? "" : " · ") + with_commas(value.as_int()) + " " + label;
  }
  return text;
}

std::string line_of(const Terminal& terminal, const AssetStatus& status, Time now) {
  const auto age =
      status.step.ended_at ? to_short_text(now - *status.step.ended_at) + " ago" : std::string();
  std::string what = counts_of(status.step.summary);
  if (status.state == StepState::failed) what = status.step.error_code + " " + status.step.error;
  if (status.state == StepState::skipped) what = "because of " + status.step.error;
  return fmt::format("{}  {}  {:>14}  {}\n", shape_of(terminal, status.state),
                     padded(status.asset, 30), age, what);
}

struct Attention {
  std::int64_t held = 0;
  std::int64_t unknown = 0;
};

Result<Attention> what_needs_a_person(warehouse::Session& session) {
  Attention attention;
  TRY_ASSIGN(attention.held,
             session.count("select count(*) from rondo.quarantine where state = 'held'"));
  TRY_ASSIGN(attention.unknown,
             session.count(
                 "select count(*) from rondo.deliveries d where state = 'unknown' and not exists "
                 "(select 1 from rondo.deliveries l where l.sync = d.sync and l.key = d.key and "
                 "l.receipt_id > d.receipt_id)"));
  return attention;
}

}  // namespace

int status(const Context& context) {
  world::RealWorld real;
  auto house = open_house(context, real.view(), project::SecretMode::placeholder);
  if (!house) return Exit::failed;
  const auto all = control::status_of(house->journal(), house->graph());
  if (!all) return report_error(context, all.error());
  const auto attention = what_needs_a_person(house->session());
  if (!attention) return report_error(context, attention.error());
  if (context.json) {
    Json answer = control::to_json(*all);
    answer.set("quarantine_held", attention->held).set("deliveries_unknown", attention->unknown);
    context.terminal.out(answer.pretty() + "\n");
    return Exit::done;
  }
  const Time now = real.view().clock.now();
  for (const auto& asset : *all) context.terminal.out(line_of(context.terminal, asset, now));
  if (attention->held > 0) {
    context.terminal.out(
        fmt::format("{} records broke their contract and are held: `rondo quarantine`\n",
                    with_commas(attention->held)));
  }
  if (attention->unknown > 0) {
    context.terminal.out(
        fmt::format("{} deliveries are unknown: the tool did not say what became of them\n",
                    with_commas(attention->unknown)));
  }
  return Exit::done;
}

}  // namespace rondo::cli
