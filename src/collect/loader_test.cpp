#include "collect/loader.h"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include "collect/event_intake.h"
#include "collect/release.h"
#include "collect/testing.h"
#include "collect/views.h"
#include "warehouse/system_tables.h"

namespace rondo::collect {
namespace {

using testing::Station;

/// A warehouse in memory beside a station.
class Mill {
 public:
  explicit Mill(Station& station) : station_(station) {
    auto opened = warehouse::open_duckdb("");
    REQUIRE(opened);
    warehouse_ = std::move(*opened);
    auto connected = warehouse_->connect();
    REQUIRE(connected);
    session_ = std::move(*connected);
    REQUIRE(warehouse::ensure_system_tables(*session_));
  }
  LoadContext context() {
    return {station_.sim().view(), *session_, station_.project(), progress_};
  }
  LoadReport load(std::int64_t rows_max = load_rows_max) {
    auto report =
        load_events(context(), testing::log_folder, station_.log().durable_end(), rows_max);
    REQUIRE_MESSAGE(report, report.error().text());
    return *report;
  }
  std::string text(const std::string& sql) {
    auto answer = session_->text(sql);
    REQUIRE_MESSAGE(answer, answer.error().text());
    return *answer;
  }
  warehouse::Session& session() { return *session_; }

 private:
  Station& station_;
  std::unique_ptr<warehouse::Warehouse> warehouse_;
  std::unique_ptr<warehouse::Session> session_;
  model::NoProgress progress_;
};

std::string numbered(int from, int to) {
  std::string events;
  for (int i = from; i < to; ++i) {
    events += fmt::format(R"({}{{"type":"track","event":"Product Viewed","messageId":"{}"}})",
                          i == from ? "" : ",", i);
  }
  return R"({"batch":[)" + events + "]}";
}

TEST_CASE("an event arrives with every column") {
  Station station;
  Mill mill(station);
  station.post(
      "/v1/batch",
      R"({"context":{"app":"shop","ip":"1.2.3.4"},"batch":[{"type":"track","event":"Order Completed",
"messageId":"m1","userId":" u1 ","anonymousId":"a1","timestamp":"2025-12-31T23:00:00Z",
"properties":{"order_id":"o1","total":12.5,"address":{"city":"Ulm"},"more":"\u0000 \ud83d"},
"context":{"ip":"5.6.7.8","consent":{"categoryPreferences":{"Advertising":false}}}}]})",
      {{"X-Write-Key", "k1"}, {"Sec-GPC", "1"}});
  const auto report = mill.load();
  CHECK(report.events == 1);
  CHECK(report.records == 1);
  CHECK(
      mill.text(
          "select source || '|' || message_id || '|' || type || '|' || name || '|' || user_id || "
          "'|' || "
          "anonymous_id || '|' || identifier_type || '|' || identifier_value || '|' || log_offset "
          "from raw.events") == "web|m1|track|Order Completed| u1 |a1|user_id|u1|0");
  CHECK(mill.text("select event_id from raw.events") == event_id_of("web", "m1").hex());
  CHECK(mill.text("select occurred_at from raw.events") == "2025-12-31T23:00:00.000000Z");
  CHECK(mill.text("select received_at from raw.events").starts_with("2026-01-01T00:00:00"));
  CHECK(mill.text("select json_extract_string(properties, '$.order_id') from raw.events") == "o1");
  const auto context = Json::parse(mill.text("select context from raw.events"));
  REQUIRE(context);
  CHECK((*context)["app"].as_string() == "shop");
  CHECK((*context)["ip"].as_string() == "5.6.7.8");
  CHECK((*context)["gpc"].as_bool());
  CHECK((*context)["consent"]["categoryPreferences"]["Advertising"] == Json(false));
  CHECK(mill.text("select count(*) from raw.events where traits is null and group_id is null") ==
        "1");
}

TEST_CASE("the typed view of an event has the columns of its contract") {
  Station station;
  Mill mill(station);
  station.post_batch(
      R"({"batch":[{"type":"track","event":"Order Completed","messageId":"m1","userId":"u1",
"properties":{"order_id":"o1","total":12.5,"address":{"city":"Ulm"}}}]})");
  mill.load();
  CHECK(mill.text("select order_id || '|' || total || '|' || address_city || '|' || user_id "
                  "from raw.web_order_completed") == "o1|12.5|Ulm|u1");
  CHECK(mill.text("select typeof(total) from raw.web_order_completed") == "DOUBLE");
  CHECK(mill.text("select count(*) from raw.web_product_viewed") == "0");
  CHECK(mill.session().columns("raw.web_product_viewed")->back().name == "properties");
  CHECK(mill.session().columns("raw.web_group")->back().name == "traits");
  CHECK(mill.session().columns("raw.web_identify")->back().name == "email");
  for (const auto& column : model::event_columns()) {
    CHECK(mill.session().count(fmt::format("select count({}) from raw.web_page", column.name)));
  }
}

TEST_CASE("the log is taken in once, in any size of batch, and goes on where it was") {
  for (const std::int64_t rows_max : {1, 2, 7, 10'000}) {
    Station station({}, {}, 700);
    Mill mill(station);
    station.post_batch(numbered(0, 5));
    station.post_batch(numbered(5, 9));
    CHECK(mill.load(rows_max).events == 9);
    CHECK(mill.load(rows_max).records == 0);
    station.post_batch(numbered(9, 12));
    const auto report = mill.load(rows_max);
    CHECK(report.events == 3);
    CHECK(report.position == station.log().durable_end());
    CHECK(mill.text("select count(*) || '|' || count(distinct event_id) from raw.events") ==
          "12|12");
  }
}

TEST_CASE(
    "a resend that the collector did not know any more is stopped here, within a batch and later") {
  Station station({}, {.deduplicate = false});
  Mill mill(station);
  station.post_batch(numbered(0, 4));
  station.post_batch(numbered(2, 6));
  const auto report = mill.load();
  CHECK(report.events == 6);
  CHECK(report.repeated() == 2);
  station.post_batch(numbered(0, 7));
  CHECK(mill.load().events == 1);
  CHECK(mill.text("select count(*) || '|' || count(distinct event_id) from raw.events") == "7|7");
}

TEST_CASE("rows and position are one: a load that fails leaves neither") {
  Station station;
  Mill mill(station);
  station.post_batch(numbered(0, 3));
  REQUIRE(mill.session().execute("alter table rondo.load_positions rename to hidden"));
  CHECK_FALSE(load_events(mill.context(), testing::log_folder, station.log().durable_end()));
  CHECK(mill.text("select count(*) from raw.events") == "0");
  REQUIRE(mill.session().execute("alter table rondo.hidden rename to load_positions"));
  CHECK(mill.load().events == 3);
}

TEST_CASE(
    "what was set aside waits in quarantine, is released under a better contract, and only once") {
  Station station;
  Mill mill(station);
  station.post(
      "/v1/batch",
      R"({"context":{"app":"shop"},"batch":[17,{"type":"track","event":"Order Completed","messageId":"bad",
"userId":"u1","properties":{"order_id":7,"total":1}},{"type":"track","event":"Newly Invented"}]})",
      {{"X-Write-Key", "k1"}, {"Sec-GPC", "1"}});
  const auto report = mill.load();
  CHECK(report.events == 0);
  CHECK(report.quarantined == 3);
  CHECK(mill.text("select count(*) from rondo.quarantine where state = 'held'") == "3");
  CHECK(mill.text("select stream from rondo.quarantine where reason_code = 'R0320'") == "unknown");
  CHECK(mill.text("select stream from rondo.quarantine where reason_code = 'R0321'") ==
        "Newly Invented");
  const std::string id =
      mill.text("select quarantine_id from rondo.quarantine where contract = 'order_completed'");
  CHECK(id == event_id_of("web", "bad").hex());
  auto released = release(mill.context(), {id});
  REQUIRE(released);
  CHECK(released->still_held.size() == 1);
  station.project().contracts[0].columns[0].type = model::ColumnType::int64;
  released = release(mill.context(), {id});
  REQUIRE_MESSAGE(released, released.error().text());
  CHECK(released->released == 1);
  CHECK(mill.text("select message_id || '|' || identifier_value from raw.events") == "bad|u1");
  CHECK(mill.text("select json_extract_string(context, '$.gpc') || json_extract_string(context, "
                  "'$.app') from raw.events") == "trueshop");
  CHECK(mill.text("select state from rondo.quarantine where quarantine_id = '" + id + "'") ==
        "released");
  CHECK(release(mill.context(), {id}).error().code == "R0340");
  CHECK(mill.load().records == 0);
}

TEST_CASE("release is all or nothing where an id is unknown") {
  Station station;
  Mill mill(station);
  station.post_batch(R"({"batch":[{"type":"track","event":"Newly Invented","messageId":"x"}]})");
  mill.load();
  station.project().sources[0].unknown_events = model::UnknownEvents::accept;
  const std::string id = event_id_of("web", "x").hex();
  CHECK(release(mill.context(), {id, "nobody"}).error().code == "R0340");
  CHECK(mill.text("select count(*) from raw.events") == "0");
  CHECK(release(mill.context(), {id})->released == 1);
}

TEST_CASE("the strongest usable identifier names the event") {
  const auto project = testing::shop();
  const auto strongest = [&](std::string text) {
    RequestParser parser;
    const auto event = parser.parse_event(text, std::nullopt);
    REQUIRE(event);
    const auto found = strongest_identifier(*event, project.identity);
    return found.type + ":" + found.value;
  };
  CHECK(strongest(R"({"type":"identify","userId":"u","traits":{"email":"A@B.example"}})") ==
        "user_id:u");
  CHECK(strongest(R"({"type":"identify","anonymousId":"a","traits":{"email":"A@B.example"}})") ==
        "email:a@b.example");
  CHECK(strongest(R"({"type":"track","event":"x","context":{"traits":{"email":"A@B.example"}}})") ==
        "email:a@b.example");
  CHECK(strongest(R"({"type":"track","event":"x","properties":{"email":"A@B.example"}})") ==
        "email:a@b.example");
  CHECK(strongest(R"({"type":"identify","anonymousId":"a","traits":{"email":"test@x.example"}})") ==
        "anonymous_id:a");
  CHECK(strongest(R"({"type":"identify","userId":"  "})") == ":");
}

TEST_CASE("a record is decoded as it was encoded; a cut one is refused") {
  LogRecord record{.event_id = {1, 2},
                   .received_at = Time{Duration{-5}},
                   .occurred_at = Time{Duration{1'767'225'600'123'456}},
                   .type = model::EventType::alias,
                   .gpc = true,
                   .source = "web",
                   .message_id = "m",
                   .contract = "c",
                   .reason_code = "R0322",
                   .reason = "why",
                   .batch_context = "{}",
                   .event = "{\"a\":1}"};
  std::string bytes;
  encode(record, bytes);
  CHECK(bytes.size() == encoded_bytes(record));
  const auto decoded = decode(bytes);
  REQUIRE(decoded);
  CHECK(decoded->event_id == record.event_id);
  CHECK(decoded->received_at == record.received_at);
  CHECK(decoded->occurred_at == record.occurred_at);
  CHECK(decoded->type == record.type);
  CHECK(decoded->gpc);
  CHECK(decoded->source == "web");
  CHECK(decoded->message_id == "m");
  CHECK(decoded->contract == "c");
  CHECK(decoded->reason_code == "R0322");
  CHECK(decoded->reason == "why");
  CHECK(decoded->batch_context == "{}");
  CHECK(decoded->event == record.event);
  for (std::size_t size = 0; size < bytes.size() - record.event.size(); ++size) {
    CHECK(decode(std::string_view(bytes).substr(0, size)).error().code == "R0324");
  }
  bytes[0] = 2;
  CHECK(decode(bytes).error().code == "R0324");
}

}  // namespace
}  // namespace rondo::collect
