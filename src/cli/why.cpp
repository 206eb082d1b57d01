#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "cli/open.h"
#include "control/describe.h"
#include "control/runner.h"
#include "identity/identity.h"
#include "world/real/real_world.h"

namespace rondo::cli {
namespace {

using control::AssetStatus;
using control::House;
using control::Step;
using control::StepState;

std::string chain_text(const Context& context, const std::vector<Step>& chain) {
  std::string text;
  for (std::size_t depth = 0; depth < chain.size(); ++depth) {
    const Step& step = chain[depth];
    text += std::string(depth * 2, ' ');
    if (step.state == StepState::skipped) {
      text += step.asset + " was skipped, because something it reads failed:\n";
      continue;
    }
    text += ink(context.terminal, Ink::red, step.asset + " failed") +
            fmt::format(" after {} attempts: {} {}\n", step.attempts, step.error_code, step.error);
    if (!step.hint.empty()) text += std::string(depth * 2, ' ') + "= " + step.hint + "\n";
    text += std::string(depth * 2, ' ') + "= `rondo explain " + step.error_code + "` tells more\n";
  }
  return text;
}

Result<std::string> blocked_text(House& house, const std::string& sync) {
  std::string text;
  TRY_ASSIGN(auto rows,
             house.session().query("select reason_code, min(reason), count(*) from rondo.blocked "
                                   "where sync = ? group by reason_code order by 3 desc",
                                   {sync}));
  while (true) {
    TRY_ASSIGN(const bool more, rows.next());
    if (!more) return text;
    text += fmt::format("  {:>8}  {:<20}  {}\n", with_commas(rows.int64(2)), rows.text(0),
                        rows.text(1));
  }
}

Result<std::string> one_record_text(House& house, const std::string& sync,
                                    const std::string& profile_id) {
  TRY_ASSIGN(auto blocked, house.session().query("select reason_code, reason, blocked_at from "
                                                 "rondo.blocked where sync = ? and profile_id = ?",
                                                 {sync, profile_id}));
  TRY_ASSIGN(const bool is_blocked, blocked.next());
  if (is_blocked) {
    return fmt::format("not sent: {} ({}), {}\n", blocked.text(1), blocked.text(0),
                       blocked.text(2).substr(0, 19));
  }
  TRY_ASSIGN(auto sent,
             house.session().query(
                 "select action, state, coalesce(reason, ''), delivered_at from rondo.deliveries "
                 "where sync = ? and profile_id = ? order by receipt_id",
                 {sync, profile_id}));
  std::string text;
  while (true) {
    TRY_ASSIGN(const bool more, sent.next());
    if (!more) break;
    text += fmt::format("{}  {:<6}  {:<8}  {}\n", sent.text(3).substr(0, 19), sent.text(0),
                        sent.text(1), sent.text(2));
  }
  return text.empty() ? "not a member of what this sync sends\n" : text;
}

int why_merged(const Context& context, House& house, const std::vector<std::string>& who) {
  if (who.size() != 2) {
    context.terminal.err(
        "`rondo why merged` takes two identifiers, such as email:ada@mail.example 00003\n");
    return Exit::usage;
  }
  const auto why = identity::why_merged(house.session(), house.project(), who[0], who[1]);
  if (!why) return report_error(context, why.error());
  context.terminal.out(why->same_profile ? "one person, by this evidence:\n" : "two people\n");
  for (const auto& step : why->steps) {
    context.terminal.out(fmt::format("  {}:{} = {}:{}   {} {}, {}, first seen {}\n", step.from.type,
                                     step.from.value, step.to.type, step.to.value, step.source,
                                     step.rule, step.record_id,
                                     to_text(step.first_seen).substr(0, 19)));
  }
  for (const auto& refusal : why->refusals)
    context.terminal.out("  kept apart by " + refusal + "\n");
  return Exit::done;
}

int why_asset(const Context& context, House& house, const AssetStatus& status) {
  if (status.state == StepState::failed || status.state == StepState::skipped) {
    const auto steps = house.journal().steps(status.run_id);
    if (!steps) return report_error(context, steps.error());
    context.terminal.out(
        chain_text(context, control::chain_of_cause(house.graph(), *steps, status.asset)));
    const auto below = house.graph().downstream(status.asset);
    if (!below.empty()) context.terminal.out("it holds up: " + join(below, ", ") + "\n");
    return Exit::done;
  }
  context.terminal.out(status.asset +
                       (status.state == StepState::waiting ? " never ran\n" : " is well\n"));
  if (!status.asset.starts_with("sync:")) return Exit::done;
  const auto blocked = blocked_text(house, status.asset.substr(5));
  if (!blocked) return report_error(context, blocked.error());
  if (!blocked->empty()) context.terminal.out("who was not sent, and why:\n" + *blocked);
  return Exit::done;
}

}  // namespace

int why(const Context& context, const WhyOptions& options) {
  world::RealWorld real;
  auto house = open_house(context, real.view(), project::SecretMode::placeholder);
  if (!house) return Exit::failed;
  if (options.what == "merged") return why_merged(context, *house, options.rest);
  const auto chosen = house->graph().select(options.what);
  if (!chosen) return report_error(context, chosen.error());
  if (options.rest.size() == 1 && chosen->front().starts_with("sync:")) {
    const auto person = identity::find_profile(house->session(), house->project(), options.rest[0]);
    if (!person) return report_error(context, person.error());
    const auto text = one_record_text(*house, chosen->front().substr(5), person->profile_id);
    if (!text) return report_error(context, text.error());
    context.terminal.out(*text);
    return Exit::done;
  }
  const auto all = control::status_of(house->journal(), house->graph());
  if (!all) return report_error(context, all.error());
  for (const auto& id : *chosen) {
    const auto status =
        std::find_if(all->begin(), all->end(), [&](const auto& each) { return each.asset == id; });
    if (const int code = why_asset(context, *house, *status); code != Exit::done) return code;
  }
  return Exit::done;
}

}  // namespace rondo::cli
