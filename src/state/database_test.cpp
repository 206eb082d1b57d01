#include "state/database.h"

#include <doctest/doctest.h>

#include "world/sim/sim_world.h"

namespace rondo::state {
namespace {

using world::SimOptions;
using world::SimWorld;

std::unique_ptr<Database> open_or_die(world::Disk& disk, const std::string& path) {
  auto opened = open_database(disk, path);
  if (!opened) FAIL(opened.error().code << ": " << opened.error().text());
  return std::move(*opened);
}

std::int64_t number(Database& database, std::string_view sql) {
  auto rows = database.query(sql);
  REQUIRE(rows);
  REQUIRE(*rows->next());
  return rows->int64(0);
}

TEST_CASE("every type comes back as it went in") {
  SimWorld sim({});
  const auto db = open_or_die(sim.view().disk, "a.db");
  REQUIRE(db->execute("CREATE TABLE t (a, b, c, d)"));
  const std::string text("zero \0 inside, é", 17);
  CHECK(*db->execute("INSERT INTO t VALUES (?, ?, ?, ?)",
                     {std::monostate{}, std::int64_t{-7}, 2.5, text}) == 1);
  auto rows = db->query("SELECT a, b, c, d FROM t WHERE b = ?", {std::int64_t{-7}});
  REQUIRE(*rows->next());
  CHECK(rows->is_null(0));
  CHECK(rows->text(0).empty());
  CHECK(rows->int64(1) == -7);
  CHECK(rows->float64(2) == 2.5);
  CHECK(rows->text(3) == text);
  CHECK_FALSE(*rows->next());
}

TEST_CASE("execute runs several statements and counts the rows they changed") {
  SimWorld sim({});
  const auto db = open_or_die(sim.view().disk, "");
  CHECK(*db->execute("CREATE TABLE t (a); -- a comment\nINSERT INTO t VALUES (1), (2); ") == 2);
  CHECK(*db->execute("CREATE TABLE u (a)") == 0);
  CHECK(*db->execute("UPDATE t SET a = 3") == 2);
  CHECK(*db->execute("") == 0);
  REQUIRE(db->execute("INSERT INTO t VALUES (9)"));
  CHECK(db->last_insert_id() == 3);
}

TEST_CASE("the same question may be asked inside its own answer") {
  SimWorld sim({});
  const auto db = open_or_die(sim.view().disk, "");
  REQUIRE(db->execute("CREATE TABLE t (a); INSERT INTO t VALUES (1), (2)"));
  auto outer = db->query("SELECT a FROM t");
  std::int64_t pairs = 0;
  while (*outer->next()) {
    auto inner = db->query("SELECT a FROM t");
    while (*inner->next()) ++pairs;
  }
  CHECK(pairs == 4);
}

TEST_CASE("wrong statements say why and where") {
  SimWorld sim({});
  const auto db = open_or_die(sim.view().disk, "");
  CHECK(db->execute("CREATE TABEL t (a)").error().code == "R0222");
  CHECK(db->execute("INSERT INTO nowhere VALUES (1)").error().message ==
        "no such table: nowhere (in: INSERT INTO nowhere VALUES (1))");
  CHECK(db->execute("SELECT ?").error().code == "R0222");
  CHECK(db->query("SELECT 1; SELECT 2").error().code == "R0222");
  REQUIRE(db->execute("CREATE TABLE t (a PRIMARY KEY); INSERT INTO t VALUES (1)"));
  CHECK(db->execute("INSERT INTO t VALUES (1)").error().kind == ErrorKind::rejected);
}

TEST_CASE("a transaction keeps everything or nothing") {
  SimWorld sim({});
  const auto db = open_or_die(sim.view().disk, "a.db");
  REQUIRE(db->execute("CREATE TABLE t (a PRIMARY KEY)"));
  auto failed = db->transaction([&]() -> Result<void> {
    TRY(db->execute("INSERT INTO t VALUES (1)"));
    TRY(db->execute("INSERT INTO t VALUES (1)"));
    return {};
  });
  CHECK(failed.error().code == "R0222");
  CHECK(number(*db, "SELECT count(*) FROM t") == 0);
  CHECK(db->transaction([&]() -> Result<void> {
    TRY(db->execute("INSERT INTO t VALUES (1)"));
    return {};
  }));
  CHECK(number(*db, "SELECT count(*) FROM t") == 1);
}

TEST_CASE("what was written is there after closing and opening") {
  SimWorld sim({});
  {
    const auto db = open_or_die(sim.view().disk, "a.db");
    REQUIRE(db->execute("CREATE TABLE t (a); INSERT INTO t VALUES (7)"));
  }
  CHECK(number(*open_or_die(sim.view().disk, "a.db"), "SELECT a FROM t") == 7);
}

TEST_CASE("a second opener is told who has it") {
  SimWorld sim({});
  {
    const auto db = open_or_die(sim.view().disk, "a.db");
    auto second = open_database(sim.view().disk, "a.db");
    REQUIRE_FALSE(second);
    CHECK(second.error().code == "R0224");
    CHECK(second.error().cause != nullptr);
  }
  CHECK(open_database(sim.view().disk, "a.db"));
}

TEST_CASE("a file that is no database, or a damaged one, is refused and left as it is") {
  SimWorld sim({});
  world::Disk& disk = sim.view().disk;
  const std::string garbage(8192, 'x');
  REQUIRE(world::write_file(disk, "a.db", garbage));
  auto opened = open_database(disk, "a.db");
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code == "R0221");
  CHECK(opened.error().hint.find("backup") != std::string::npos);
  CHECK(*world::read_file(disk, "a.db") == garbage);
  CHECK(open_database(disk, "no/such/folder/a.db").error().code == "R0221");
}

TEST_CASE("a page damaged later shows as damage, not as wrong answers") {
  SimWorld sim({});
  world::Disk& disk = sim.view().disk;
  {
    const auto db = open_or_die(disk, "a.db");
    REQUIRE(db->execute("CREATE TABLE t (a TEXT)"));
    for (int i = 0; i < 50; ++i) {
      REQUIRE(db->execute("INSERT INTO t VALUES (?)", {std::string(1000, 'a')}));
    }
  }
  std::string bytes = *world::read_file(disk, "a.db");
  bytes.replace(4096, 4096, std::string(4096, '\x7F'));
  REQUIRE(world::write_file(disk, "a.db", bytes));
  const auto db = open_or_die(disk, "a.db");
  auto rows = db->query("SELECT count(a) FROM t");
  REQUIRE(rows);
  CHECK(rows->next().error().code == "R0221");
}

TEST_CASE("migrations run once each, in order, and a newer file is refused") {
  SimWorld sim({});
  world::Disk& disk = sim.view().disk;
  const std::string_view first = "CREATE TABLE t (a); INSERT INTO t VALUES (1)";
  const std::string_view second = "ALTER TABLE t ADD COLUMN b; UPDATE t SET b = a + 1";
  {
    const auto db = open_or_die(disk, "a.db");
    REQUIRE(db->migrate("outbox", {first}));
    REQUIRE(db->migrate("journal", {"CREATE TABLE j (a)"}));
  }
  const auto db = open_or_die(disk, "a.db");
  REQUIRE(db->migrate("outbox", {first, second}));
  REQUIRE(db->migrate("outbox", {first, second}));
  CHECK(number(*db, "SELECT sum(b) FROM t") == 2);
  CHECK(db->migrate("outbox", {first}).error().code == "R0225");
  CHECK(db->migrate("journal", {"CREATE TABLE j (a)"}));
}

TEST_CASE("a migration that fails leaves the old version whole") {
  SimWorld sim({});
  const auto db = open_or_die(sim.view().disk, "a.db");
  REQUIRE(db->migrate("p", {"CREATE TABLE t (a)"}));
  CHECK_FALSE(db->migrate("p", {"", "CREATE TABLE u (a)", "CREATE TABLE t (a)"}));
  CHECK(db->execute("SELECT * FROM u").error().code == "R0222");
  CHECK(db->migrate("p", {"", "CREATE TABLE u (a)"}));
}

TEST_CASE("a full disk is told as one, and what was committed stays") {
  SimWorld sim({});
  const auto db = open_or_die(sim.view().disk, "a.db");
  REQUIRE(db->execute("CREATE TABLE t (a); INSERT INTO t VALUES (1)"));
  sim.options().no_space = 1;
  auto failed = db->execute("INSERT INTO t VALUES (2)");
  CHECK(failed.error().code == "R0223");
  CHECK(failed.error().kind == ErrorKind::transient);
  sim.options().no_space = 0;
  CHECK(number(*db, "SELECT count(*) FROM t") == 1);
  CHECK(db->execute("INSERT INTO t VALUES (3)"));
}

TEST_CASE("a sync that fails at the commit leaves its outcome open") {
  SimWorld sim({});
  const auto db = open_or_die(sim.view().disk, "a.db");
  REQUIRE(db->execute("CREATE TABLE t (a)"));
  sim.options().sync_fails = 1;
  auto failed = db->transaction([&]() -> Result<void> {
    TRY(db->execute("INSERT INTO t VALUES (1)"));
    return {};
  });
  CHECK(failed.error().kind == ErrorKind::unknown_outcome);
}

// ---- power cuts ----

/// Adds one row and moves the counter with it, again and again until the power goes off.
void work(world::Disk& disk, std::int64_t& acknowledged) {
  auto opened = open_database(disk, "s/a.db");
  if (!opened) return;
  Database& db = **opened;
  if (!db.migrate("t", {"CREATE TABLE t (a INTEGER PRIMARY KEY, filler TEXT);"
                        "CREATE TABLE counter (n INTEGER); INSERT INTO counter VALUES (0)"})) {
    return;
  }
  for (int i = 0; i < 40; ++i) {
    const std::int64_t next = acknowledged + 1;
    const auto added = db.transaction([&]() -> Result<void> {
      TRY(db.execute("INSERT INTO t VALUES (?, ?)", {next, std::string(700, 'x')}));
      TRY(db.execute("UPDATE counter SET n = ?", {next}));
      return {};
    });
    if (!added) return;
    acknowledged = next;
  }
}

/// Everything that was acknowledged, at most one transaction more, and nothing by halves.
void check_survivors(world::Disk& disk, std::int64_t& acknowledged) {
  const auto db = open_or_die(disk, "s/a.db");
  if (number(*db, "SELECT count(*) FROM sqlite_schema WHERE name = 't'") == 0) {
    CHECK(acknowledged == 0);
    return;
  }
  const std::int64_t rows = number(*db, "SELECT count(*) FROM t");
  CHECK(rows >= acknowledged);
  CHECK(rows <= acknowledged + 1);
  CHECK(number(*db, "SELECT coalesce(max(a), 0) FROM t") == rows);
  CHECK(number(*db, "SELECT n FROM counter") == rows);
  CHECK(number(*db, "SELECT count(*) FROM t WHERE length(filler) = 700") == rows);
  auto whole = db->query("PRAGMA integrity_check");
  REQUIRE(*whole->next());
  CHECK(whole->text(0) == "ok");
  acknowledged = rows;
}

TEST_CASE("a power cut at any step keeps what was committed and nothing else") {
  std::int64_t rows_in_all = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    SimWorld sim({.seed = seed});
    world::Disk& disk = sim.view().disk;
    REQUIRE(disk.make_directories("s"));
    REQUIRE(disk.sync_directory("."));
    std::int64_t acknowledged = 0;
    for (int life = 0; life < 3; ++life) {
      sim.crash_after(1 + (seed * 7919 + static_cast<std::uint64_t>(life) * 104'729) % 180);
      work(disk, acknowledged);
      sim.restart();
      check_survivors(disk, acknowledged);
    }
    rows_in_all += acknowledged;
  }
  CHECK(rows_in_all > 1000);  // the cuts came late enough to have something to lose
}

TEST_CASE("the same seed writes the same bytes") {
  std::string traces[2];
  for (std::string& trace : traces) {
    SimWorld sim({.seed = 5});
    std::int64_t acknowledged = 0;
    REQUIRE(sim.view().disk.make_directories("s"));
    sim.crash_after(150);
    work(sim.view().disk, acknowledged);
    sim.restart();
    work(sim.view().disk, acknowledged);
    trace = sim.trace();
  }
  CHECK(traces[0].size() > 1000);
  CHECK(traces[0] == traces[1]);
}

}  // namespace
}  // namespace rondo::state
