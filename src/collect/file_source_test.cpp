// File sources on a real disk and the embedded warehouse, which reads the files itself.
#include "collect/file_source.h"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include "collect/file_paths.h"
#include "collect/release.h"
#include "collect/testing.h"
#include "warehouse/system_tables.h"
#include "world/real/real_world.h"

namespace rondo::collect {
namespace {

using model::ColumnType;

/// A project folder of its own, and a warehouse in memory.
class Desk {
 public:
  Desk() {
    root_ = fmt::format("file_source_test.{}", world_.view().random.id().hex());
    REQUIRE(disk().make_directories(root_ + "/data"));
    auto opened = warehouse::open_duckdb("");
    REQUIRE(opened);
    warehouse_ = std::move(*opened);
    auto connected = warehouse_->connect();
    REQUIRE(connected);
    session_ = std::move(*connected);
    REQUIRE(warehouse::ensure_system_tables(*session_));
    project_.root = root_;
    model::Source crm;
    crm.name = "crm";
    crm.type = "file";
    crm.streams.emplace_back();
    crm.streams[0].name = "contacts";
    crm.streams[0].path = "data/contacts.csv";
    crm.streams[0].key = "id";
    project_.sources = {crm};
  }
  ~Desk() {
    for (const auto& folder : {root_ + "/data", root_}) {
      const auto entries = disk().list(folder);
      if (!entries) continue;
      for (const auto& entry : *entries) (void)disk().remove(folder + "/" + entry.name).has_value();
      (void)disk().remove(folder).has_value();
    }
  }
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;

  world::Disk& disk() { return world_.view().disk; }
  model::FileStream& stream() { return project_.sources[0].streams[0]; }
  model::Project& project() { return project_; }
  warehouse::Session& session() { return *session_; }
  void write(const std::string& name, std::string_view text) {
    REQUIRE(world::write_file(disk(), root_ + "/data/" + name, text));
  }
  LoadContext context() { return {world_.view(), *session_, project_, progress_}; }

  Result<std::vector<StreamReport>> try_load() {
    return load_files(context(), project_.sources[0]);
  }
  StreamReport load() {
    auto reports = try_load();
    REQUIRE_MESSAGE(reports, reports.error().text());
    REQUIRE(reports->size() == 1);
    return reports->front();
  }
  /// Every row as "a|b|c", lines joined by a blank.
  std::string rows(const std::string& sql) {
    auto rows = session_->query(sql);
    REQUIRE_MESSAGE(rows, rows.error().text());
    std::string all;
    while (true) {
      const auto more = rows->next();
      REQUIRE(more);
      if (!*more) return all;
      if (!all.empty()) all += ' ';
      for (std::size_t i = 0; i < rows->columns().size(); ++i) {
        if (i > 0) all += '|';
        all += rows->is_null(i) ? "-" : std::string(rows->text(i));
      }
    }
  }

 private:
  world::RealWorld world_;
  std::string root_;
  std::unique_ptr<warehouse::Warehouse> warehouse_;
  std::unique_ptr<warehouse::Session> session_;
  model::Project project_;
  model::NoProgress progress_;
};

void expect(const StreamReport& report, std::int64_t added, std::int64_t replaced,
            std::int64_t unchanged, std::int64_t quarantined) {
  CHECK(report.added == added);
  CHECK(report.replaced == replaced);
  CHECK(report.unchanged() == unchanged);
  CHECK(report.quarantined == quarantined);
}

TEST_CASE(
    "CSV: every column is text, rows know where they came from, the same file again is nothing") {
  Desk desk;
  desk.write("contacts.csv", "id,name,zip\n1,Ada,01234\n2,\"Grace, H.\",\n3,Edsger,99999\n");
  expect(desk.load(), 3, 0, 0, 0);
  CHECK(
      desk.rows("select id, name, zip, _row_key, _file, _row from raw.crm_contacts order by id") ==
      "1|Ada|01234|1|data/contacts.csv|1 2|Grace, H.|-|2|data/contacts.csv|2 "
      "3|Edsger|99999|3|data/contacts.csv|3");
  CHECK(desk.rows("select count(distinct _row_hash), count(_loaded_at), count(_updated_at) "
                  "from raw.crm_contacts") == "3|3|3");
  const std::string before = desk.rows("select * from raw.crm_contacts order by id");
  expect(desk.load(), 0, 0, 3, 0);
  CHECK(desk.rows("select * from raw.crm_contacts order by id") == before);
}

TEST_CASE(
    "a later row replaces the one with its key; another order or a column more is no change of "
    "others") {
  Desk desk;
  desk.write("contacts.csv", "id,name\n1,Ada\n2,Grace\n1,Ada L.\n");
  expect(desk.load(), 2, 0, 0, 0);
  CHECK(desk.rows("select id, name from raw.crm_contacts order by id") == "1|Ada L. 2|Grace");
  desk.write("contacts.csv", "name,id\nGrace H.,2\nAda L.,1\nBarbara,3\n");
  expect(desk.load(), 1, 1, 1, 0);
  CHECK(desk.rows("select id, name from raw.crm_contacts order by id") ==
        "1|Ada L. 2|Grace H. 3|Barbara");
  desk.write("contacts.csv", "id,name,city\n4,Alan,London\n");
  expect(desk.load(), 1, 0, 0, 0);
  CHECK(desk.rows("select id, city from raw.crm_contacts order by id") == "1|- 2|- 3|- 4|London");
}

TEST_CASE("several files are one stream, in the order of their names") {
  Desk desk;
  desk.stream().path = "data/c*.csv";
  desk.write("c1.csv", "id,name\n1,old\n2,two\n");
  desk.write("c2.csv", "id,name,extra\n1,new,x\n");
  desk.write("other.csv", "id\n9\n");
  const auto report = desk.load();
  CHECK(report.files == 2);
  expect(report, 2, 0, 0, 0);
  CHECK(desk.rows("select id, name, extra, _file from raw.crm_contacts order by id") ==
        "1|new|x|data/c2.csv 2|two|-|data/c1.csv");
  expect(desk.load(), 0, 0, 2, 0);
}

TEST_CASE("malformed lines are set aside with their number; the lines around them are loaded") {
  Desk desk;
  desk.write("contacts.csv", "id,name\n1,Ada\n2,too,many\n3\n4,Barbara\n");
  expect(desk.load(), 2, 0, 0, 2);
  CHECK(desk.rows("select id from raw.crm_contacts order by id") == "1 4");
  CHECK(desk.rows("select reason_code, state from rondo.quarantine limit 1") == "R0332|held");
  const std::string reasons = desk.rows("select reason from rondo.quarantine order by reason");
  CHECK(reasons.find("data/contacts.csv line 3: ") != std::string::npos);
  CHECK(reasons.find("data/contacts.csv line 4: ") != std::string::npos);
  CHECK(
      desk.rows("select json_extract_string(payload, '$.text') from rondo.quarantine order by 1") ==
      "2,too,many 3");
  expect(desk.load(), 0, 0, 2, 0);  // held once
}

TEST_CASE("a row without a key is set aside") {
  Desk desk;
  desk.write("contacts.csv", "id,name\n1,Ada\n,Nobody\n");
  expect(desk.load(), 1, 0, 0, 1);
  CHECK(desk.rows("select reason_code, reason from rondo.quarantine") ==
        "R0333|data/contacts.csv row 2: `id` is empty");
}

TEST_CASE("without a declared key each distinct row is one") {
  Desk desk;
  desk.stream().key.clear();
  desk.write("contacts.csv", "a,b\n1,2\n1,2\n1,3\n");
  expect(desk.load(), 2, 0, 0, 0);
  expect(desk.load(), 0, 0, 2, 0);
}

void add_contract(Desk& desk, bool strict = true) {
  model::Contract contract;
  contract.name = "contact";
  contract.columns = {testing::column("id", ColumnType::text, true),
                      testing::column("age", ColumnType::int64, strict),
                      testing::column("vip", ColumnType::boolean, false),
                      testing::column("seen", ColumnType::timestamp, false)};
  desk.project().contracts = {contract};
  desk.stream().contract = "contact";
  desk.stream().updated_at = "seen";
}

TEST_CASE("a contract types the columns; what breaks it is set aside with every reason") {
  Desk desk;
  add_contract(desk);
  desk.write("contacts.csv",
             "id,age,vip,seen,note\n"
             "1,36,yes,2026-01-02T03:04:05Z,x\n"
             "2,old,perhaps,2026-01-02,y\n"
             "3,,no,,z\n");
  expect(desk.load(), 1, 0, 0, 2);
  CHECK(desk.rows("select id, age, vip, seen, _updated_at, note from raw.crm_contacts") ==
        "1|36|true|2026-01-02T03:04:05.000000Z|2026-01-02T03:04:05.000000Z|x");
  CHECK(desk.rows("select typeof(age), typeof(vip), typeof(note) from raw.crm_contacts") ==
        "BIGINT|BOOLEAN|VARCHAR");
  CHECK(desk.rows("select reason from rondo.quarantine order by reason") ==
        "data/contacts.csv row 2: `age` is text, promised was int64; `vip` is text, promised was "
        "boolean data/contacts.csv row 3: `age` is missing");
}

TEST_CASE(
    "a held row is released under a contract that it keeps, once; under the old one it stays") {
  Desk desk;
  add_contract(desk);
  desk.write("contacts.csv", "id,age,vip,seen\n1,36,,\n3,,no,\n");
  expect(desk.load(), 1, 0, 0, 1);
  const std::string id = desk.rows("select quarantine_id from rondo.quarantine");
  auto report = release(desk.context(), {id});
  REQUIRE_MESSAGE(report, report.error().text());
  CHECK(report->released == 0);
  REQUIRE(report->still_held.size() == 1);
  CHECK(report->still_held[0].second.find("`age` is missing") != std::string::npos);
  add_contract(desk, false);
  report = release(desk.context(), {id});
  REQUIRE_MESSAGE(report, report.error().text());
  CHECK(report->released == 1);
  CHECK(desk.rows("select id, age, vip from raw.crm_contacts order by id") == "1|36|- 3|-|false");
  CHECK(desk.rows("select state, released_at is not null from rondo.quarantine") ==
        "released|true");
  CHECK(release(desk.context(), {id}).error().code == "R0340");
}

TEST_CASE("a held row does not replace one that was loaded after it") {
  Desk desk;
  add_contract(desk);
  desk.write("contacts.csv", "id,age,seen\n3,,\n");
  expect(desk.load(), 0, 0, 0, 1);
  desk.write("contacts.csv", "id,age,seen\n3,40,\n");
  expect(desk.load(), 1, 0, 0, 0);
  add_contract(desk, false);
  const auto report =
      release(desk.context(), {desk.rows("select quarantine_id from rondo.quarantine")});
  REQUIRE(report);
  CHECK(report->released == 1);
  CHECK(report->repeated == 1);
  CHECK(desk.rows("select id, age from raw.crm_contacts") == "3|40");
}

TEST_CASE("JSON lines: members are columns, line numbers are kept, bad lines step aside") {
  Desk desk;
  desk.stream().path = "data/contacts.jsonl";
  desk.write("contacts.jsonl",
             "{\"id\":\"1\",\"name\":\"Ada\",\"tags\":[1,2]}\r\n"
             "not json\n"
             "\n"
             "[1]\n"
             "{\"id\":2,\"a.b\":true}\n");
  expect(desk.load(), 2, 0, 0, 2);
  CHECK(desk.rows("select id, name, tags, \"a.b\", _row from raw.crm_contacts order by id") ==
        "1|Ada|[1,2]|-|1 2|-|-|true|5");
  CHECK(
      desk.rows("select reason from rondo.quarantine order by reason") ==
      "data/contacts.jsonl line 2: it is not a JSON object data/contacts.jsonl line 4: it is not a "
      "JSON object");
  expect(desk.load(), 0, 0, 2, 0);
}

TEST_CASE("Parquet brings its own types") {
  Desk desk;
  desk.stream().path = "data/contacts.parquet";
  const std::string path = desk.project().root + "/data/contacts.parquet";
  REQUIRE(
      desk.session().execute("copy (select 1 as id, 'Ada' as name, timestamp '2026-01-02' as seen, "
                             "{'a': 1} as more) to '" +
                             path + "' (format parquet)"));
  expect(desk.load(), 1, 0, 0, 0);
  CHECK(desk.rows("select id, name, seen, more, typeof(id), typeof(seen) from raw.crm_contacts") ==
        "1|Ada|2026-01-02T00:00:00.000000Z|{\"a\":1}|BIGINT|TIMESTAMP");
  expect(desk.load(), 0, 0, 1, 0);
}

TEST_CASE(
    "a missing file, an unknown format and a useless head are said clearly; nothing is changed") {
  Desk desk;
  auto missing = desk.try_load();
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == "R0330");
  CHECK(missing.error().text().find("data/contacts.csv") != std::string::npos);
  desk.stream().path = "data/*.csv";
  CHECK(desk.try_load().error().code == "R0330");
  desk.stream().path = "data/contacts.xlsx";
  CHECK(desk.try_load().error().code == "R0331");
  desk.stream().path = "data/contacts.csv";
  for (const auto* head : {"", "id,,x\n", "id,ID\n1,2\n", "id,_row\n1,2\n"}) {
    desk.write("contacts.csv", head);
    CHECK_MESSAGE(desk.try_load().error().code == "R0335", head);
  }
  desk.write("contacts.csv", "id,name\n1,Ada\n");
  desk.stream().identifiers = {{"email", "mail"}};
  CHECK(desk.try_load().error().text().find("no column `mail`") != std::string::npos);
  CHECK(desk.session().columns("raw.crm_contacts")->empty());
}

TEST_CASE("the head of a CSV file: quotes, other delimiters, a byte order mark") {
  CHECK(csv_head("\xEF\xBB\xBFid,\"a,b\",\"say \"\"x\"\"\"\r\n1,2,3", "f")->columns ==
        std::vector<std::string>{"id", "a,b", "say \"x\""});
  CHECK(csv_head("id;name;zip\n", "f")->delimiter == ';');
  CHECK(csv_head("id\tname\n", "f")->delimiter == '\t');
  CHECK(csv_head("id\n1\n", "f")->columns == std::vector<std::string>{"id"});
}

}  // namespace
}  // namespace rondo::collect
