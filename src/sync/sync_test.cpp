#include "sync/sync.h"

#include <doctest/doctest.h>

#include "base/hash.h"
#include "sync/csv_file.h"
#include "sync/testing/bench.h"

namespace rondo::sync {
namespace {

using Rows = std::vector<std::string>;

/// A receiver of webhooks that remembers records, and can refuse or be silent.
struct Receiver {
  std::map<std::string, std::string> records{};
  std::vector<std::string> keys{};
  std::vector<std::string> bodies{};
  int status = 200;
  std::unique_ptr<world::HttpServer> server{};

  static Task<world::HttpResponse> handle(Receiver& self, world::HttpRequest request) {
    self.keys.emplace_back(request.headers.get("idempotency-key").value_or(""));
    self.bodies.push_back(request.body);
    const Json body = *Json::parse(request.body);
    for (const Json& record : body["records"].as_array()) {
      const std::string key(record["key"].as_string());
      if (record["action"].as_string() == "remove") self.records.erase(key);
      if (record["action"].as_string() == "upsert") self.records[key] = record["fields"].text();
    }
    co_return world::HttpResponse{self.status, {}, ""};
  }
  void open(Bench& bench) {
    server = std::move(*bench.sim().view().network.serve(
        {.port = 7000}, [this](world::HttpRequest r) { return handle(*this, std::move(r)); }));
    bench.destination().connector = "webhook";
    bench.destination().settings = {{"url", "http://127.0.0.1:7000"}};
    bench.order().object.clear();
  }
};

void three_people(Bench& bench) {
  bench.add_person("p1", "ada@x.co", "Ada");
  bench.add_person("p2", "bob@x.co", "Bob");
  bench.add_person("p3", "eve@x.co", "Eve");
}

TEST_CASE("the first run sends everybody, the second nobody, a change is one record") {
  Bench bench;
  Receiver receiver;
  receiver.open(bench);
  three_people(bench);
  const SyncReport first = bench.must_run();
  CHECK(first.adds == 3);
  CHECK(first.ok == 3);
  CHECK(receiver.records["ada@x.co"] == R"({"firstname":"Ada","ltv":10.0})");
  const SyncReport second = bench.must_run();
  CHECK(second.planned == 0);
  CHECK(second.unchanged == 3);
  CHECK(receiver.bodies.size() == 1);
  bench.run_sql("update audiences.vips set ltv = 20 where profile_id = 'p2'");
  const SyncReport third = bench.must_run();
  CHECK(third.updates == 1);
  CHECK(third.unchanged == 2);
  CHECK(bench.rows("select action, state, key, run_id from rondo.deliveries order by receipt_id") ==
        Rows{"add|ok|ada@x.co|run1", "add|ok|bob@x.co|run1", "add|ok|eve@x.co|run1",
             "update|ok|bob@x.co|run3"});
}

TEST_CASE("who must not be sent is blocked with a reason, and the counts add up") {
  Bench bench;
  Receiver receiver;
  receiver.open(bench);
  three_people(bench);
  bench.add_person("p4", "", "Nemo");
  bench.add_person("p5", "Ada@x.co", "Other Ada");
  bench.add_person("p6", "gone@x.co", "Gone");
  bench.add_person("p7", "bad@x.co", "Bad");
  bench.add_person("p8", "sup@x.co", "Sup");
  bench.say("p2", false);
  bench.run_sql("delete from rondo.consent_ledger where identifier_value = 'p3'");
  bench.run_sql(
      "insert into rondo.suppressions values ('email', 'sup@x.co', '*', 'bounce', 'o1', now())");
  bench.run_sql(
      "insert into rondo.verifications values ('bad@x.co', 'undeliverable', '[]', '{}', "
      "timestamp '2026-01-01', timestamp '2030-01-01'), ('gone@x.co', 'undeliverable', '[]', '{}', "
      "timestamp '2025-01-01', timestamp '2025-06-01')");
  bench.order().verify_email = true;
  // The webhook has no canonical form, so the two Adas differ there; HubSpot's has.
  const SyncReport report = bench.must_run();
  CHECK(bench.rows("select profile_id, reason_code from rondo.blocked order by 1") ==
        Rows{"p2|consent_withdrawn", "p3|consent_missing", "p4|no_key", "p7|undeliverable",
             "p8|suppressed"});
  CHECK(report.rows == 8);
  CHECK(report.blocked == 5);
  CHECK(report.planned == 3);
  CHECK(report.considered == report.planned + report.unchanged + report.blocked);
  CHECK(receiver.records.size() == 3);
}

TEST_CASE("of two profiles with one key the smaller id wins, every time") {
  Bench bench;
  Receiver receiver;
  receiver.open(bench);
  bench.add_person("p2", "same@x.co", "Second");
  bench.add_person("p1", "same@x.co", "First");
  CHECK(bench.must_run().blocked_by == std::map<std::string, std::int64_t>{{"duplicate_key", 1}});
  CHECK(receiver.records["same@x.co"].find("First") != std::string::npos);
  CHECK(bench.must_run().planned == 0);
}

TEST_CASE("mirror removes who left; upsert does not; withdrawal removes in both") {
  for (const auto mode : {model::SyncMode::mirror, model::SyncMode::upsert}) {
    Bench bench;
    Receiver receiver;
    receiver.open(bench);
    bench.order().mode = mode;
    three_people(bench);
    bench.must_run();
    bench.leave("p1");
    bench.say("p2", false);
    const SyncReport report = bench.must_run();
    const bool mirror = mode == model::SyncMode::mirror;
    CHECK(report.removes == (mirror ? 2 : 1));
    CHECK(report.removed_by_consent == 1);
    CHECK(receiver.records.contains("ada@x.co") != mirror);
    CHECK_FALSE(receiver.records.contains("bob@x.co"));
    CHECK(bench.must_run().planned == 0);
  }
}

TEST_CASE("who withdrew after leaving the audience is removed as well") {
  Bench bench;
  Receiver receiver;
  receiver.open(bench);
  bench.order().mode = model::SyncMode::upsert;
  three_people(bench);
  bench.must_run();
  bench.leave("p1");
  bench.say("p1", false);
  bench.run_sql(
      "insert into rondo.suppressions values ('email', 'bob@x.co', 'marketing', 'bounce', 'o', "
      "now())");
  CHECK(bench.must_run().removes == 2);
  CHECK(receiver.records.size() == 1);
}

TEST_CASE("insert leaves what is there; update adds nobody") {
  Bench bench;
  Receiver receiver;
  receiver.open(bench);
  bench.order().mode = model::SyncMode::insert;
  three_people(bench);
  bench.must_run();
  bench.run_sql("update audiences.vips set ltv = 20");
  bench.add_person("p4", "new@x.co", "New");
  const SyncReport report = bench.must_run();
  CHECK(report.adds == 1);
  CHECK(report.unchanged == 3);
  bench.order().mode = model::SyncMode::update;
  CHECK(bench.run().error().code == "R0404");
}

TEST_CASE("guards stop before the first request, at one more than they allow") {
  Bench bench;
  Receiver receiver;
  receiver.open(bench);
  for (int i = 0; i < 10; ++i) {
    bench.add_person("p" + std::to_string(i), "p" + std::to_string(i) + "@x.co", "P");
  }
  bench.order().change_share_max = 0.2;
  bench.order().delete_share_max = 0.1;
  bench.must_run();
  const std::size_t sent = receiver.bodies.size();
  bench.run_sql("update audiences.vips set ltv = 1 where profile_id in ('p1', 'p2', 'p3')");
  CHECK(bench.run().error().code == "R0421");
  bench.run_sql("update audiences.vips set ltv = 10 where profile_id = 'p3'");
  CHECK(receiver.bodies.size() == sent);
  CHECK(bench.must_run().updates == 2);
  bench.leave("p4");
  bench.leave("p5");
  CHECK(bench.run().error().code == "R0422");
  bench.run_sql("insert into audiences.vips values ('p5', 10, timestamp '2026-01-01 00:00:00')");
  bench.say("p6", false);
  CHECK(bench.must_run().removes == 2);
}

TEST_CASE("a field whose source does not allow the purpose stays empty") {
  Bench bench;
  Receiver receiver;
  receiver.open(bench);
  bench.add_person("p1", "ada@x.co", "Ada");
  bench.run_sql(
      "update rondo.profile_values set source = 'broker.list.name' where field = 'given_name'");
  bench.must_run();
  CHECK(receiver.records["ada@x.co"] == R"({"firstname":null,"ltv":10.0})");
}

TEST_CASE("a holdout is left out, always the same, about as large as declared") {
  Bench bench;
  Receiver receiver;
  receiver.open(bench);
  for (int i = 0; i < 200; ++i) {
    bench.add_person("p" + std::to_string(i), "p" + std::to_string(i) + "@x.co", "P");
  }
  bench.order().holdout_share = 0.25;
  const SyncReport report = bench.must_run();
  CHECK(report.blocked_by.at("holdout") > 25);
  CHECK(report.blocked_by.at("holdout") < 75);
  CHECK(bench.must_run().planned == 0);
}

TEST_CASE("columns that are nowhere are named all at once") {
  Bench bench;
  bench.order().map.push_back({"a", "lvt", {}});
  bench.order().map.push_back({"b", "shoe_size", {}});
  const auto report = bench.run();
  REQUIRE_FALSE(report.has_value());
  CHECK(report.error().code == "R0420");
  CHECK(report.error().message.find("lvt, shoe_size") != std::string::npos);
  CHECK(report.error().hint == "did you mean `ltv`?");
}

TEST_CASE("traits are found by name and by name and column") {
  Bench bench;
  Receiver receiver;
  receiver.open(bench);
  bench.add_person("p1", "ada@x.co", "Ada");
  bench.run_sql(
      "create table traits.churn as select 'p1' as profile_id, 0.5 as churn, 'high' as level");
  bench.order().map = {{"risk", "churn", {}}, {"level", "churn.level", {}}};
  bench.must_run();
  CHECK(receiver.records["ada@x.co"].find("\"level\":\"high\"") != std::string::npos);
}

TEST_CASE("an answer that was lost is settled under the same key with the same body") {
  Bench bench;
  Receiver receiver;
  receiver.open(bench);
  three_people(bench);
  receiver.status = 500;
  const SyncReport lost = bench.must_run();
  CHECK(lost.unknown == 3);
  CHECK(bench.one("select count(*) from rondo.delivered where fingerprint = '?'") == "3");
  receiver.status = 200;
  bench.run_sql("update audiences.vips set ltv = 11 where profile_id = 'p1'");
  const SyncReport next = bench.must_run();
  CHECK(next.settled == 3);
  CHECK(next.updates == 1);
  for (std::size_t i = 1; i + 1 < receiver.keys.size(); ++i) {
    CHECK(receiver.keys[i] == receiver.keys[0]);
    CHECK(receiver.bodies[i] == receiver.bodies[0]);
  }
  CHECK(bench.rows("select state, count(*) from rondo.deliveries group by 1") == Rows{"ok|4"});
}

TEST_CASE("what is in doubt is not sent again once consent is gone, but removed") {
  Bench bench;
  Receiver receiver;
  receiver.open(bench);
  bench.add_person("p1", "ada@x.co", "Ada");
  receiver.status = 500;
  bench.must_run();
  const std::size_t before = receiver.bodies.size();
  receiver.status = 200;
  bench.say("p1", false);
  const SyncReport report = bench.must_run();
  CHECK(report.removes == 1);
  REQUIRE(receiver.bodies.size() == before + 1);
  CHECK(receiver.bodies.back().find("\"remove\"") != std::string::npos);
}

TEST_CASE("credentials refused: the run fails, nothing is marked as sent, the next run sends all") {
  Bench bench;
  Receiver receiver;
  receiver.open(bench);
  three_people(bench);
  receiver.status = 401;
  CHECK(bench.run().error().code == "R0405");
  CHECK(bench.one("select count(*) from rondo.deliveries") == "0");
  receiver.status = 200;
  CHECK(bench.must_run().adds == 3);
}

TEST_CASE(
    "a file destination holds the whole audience, with its checksum, and is written only anew") {
  Bench bench;
  bench.destination().connector = "csv";
  bench.destination().settings = {{"path", "out"}};
  bench.order().object = "people";
  bench.order().map.push_back({"seen", "seen_at", {}});
  three_people(bench);
  bench.add_person("p4", "odd@x.co", "Odd, \"\"quoted\"\"");
  const SyncReport report = bench.must_run();
  CHECK(report.file == "out/people.csv");
  CHECK(report.ok == 4);
  const std::string text = *world::read_file(bench.sim().view().disk, "out/people.csv");
  CHECK(text.starts_with(
      "email,firstname,ltv,seen\nada@x.co,Ada,10.0,2026-01-01T00:00:00.000000Z\n"));
  CHECK(*world::read_file(bench.sim().view().disk, "out/people.csv.sha256") ==
        sha256_hex(text) + "  people.csv\n");
  CHECK(bench.must_run().planned == 0);
  bench.leave("p1");
  CHECK(bench.must_run().removes == 1);
  CHECK(world::read_file(bench.sim().view().disk, "out/people.csv")->find("Ada") ==
        std::string::npos);
}

TEST_CASE("cells are quoted where they have to be") {
  CHECK(csv_line({"a", "b,c", "d\"e", "f\ng", "", " h"}) ==
        "a,\"b,c\",\"d\"\"e\",\"f\ng\",,\" h\"\n");
}

/// A tool that can be asked what it has, and whose writing may be of any kind.
struct Ledger {
  std::map<std::string, std::string> names{};
  int writes = 0;
  bool silent = false;     ///< writes are done, and the answer is lost
  bool forgetful = false;  ///< writes are not done, and the answer is lost
  bool corrupts = false;   ///< writes another name than it was given
  std::unique_ptr<world::HttpServer> server{};

  static Task<world::HttpResponse> handle(Ledger& self, world::HttpRequest request) {
    const Json body = *Json::parse(request.body);
    Json results = Json::array();
    for (const Json& row : body["rows"].as_array()) {
      const std::string key(row["key"].as_string());
      if (request.url == "/write" && !self.forgetful) {
        ++self.writes;
        self.names[key] = self.corrupts ? "?" : std::string(row["fields"]["firstname"].as_string());
      }
      if (!self.names.contains(key)) continue;
      results.push(
          Json::object({{"key", Json(key)},
                        {"id", Json("r-" + key)},
                        {"fields", Json::object({{"firstname", Json(self.names[key])}})}}));
    }
    const bool lost = request.url == "/write" && (self.silent || self.forgetful);
    co_return world::HttpResponse{
        lost ? 500 : 200, {}, Json::object({{"results", results}}).text()};
  }
  void open(Bench& bench, const std::string& idempotent) {
    server = std::move(*bench.sim().view().network.serve(
        {.port = 7000}, [this](world::HttpRequest r) { return handle(*this, std::move(r)); }));
    const std::string operation =
        R"("row": {"key": "key.value", "fields": "fields"}, "body": {"rows": "rows"},
      "batch": {"rows": 10}, "unmatched": "unknown", "results": {"when": "status == 200", "ok": {
      "each": "body.results", "match": [{"key": "key"}], "remote_id": "id")";
    bench.connector_file() =
        *Json::parse(R"({"connector": "ledger", "format": 1, "settings": {"url": {}},
      "base_url": "${settings.url}", "errors": [{"if": "status >= 500 or transport", "class": "retry"}],
      "operations": {"upsert": {"post": "/write", "idempotent": ")" +
                     idempotent + "\", " + operation +
                     R"(}}}, "verify": {"post": "/read", "idempotent": "natural", )" + operation +
                     R"(, "compare": "fields"}}}}})");
    bench.destination().connector = "ledger";
    bench.destination().settings = {{"url", "http://127.0.0.1:7000"}};
    bench.order().object.clear();
    bench.order().mode = model::SyncMode::upsert;
    bench.order().map = {{"firstname", "given_name", {}}};
  }
};

TEST_CASE("a lost outbox is noticed before anything is sent") {
  Bench bench;
  Receiver receiver;
  receiver.open(bench);
  three_people(bench);
  bench.must_run();
  REQUIRE(bench.sim().view().disk.remove("state.db"));
  bench.add_person("p4", "dan@x.co", "Dan");
  const auto refused = bench.run();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "R0424");
  CHECK(receiver.bodies.size() == 1);
  CHECK(bench.one("select count(*) from rondo.deliveries") == "3");
}

TEST_CASE("read_back: what arrived is found, what did not is sent again") {
  Bench bench;
  Ledger ledger;
  ledger.open(bench, "read_back");
  bench.add_person("p1", "ada@x.co", "Ada");
  ledger.silent = true;
  CHECK(bench.must_run().unknown == 1);
  ledger.silent = false;
  SyncReport report = bench.must_run();
  CHECK(report.settled == 1);
  CHECK(report.planned == 0);
  CHECK(ledger.writes == 1);
  CHECK(bench.one("select state, remote_id from rondo.deliveries") == "ok|r-ada@x.co");
  bench.add_person("p2", "bob@x.co", "Bob");
  ledger.forgetful = true;
  CHECK(bench.must_run().unknown == 1);
  ledger.forgetful = false;
  report = bench.must_run();
  CHECK(report.settled == 1);
  CHECK(report.adds == 1);
  CHECK(ledger.names.at("bob@x.co") == "Bob");
  CHECK(ledger.writes == 2);
}

TEST_CASE("none: what is in doubt is held back for a person, the others go on") {
  Bench bench;
  Ledger ledger;
  ledger.open(bench, "none");
  bench.add_person("p1", "ada@x.co", "Ada");
  ledger.silent = true;
  CHECK(bench.must_run().unknown == 1);
  CHECK(ledger.writes == 1);
  ledger.silent = false;
  bench.add_person("p2", "bob@x.co", "Bob");
  const SyncReport report = bench.must_run();
  CHECK(report.blocked_by == std::map<std::string, std::int64_t>{{"in_doubt", 1}});
  CHECK(report.adds == 1);
  CHECK(ledger.writes == 2);
}

TEST_CASE("confirm: what the destination holds otherwise than sent is unknown, and sent again") {
  Bench bench;
  Ledger ledger;
  ledger.open(bench, "natural");
  bench.order().confirm_read_back = true;
  bench.add_person("p1", "ada@x.co", "Ada");
  ledger.corrupts = true;
  CHECK(bench.must_run().unknown == 1);
  CHECK(bench.one("select reason_code from rondo.deliveries") == "read_back_differs");
  ledger.corrupts = false;
  CHECK(bench.must_run().ok == 1);
  CHECK(bench.must_run().planned == 0);
  bench.order().mode = model::SyncMode::mirror;
  CHECK(bench.run().error().code == "R0404");
}

/// The file, once the power is back.
std::string file_of(Bench& bench, const std::string& path) {
  auto text = world::read_file(bench.sim().view().disk, path);
  if (!text) {
    bench.sim().restart();
    text = world::read_file(bench.sim().view().disk, path);
  }
  REQUIRE(text.has_value());
  return *text;
}

TEST_CASE("killed while a file is written: the old file or the new one, and in the end the new") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Bench bench({.seed = seed});
    bench.destination().connector = "csv";
    bench.destination().settings = {{"path", "out"}};
    three_people(bench);
    bench.must_run();
    const std::string before = file_of(bench, "out/contacts.csv");
    bench.leave("p1");
    bench.sim().crash_after(seed * 2);
    for (int life = 0; life < 8; ++life) {
      (void)bench.try_run();
      const std::string now = file_of(bench, "out/contacts.csv");
      CHECK(
          (now == before || now == "email,firstname,ltv\nbob@x.co,Bob,10.0\neve@x.co,Eve,10.0\n"));
    }
    CHECK(bench.must_run().planned == 0);
    const std::string text = file_of(bench, "out/contacts.csv");
    CHECK(text.find("Ada") == std::string::npos);
    CHECK(file_of(bench, "out/contacts.csv.sha256") == sha256_hex(text) + "  contacts.csv\n");
  }
}

TEST_CASE("killed at any moment, the next runs end as if nothing had happened") {
  int crashes = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    Bench bench({.seed = seed});
    Receiver receiver;
    bench.sim().as_other_machine([&] { receiver.open(bench); });
    three_people(bench);
    bench.sim().crash_after(seed);
    for (int life = 0; life < 10; ++life) {
      if (!bench.try_run()) ++crashes;
    }
    const SyncReport last = bench.must_run();
    CHECK(last.planned == 0);
    CHECK(last.unchanged == 3);
    CHECK(receiver.records.size() == 3);
    // Every record took effect once: under one key, however often it was sent.
    std::map<std::string, std::set<std::string>> bodies_by_key;
    for (std::size_t i = 0; i < receiver.keys.size(); ++i) {
      bodies_by_key[receiver.keys[i]].insert(receiver.bodies[i]);
    }
    CHECK(bodies_by_key.size() == 1);
    for (const auto& [key, bodies] : bodies_by_key) CHECK(bodies.size() == 1);
  }
  CHECK(crashes > 10);
}

}  // namespace
}  // namespace rondo::sync
