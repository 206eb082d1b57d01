// How long a sync takes through the HubSpot stand-in over loopback, outbox on the real disk.
//   sync_bench [RECORDS=5000]
#include <chrono>
#include <string>

#include <fmt/core.h>

#include "connector/testing/twin.h"
#include "standin/standin.h"
#include "sync/sync.h"
#include "warehouse/system_tables.h"
#include "world/real/real_world.h"

namespace {

using namespace rondo;

template <class T>
T must(Result<T> result) {
  if (!result) {
    fmt::print(stderr, "{}: {}\n", result.error().code, result.error().text());
    std::exit(1);
  }
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

model::Project project_of(std::uint16_t port) {
  model::Project project;
  project.consent.purposes = {{.name = "service", .basis = model::Basis::contract}};
  model::Destination hubspot;
  hubspot.name = hubspot.connector = "hubspot";
  hubspot.settings = {{"url", fmt::format("http://127.0.0.1:{}", port)}, {"token", "t"}};
  project.destinations = {hubspot};
  model::Sync sync;
  sync.name = "bench";
  sync.from = "audience:all_of_them";
  sync.destination = "hubspot";
  sync.object = "contacts";
  sync.mode = model::SyncMode::mirror;
  sync.match_field = sync.match_column = "email";
  sync.map = {{"firstname", "given_name", {}}, {"company", "company", {}}};
  sync.purpose = "service";
  project.syncs = {sync};
  return project;
}

void fill(warehouse::Session& session, long records) {
  must(warehouse::ensure_system_tables(session));
  must(session.execute(
      fmt::format("create table audiences.all_of_them as select 'p' || i as profile_id, 'p' || i "
                  "|| '@x.co' as email, "
                  "'Name ' || i as given_name, 'firm ' || i % 97 as company from range({}) t(i)",
                  records)));
  must(session.execute("create table rondo.profiles (profile_id text, created_at timestamp)"));
  must(session.execute(
      "insert into rondo.identifiers select 'user_id', profile_id, profile_id, now() "
      "from audiences.all_of_them"));
}

}  // namespace

int main(int count, char** arguments) {
  const long records = count > 1 ? std::stol(arguments[1]) : 5000;
  world::RealWorld real;
  auto twin = must(standin::make("hubspot", real.view(), {}));
  auto server = must(real.view().network.serve({}, standin::handler(twin)));
  const model::Project project = project_of(server->port());
  auto warehouse = must(warehouse::open_duckdb(""));
  auto session = must(warehouse->connect());
  fill(*session, records);
  const std::string path = "sync_bench.state.db";
  auto state = must(state::open_database(real.view().disk, path));
  sync::Destinations destinations(
      real.view(),
      [](const std::string& name) -> Result<connector::Connector> { return connector::twin(name); },
      {});
  model::NoProgress progress;
  for (const char* what : {"first run, all are new", "second run, nothing changed",
                           "third run, all have changed", "fourth run, all have left"}) {
    sync::SyncContext context{real.view(), *session, *state, project, destinations, what, progress};
    const auto start = std::chrono::steady_clock::now();
    const auto report = must(real.run(sync::run_sync(context, project.syncs.front())));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    fmt::print("{:<30} {:>7} changes, {:>7} ok {:>8.3f} s\n", what, report.planned, report.ok,
               took.count());
    if (what[0] == 's')
      must(session->execute("update audiences.all_of_them set company = 'other'"));
    if (what[0] == 't') must(session->execute("delete from audiences.all_of_them"));
  }
  state.reset();
  for (const char* ending : {"", "-wal", ".lock"}) (void)real.view().disk.remove(path + ending);
  return 0;
}
