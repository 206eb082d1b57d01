#include <atomic>
#include <utility>

#include <fmt/format.h>

#include "cli/open.h"
#include "cli/progress_view.h"
#include "cli/wait_for_stop.h"
#include "collect/collector.h"
#include "control/loop.h"
#include "control/stages.h"
#include "log/log.h"
#include "project/yaml_json.h"
#include "serve/api.h"
#include "serve/board.h"
#include "world/real/real_world.h"

namespace rondo::cli {
namespace {

constexpr Duration stop_grace = std::chrono::seconds{5};
constexpr Duration held_wait = std::chrono::seconds{1};  ///< between tries to enter the project

bool is_loopback(const std::string& address) {
  return address == "localhost" || address == "::1" || address.starts_with("127.");
}

/// The control loop on its own thread, and the two ways between it and the collector's loop.
class ControlThread {
 public:
  ControlThread(world::RealWorld& collector, serve::Board& board, Context context,
                model::Project project, std::shared_ptr<const std::atomic<log::Offset>> log_end)
      : collector_(collector),
        board_(board),
        context_(std::move(context)),
        project_(std::move(project)) {
    outside_.log_end = [log_end] { return static_cast<std::int64_t>(log_end->load()); };
    outside_.show = [this](Json status, Json runs) { show(std::move(status), std::move(runs)); };
    thread_ =
        std::make_unique<world::WorldThread>([this](world::RealWorld& real) { return body(real); });
    board_.on_run_asked([this](std::string selection) {
      return thread_->post([this, selection] { outside_.asked.push_back(selection); });
    });
  }
  ControlThread(const ControlThread&) = delete;
  ControlThread& operator=(const ControlThread&) = delete;
  ~ControlThread() {
    board_.on_run_asked(nullptr);
    thread_->post([this] { outside_.stop = true; });
    thread_.reset();  // waits for the step under way
  }

 private:
  void show(Json status, Json runs) {
    collector_.post(
        [&board = board_, status = std::move(status), runs = std::move(runs)]() mutable {
          board.show_status(std::move(status));
          board.show_runs(std::move(runs));
        });
  }

  Task<void> body(world::RealWorld& real) {
    auto ended = co_await run(real);
    if (!ended) report_error(context_, ended.error());
  }

  // A `rondo run` under way is not a reason to run nothing ever after: it ends.
  Task<Result<std::unique_ptr<control::House>>> enter(world::World world) {
    for (bool told = false;; told = true) {
      auto house = control::House::open(world, project_);
      if (house || house.error().code != "R0804" || outside_.stop) co_return house;
      if (!told) report_error(context_, house.error());
      co_await world.clock.sleep(held_wait);
    }
  }

  Task<Result<void>> run(world::RealWorld& real) {
    const auto world = real.view();
    auto entered = co_await enter(world);
    CO_TRY_ASSIGN(auto house, std::move(entered));
    control::Stages stages(
        *house, {world.environment.variable("RONDO_RESOLVER").value_or(""), project::read_yaml});
    CO_TRY_ASSIGN(const auto schedule, control::Schedule::of(house->project()));
    const auto view = make_progress_view(context_.terminal, world.clock);
    const control::StepBody body = stages.body();
    co_return co_await control::run_loop(*house, schedule, body, *view, outside_);
  }

  world::RealWorld& collector_;
  serve::Board& board_;
  Context context_;
  model::Project project_;
  control::LoopOutside outside_;
  std::unique_ptr<world::WorldThread> thread_;
};

Task<Result<void>> serve_project(world::RealWorld& real, const Context& context,
                                 const ServeOptions& options, const model::Project& project) {
  const auto world = real.view();
  const std::string token = world.environment.variable("RONDO_API_TOKEN").value_or("");
  if (!options.collect_only && token.empty() && !is_loopback(options.address)) {
    co_return fail(ErrorKind::denied, "R0808",
                   "the API would listen beyond this machine without a token",
                   "set RONDO_API_TOKEN, listen on 127.0.0.1, or use --collect-only");
  }
  const std::string log_directory = control::log_directory(project);
  CO_TRY_ASSIGN(auto log, log::Log::open(world.disk, {.directory = log_directory}));
  collect::Collector collector(world, *log, project);
  CO_TRY(collector.remember(log_directory, log->durable_end()));
  CO_TRY_ASSIGN(const auto graph, control::AssetGraph::of(project));
  serve::Board board;
  auto handler = serve::make_api(
      board, {token, [&collector] { return collect::prometheus_text(collector.counters()); },
              collector.handler(),
              [&graph](const std::string& selection) -> Result<void> {
                TRY(graph.select(selection));
                return {};
              }});
  world::ServeOptions where;
  where.address = options.address;
  where.port = options.port;
  where.body_bytes_max = collect::body_bytes_max;
  CO_TRY_ASSIGN(auto server, world.network.serve(where, handler));
  std::unique_ptr<ControlThread> control;
  if (!options.collect_only) {
    control = std::make_unique<ControlThread>(real, board, context, project, log->durable_mark());
  }
  context.terminal.out(fmt::format("listening on http://{}:{}\n", options.address, server->port()));
  co_await wait_for_stop(real);
  context.terminal.err("stopping: requests under way end first\n");
  co_await server->stop(stop_grace);
  co_return Result<void>{};
}

}  // namespace

int serve(const Context& context, const ServeOptions& options) {
  world::RealWorld real;
  const auto project = open_project(context, real.view(), project::SecretMode::require);
  if (!project) return Exit::failed;
  const auto ended = real.run(serve_project(real, context, options, *project));
  if (!ended) return report_error(context, ended.error());
  return Exit::done;
}

}  // namespace rondo::cli
