#include <utility>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/wait_for_stop.h"
#include "project/yaml_json.h"
#include "standin/standin.h"
#include "world/disk.h"
#include "world/real/real_world.h"

namespace rondo::cli {
namespace {

constexpr Duration stop_grace = std::chrono::seconds{2};

Result<standin::Options> read_options(world::World world, const StandInOptions& options) {
  standin::Options read;
  read.state_path = options.state;
  if (options.faults.empty()) return read;
  TRY_ASSIGN(const auto text, world::read_file(world.disk, options.faults));
  TRY_ASSIGN(read.file, project::read_yaml(text, options.faults));
  return read;
}

Task<Result<void>> serve_stand_in(world::RealWorld& real, const Context& context,
                                  const StandInOptions& options) {
  const auto world = real.view();
  CO_TRY_ASSIGN(auto settings, read_options(world, options));
  CO_TRY_ASSIGN(auto twin, standin::make(options.name, world, std::move(settings)));
  world::ServeOptions where;
  where.port = options.port;
  CO_TRY_ASSIGN(auto server, world.network.serve(where, standin::handler(twin)));
  context.terminal.out(fmt::format("listening on http://127.0.0.1:{}\n", server->port()));
  co_await wait_for_stop(real);
  co_await server->stop(stop_grace);
  co_return twin->save();
}

}  // namespace

int stand_in(const Context& context, const StandInOptions& options) {
  world::RealWorld real;
  const auto ended = real.run(serve_stand_in(real, context, options));
  if (!ended) return report_error(context, ended.error());
  return Exit::done;
}

}  // namespace rondo::cli
