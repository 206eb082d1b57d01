#include <doctest/doctest.h>
#include <fmt/core.h>

#include "warehouse/warehouse.h"
#include "world/real/real_world.h"

namespace rondo::warehouse {
namespace {

/// A path for a file of this test alone; the file is removed at the end.
class Place {
 public:
  Place() {
    const std::string folder = world_.view().environment.variable("TMPDIR").value_or("/tmp");
    path_ = fmt::format("{}/rondo-test-{:016x}.duckdb", folder, world_.view().random.next());
  }
  ~Place() {
    (void)world_.view().disk.remove(path_);
    (void)world_.view().disk.remove(path_ + ".wal");
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }
  world::RealWorld& world() { return world_; }

 private:
  world::RealWorld world_;
  std::string path_;
};

std::unique_ptr<Session> connect(Warehouse& warehouse) { return std::move(*warehouse.connect()); }

TEST_CASE("what was committed is there after closing and opening") {
  const Place place;
  {
    const auto warehouse = std::move(*open_duckdb(place.path()));
    REQUIRE(connect(*warehouse)->execute("CREATE TABLE t AS SELECT 7 AS a"));
    CHECK(warehouse->description() == "DuckDB 1.5.5, " + place.path());
  }
  const auto warehouse = std::move(*open_duckdb(place.path()));
  CHECK(*connect(*warehouse)->count("SELECT a FROM t") == 7);
}

TEST_CASE("a file that this process has open already is shared, not opened twice") {
  const Place place;
  const auto one = std::move(*open_duckdb(place.path()));
  const auto two = std::move(*open_duckdb(place.path()));
  REQUIRE(connect(*one)->execute("CREATE TABLE t AS SELECT 7 AS a"));
  CHECK(*connect(*two)->count("SELECT a FROM t") == 7);
}

TEST_CASE("two warehouses in memory share nothing") {
  const auto one = std::move(*open_duckdb(""));
  const auto two = std::move(*open_duckdb(""));
  REQUIRE(connect(*one)->execute("CREATE TABLE t (a BIGINT)"));
  CHECK_FALSE(connect(*two)->execute("SELECT * FROM t"));
}

// Runs in a second process only, started by the next case.
TEST_CASE("opens what another process holds" * doctest::skip()) {
  world::RealWorld world;
  const auto path = world.view().environment.variable("RONDO_TEST_HELD");
  const auto opened = open_duckdb(path.value_or(""));
  MESSAGE((opened ? "opened" : opened.error().code + " " + opened.error().message));
}

TEST_CASE("a second process is refused and told who holds the file") {
  Place place;
  const auto warehouse = std::move(*open_duckdb(place.path()));
  world::ProcessSpec second{
      .command = {"/proc/self/exe", "--no-skip", "--test-case=opens what another process holds"}};
  second.environment = {{"RONDO_TEST_HELD", place.path()}};
  const auto ran = place.world().run(place.world().view().processes.run(std::move(second)));
  REQUIRE(ran);
  CHECK(ran->output.find("R0207") != std::string::npos);
  CHECK(ran->output.find("is held by process ") != std::string::npos);
}

TEST_CASE("a file that is no warehouse, or in no folder, says so") {
  Place place;
  CHECK(open_duckdb("/no/such/folder/w.duckdb").error().code == "R0206");
  REQUIRE(world::write_file(place.world().view().disk, place.path(), std::string(9000, 'x')));
  CHECK(open_duckdb(place.path()).error().message.find("not a valid DuckDB") != std::string::npos);
}

TEST_CASE("without access to files SQL reaches nothing of this machine") {
  const auto warehouse = std::move(*open_duckdb("", {.reads_files = false}));
  const auto session = connect(*warehouse);
  CHECK_FALSE(session->execute("SELECT * FROM read_csv('/etc/hostname')"));
  CHECK_FALSE(session->execute("COPY (SELECT 1) TO '/tmp/rondo-test-never'"));
  CHECK_FALSE(session->execute("ATTACH '/tmp/rondo-test-never.duckdb'"));
  CHECK_FALSE(session->execute("SET enable_external_access = true"));
  CHECK(session->execute("SELECT 1"));
}

TEST_CASE("memory has the limit it was given") {
  const auto warehouse = std::move(*open_duckdb("", {.memory_bytes_max = 50'000'000}));
  const auto session = connect(*warehouse);
  REQUIRE(session->execute("SET temp_directory = ''"));
  const auto failed =
      session->execute("CREATE TABLE t AS SELECT md5(i::VARCHAR) FROM range(3000000) r(i)");
  REQUIRE_FALSE(failed);
  CHECK(failed.error().code == "R0205");
  CHECK(session->execute("SELECT 1"));
}

TEST_CASE("cancel from another thread ends what runs, soon, and the session goes on") {
  const auto warehouse = std::move(*open_duckdb(""));
  const auto session = connect(*warehouse);
  world::WorldThread other([&](world::RealWorld& world) -> Task<void> {
    return [](world::Clock& clock, Session& cancelled) -> Task<void> {
      co_await clock.sleep(std::chrono::milliseconds{100});
      cancelled.cancel();
    }(world.view().clock, *session);
  });
  const auto outcome = session->count(
      "SELECT count(*) FROM range(1000000) a(i), range(1000000) b(j) WHERE (i * j) % 7 = 3");
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == "R0204");
  CHECK(*session->count("SELECT 42") == 42);
}

}  // namespace
}  // namespace rondo::warehouse
