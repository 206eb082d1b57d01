// The collector as a server of its own, with the durable log or without any: driven by
// bench/collect/run.
//   collect_bench log DIRECTORY | collect_bench none
// Prints its address, runs until SIGTERM, then says what it took. Write key: bench.
#include <cstdlib>
#include <memory>
#include <string>

#include <fmt/core.h>

#include "base/async.h"
#include "collect/collector.h"
#include "world/real/real_world.h"

namespace rondo {
namespace {

/// The same server without a disk: every batch is safe at once, because nobody wants it back.
class NoLog final : public log::Appender {
 public:
  Task<Result<log::Offset>> append(const log::Batch& batch) override {
    end_ += batch.size_bytes();
    co_return end_;
  }
  [[nodiscard]] Result<void> ready_for(std::size_t) const override { return {}; }

 private:
  log::Offset end_ = 0;
};

model::Project project_of_bench() {
  model::Project project;
  model::Source web;
  web.name = "web";
  web.type = "tracking";
  web.write_keys = {"bench"};
  project.sources = {web};
  return project;
}

Task<void> serve(world::RealWorld& world, log::Appender& log, const log::Log* durable) {
  const auto project = project_of_bench();
  collect::Collector collector(world.view(), log, project);
  auto server = world.view().network.serve({}, collector.handler());
  if (!server) {
    fmt::print(stderr, "{}\n", server.error().text());
    std::exit(1);
  }
  Signal stop;
  world.on_stop_signal([&stop] { stop.set(); });
  fmt::print("http://127.0.0.1:{}\n", (*server)->port());
  std::fflush(stdout);
  co_await stop;
  co_await (*server)->stop(std::chrono::seconds{2});
  const auto& counts = collector.counters().sources.at("web");
  fmt::print("accepted {} duplicate {} quarantined {} syncs {} bytes {}\n", counts.accepted,
             counts.duplicate, counts.quarantined, durable != nullptr ? durable->syncs() : 0,
             durable != nullptr ? durable->durable_end() : 0);
}

int serve_with_log(world::RealWorld& world, const std::string& directory) {
  auto log = log::Log::open(world.view().disk, {.directory = directory});
  if (!log) {
    fmt::print(stderr, "{}\n", log.error().text());
    return 1;
  }
  world.run(serve(world, **log, log->get()));
  return 0;
}

}  // namespace
}  // namespace rondo

int main(int count, char** arguments) {
  const std::string store = count > 1 ? arguments[1] : "";
  rondo::world::RealWorld world;
  if (store == "log" && count > 2) return rondo::serve_with_log(world, arguments[2]);
  if (store != "none") {
    fmt::print(stderr, "usage: collect_bench log DIRECTORY | collect_bench none\n");
    return 2;
  }
  rondo::NoLog none;
  world.run(rondo::serve(world, none, nullptr));
  return 0;
}
