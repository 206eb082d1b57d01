#include "collect/collector.h"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include "collect/testing.h"

namespace rondo::collect {
namespace {

using testing::Station;

const std::string good = R"({"type":"track","event":"Product Viewed","userId":"u"})";
std::string event_with_id(std::string_view id) {
  return fmt::format(R"({{"type":"track","event":"Product Viewed","messageId":"{}"}})", id);
}
std::string batch_of(const std::string& events) { return R"({"batch":[)" + events + "]}"; }

Json error_of(const world::HttpResponse& answer) {
  const auto body = Json::parse(answer.body);
  REQUIRE(body);
  CHECK((*body)["success"] == Json(false));
  return (*body)["error"];
}

TEST_CASE("without a known key: 401, and nothing is kept") {
  Station station;
  const auto answer = station.post("/v1/batch", batch_of(good), {{"X-Write-Key", "wrong"}});
  CHECK(answer.status == 401);
  CHECK(error_of(answer)["code"].as_string() == "R0311");
  CHECK(station.post("/v1/batch", batch_of(good)).status == 401);
  CHECK(station.records().empty());
}

TEST_CASE("malformed JSON: 400 with its place, and nothing is kept") {
  Station station;
  const auto answer = station.post_batch(batch_of(good + ", {\"type\":}"));
  CHECK(answer.status == 400);
  CHECK(error_of(answer)["code"].as_string() == "R0310");
  CHECK(error_of(answer)["message"].as_string().find("line 1") != std::string::npos);
  CHECK(station.records().empty());
}

TEST_CASE(
    "a bad event is set aside with its reason; its neighbours are taken; all are acknowledged") {
  Station station;
  const auto answer = station.post_batch(batch_of(
      good + R"(,17,{"type":"track","event":"Order Completed","properties":{"total":-1}},)" +
      R"({"type":"track","event":"Never Declared"},)" +
      R"({"type":"track","event":"Product Viewed","timestamp":"yesterday"},)" +
      event_with_id("last")));
  CHECK(answer.status == 200);
  const auto records = station.records();
  REQUIRE(records.size() == 6);
  CHECK_FALSE(records[0]->record.is_quarantined());
  CHECK(records[1]->record.reason_code == "R0320");
  CHECK(records[1]->record.event == "17");
  CHECK(records[2]->record.reason_code == "R0322");
  CHECK(records[2]->record.reason == "`order_id` is missing; `total` is below 0");
  CHECK(records[2]->record.contract == "order_completed");
  CHECK(records[3]->record.reason_code == "R0321");
  CHECK(records[4]->record.reason_code == "R0320");
  CHECK_FALSE(records[5]->record.is_quarantined());
  CHECK(station.counters("web").accepted == 2);
  CHECK(station.counters("web").quarantined == 4);
}

TEST_CASE("a contract of identify speaks of the traits") {
  Station station;
  station.post_batch(batch_of(R"({"type":"identify","traits":{"email":"a@b.example"}},)"
                              R"({"type":"identify","properties":{"email":"a@b.example"}})"));
  CHECK_FALSE(station.records()[0]->record.is_quarantined());
  CHECK(station.records()[1]->record.reason == "`email` is missing");
}

TEST_CASE("unknown events: accepted, set aside or rejected, as the source says") {
  Station station;
  const std::string unknown = R"({"type":"track","event":"Never Declared"})";
  const auto post = [&](const std::string& key, const std::string& body) {
    return station.post("/v1/batch", body, {{"X-Write-Key", key}}).status;
  };
  CHECK(post("k3", batch_of(unknown)) == 200);
  CHECK(station.counters("open").accepted == 1);
  CHECK(post("k1", batch_of(unknown)) == 200);
  CHECK(station.counters("web").quarantined == 1);
  // One good event beside it: the batch is taken, the other is counted.
  CHECK(post("wk_id:secret", batch_of(unknown + R"(,{"type":"track","event":"Opened"})")) == 200);
  CHECK(station.counters("app").rejected == 1);
  CHECK(station.counters("app").accepted == 1);
  CHECK(post("wk_id:secret", batch_of(unknown)) == 400);
  CHECK(post("wk_id:secret", batch_of(R"({"type":"identify","userId":"u"})")) == 200);
  CHECK(station.records().size() == 4);
}

TEST_CASE("a resend is acknowledged and not kept again: within a batch, later, after a restart") {
  Station station({}, {}, 300);  // segments of few records
  CHECK(station.post_batch(batch_of(event_with_id("a") + "," + event_with_id("a"))).status == 200);
  for (const auto* id : {"b", "c", "d", "e"}) station.post_batch(batch_of(event_with_id(id)));
  CHECK(station.post_batch(batch_of(event_with_id("a"))).status == 200);
  CHECK(station.counters("web").duplicate == 2);
  CHECK(log::list_segments(station.sim().view().disk, testing::log_folder)->size() > 2);
  station.start_again();
  CHECK(station.post_batch(batch_of(event_with_id("a") + "," + event_with_id("e"))).status == 200);
  CHECK(station.counters("web").duplicate == 2);
  CHECK(station.records().size() == 5);
}

TEST_CASE("the same id from another source is another event") {
  Station station;
  station.post("/v1/batch", batch_of(event_with_id("a")), {{"X-Write-Key", "k1"}});
  station.post("/v1/batch", batch_of(event_with_id("a")), {{"X-Write-Key", "k3"}});
  CHECK(station.records().size() == 2);
}

TEST_CASE("without an id: the same request is the same events, two alike in one batch are two") {
  Station station;
  CHECK(station.post_batch(batch_of(good + "," + good)).status == 200);
  CHECK(station.post_batch(batch_of(good + "," + good)).status == 200);
  const auto records = station.records();
  REQUIRE(records.size() == 2);
  CHECK(records[0]->record.message_id.starts_with("content-"));
  CHECK(records[0]->record.message_id.ends_with("-0"));
  CHECK(records[1]->record.message_id.ends_with("-1"));
}

TEST_CASE("the clock of the sender is corrected only when it is clearly off") {
  const auto occurred = [](std::string_view happened, std::string_view sent) {
    Station station;  // our clock: 2026-01-01T00:00:00
    station.post_batch(fmt::format(
        R"({{"sentAt":"{}","batch":[{{"type":"identify","traits":{{"email":"x"}},"timestamp":"{}"}}]}})",
        sent, happened));
    return to_text(station.records()[0]->record.occurred_at);
  };
  CHECK(occurred("1997-03-01T00:00:00Z", "2026-01-01T00:00:09.9Z") ==
        "1997-03-01T00:00:00.000000Z");
  CHECK(occurred("2026-01-01T02:00:00+01:00", "2026-01-01T01:00:10Z") ==
        "2025-12-31T23:59:50.000000Z");
  CHECK(occurred("2025-12-31T22:59:00Z", "2025-12-31T23:00:00Z") == "2025-12-31T23:59:00.000000Z");
  CHECK(occurred("2025-12-31T22:59:00Z", "no time") == "2025-12-31T22:59:00.000000Z");
}

TEST_CASE("Sec-GPC is kept with the event") {
  Station station;
  station.post("/v1/track", event_with_id("a"), {{"X-Write-Key", "k1"}, {"Sec-GPC", "1"}});
  station.post("/v1/track", event_with_id("b"), {{"X-Write-Key", "k1"}, {"Sec-GPC", "0"}});
  CHECK(station.records()[0]->record.gpc);
  CHECK_FALSE(station.records()[1]->record.gpc);
}

TEST_CASE("a body of 4 MiB is taken, a byte more is 413") {
  Station station;
  const std::string around = R"({"batch":[],"x":""})";
  const auto body = [&](std::size_t size) {
    return R"({"batch":[],"x":")" + std::string(size - around.size(), 'x') + "\"}";
  };
  CHECK(station.post_batch(body(body_bytes_max)).status == 200);
  const auto answer = station.post_batch(body(body_bytes_max + 1));
  CHECK(answer.status == 413);
  CHECK(error_of(answer)["code"].as_string() == "R0312");
}

TEST_CASE("a batch that its context makes too large for the log is 413, and forgotten") {
  Station station;
  std::string events;
  for (int i = 0; i < 200; ++i) events += (i == 0 ? "" : ",") + event_with_id(fmt::format("{}", i));
  const std::string context = std::string(100'000, 'c');
  const auto with_context = [&](const std::string& text) {
    return fmt::format(R"({{"context":{{"c":"{}"}},"batch":[{}]}})", text, events);
  };
  CHECK(station.post_batch(with_context(context)).status == 413);
  CHECK(station.post_batch(with_context("")).status == 200);
  CHECK(station.counters("web").accepted == 200);
}

TEST_CASE("a body that says it is packed and is not: 400, and nothing is kept") {
  Station station;
  const world::Headers headers{{"X-Write-Key", "k1"}, {"Content-Encoding", "gzip"}};
  CHECK(station.post("/v1/batch", batch_of(good), headers).status == 400);
  CHECK(station.records().empty());
}

TEST_CASE("when the log is dead: 503, health says so, and a restart knows what was acknowledged") {
  Station station;
  CHECK(station.post_batch(batch_of(event_with_id("safe"))).status == 200);
  CHECK(station.ask({.url = "/health"}).status == 200);
  station.sim().options().sync_fails = 1;
  CHECK(station.post_batch(batch_of(event_with_id("lost"))).status == 503);
  station.sim().options().sync_fails = 0;
  CHECK(station.post_batch(batch_of(event_with_id("later"))).status == 503);
  // A resend of something unsafe must not be acknowledged as a duplicate.
  CHECK(station.post_batch(batch_of(event_with_id("lost"))).status == 503);
  CHECK(station.ask({.url = "/health"}).status == 503);
  station.start_again();
  CHECK(station.post_batch(batch_of(event_with_id("lost") + "," + event_with_id("safe"))).status ==
        200);
  CHECK(station.records().size() == 2);
}

TEST_CASE("more requests than may wait: 429 with Retry-After, at the limit still taken") {
  Station station({}, {.requests_waiting_max = 2});
  std::vector<int> statuses;
  for (int i = 0; i < 3; ++i) {
    world::HttpRequest request{.method = "POST", .url = "/v1/track"};
    request.body = event_with_id(fmt::format("{}", i));
    request.headers.add("X-Write-Key", "k1");
    spawn(station.collector().handle(std::move(request)), [&](world::HttpResponse answer) {
      statuses.push_back(answer.status);
      if (answer.status == 429) CHECK(answer.headers.get("Retry-After") == "1");
    });
  }
  CHECK(statuses == std::vector{429});
  station.sim().run_for(std::chrono::seconds{1});
  CHECK(statuses == std::vector{429, 200, 200});
}

TEST_CASE("other methods and paths are told so") {
  Station station;
  CHECK(station.ask({.url = "/"}).status == 404);
  CHECK(station.ask({.method = "DELETE", .url = "/v1/batch"}).status == 405);
  CHECK(station.ask({.method = "HEAD", .url = "/health"}).status == 200);
}

TEST_CASE("counters as Prometheus reads them") {
  Station station;
  station.post_batch(batch_of(event_with_id("a") + "," + event_with_id("a") + ",1"));
  const std::string text = prometheus_text(station.collector().counters());
  CHECK(text.find("rondo_collect_events_total{source=\"web\",result=\"accepted\"} 1\n") !=
        std::string::npos);
  CHECK(text.find("{source=\"web\",result=\"duplicate\"} 1\n") != std::string::npos);
  CHECK(text.find("{source=\"web\",result=\"quarantined\"} 1\n") != std::string::npos);
  CHECK(text.find("rondo_collect_answers_total{status=\"200\"} 1\n") != std::string::npos);
}

}  // namespace
}  // namespace rondo::collect
