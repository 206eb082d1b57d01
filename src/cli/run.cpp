#include "base/text.h"
#include "cli/loop_report.h"
#include "cli/open.h"
#include "cli/progress_view.h"
#include "control/describe.h"
#include "control/loop.h"
#include "control/stages.h"
#include "project/yaml_json.h"
#include "world/real/real_world.h"

namespace rondo::cli {
namespace {

Json to_json(const control::RunResult& result) {
  Json steps = Json::array();
  for (const auto& step : result.steps) steps.push(control::to_json(step));
  return control::to_json(result.run).set("steps", std::move(steps));
}

}  // namespace

int run(const Context& context, const RunOptions& options) {
  world::RealWorld real;
  const auto world = real.view();
  auto house = open_house(context, world, project::SecretMode::require);
  if (!house) return Exit::failed;
  control::Stages stages(
      *house, {world.environment.variable("RONDO_RESOLVER").value_or(""), project::read_yaml});
  const auto view = make_progress_view(context.terminal, world.clock);
  const control::StepBody body = stages.body();
  auto order = control::make_order(house->project(), join(options.selection, " "), "hand");
  const auto result = real.run(
      control::run_assets(world, house->journal(), house->graph(), std::move(order), body, *view));
  if (!result) return report_error(context, result.error());
  context.terminal.out(context.json ? to_json(*result).pretty() + "\n"
                                    : loop_report(context.terminal, *result));
  return result->run.state == control::RunState::succeeded ? Exit::done : Exit::failed;
}

}  // namespace rondo::cli
