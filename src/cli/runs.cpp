#include <fmt/format.h>

#include "cli/open.h"
#include "control/describe.h"
#include "world/real/real_world.h"

namespace rondo::cli {

int runs(const Context& context, const RunsOptions& options) {
  world::RealWorld real;
  auto house = open_house(context, real.view(), project::SecretMode::placeholder);
  if (!house) return Exit::failed;
  const auto found = house->journal().runs(options.count);
  if (!found) return report_error(context, found.error());
  if (context.json) {
    Json all = Json::array();
    for (const auto& run : *found) all.push(control::to_json(run));
    context.terminal.out(all.pretty() + "\n");
    return Exit::done;
  }
  if (found->empty()) context.terminal.out("no run yet; `rondo run` starts one\n");
  for (const auto& run : *found) {
    const auto took =
        run.ended_at ? to_short_text(*run.ended_at - run.started_at) : std::string("-");
    context.terminal.out(fmt::format(
        "{}  {}  {:<9}  {:>9}  {}  {}\n", run.run_id, to_text(run.started_at).substr(0, 19),
        control::name_of(run.state), took, run.trigger, run.selection));
  }
  return Exit::done;
}

}  // namespace rondo::cli
