// The requests of real clients, as they were captured (see the table in README.md), each literally.
#include <doctest/doctest.h>
#include <zlib.h>

#include "base/text.h"
#include "collect/testing.h"

namespace rondo::collect {
namespace {

using testing::Station;
using world::Headers;

std::string basic(const std::string& key) { return "Basic " + base64_encode(key + ":"); }

std::string packed(const std::string& text) {
  z_stream z{};
  REQUIRE(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&z, text.size()) + 64, '\0');
  std::string in = text;
  z.next_in = reinterpret_cast<Bytef*>(in.data());
  z.avail_in = static_cast<uInt>(in.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&z, Z_FINISH) == Z_STREAM_END);
  out.resize(out.size() - z.avail_out);
  deflateEnd(&z);
  return out;
}

void check_one_event(Station& station, const world::HttpResponse& answer, std::string_view id) {
  CHECK(answer.status == 200);
  CHECK(answer.body == R"({"success":true})");
  const auto records = station.records();
  REQUIRE(records.size() == 1);
  CHECK(records[0]->record.source == "web");
  CHECK(records[0]->record.message_id == id);
  CHECK_FALSE(records[0]->record.is_quarantined());
}

TEST_CASE("analytics-node 3: Basic key, key in the body, sentAt") {
  Station station;
  const auto answer = station.post(
      "/v1/batch",
      R"({"batch":[{"timestamp":"2026-01-01T00:00:00.000Z","integrations":{},"userId":"u1","type":"track","event":"Product Viewed","properties":{"product_id":"p1"},"context":{"library":{"name":"@segment/analytics-node","version":"3.1.0"}},"messageId":"node-next-1","_metadata":{"nodeVersion":"18.20.4"}}],"writeKey":"k1","sentAt":"2026-01-01T00:00:00.120Z"})",
      {{"Authorization", basic("k1")},
       {"Content-Type", "application/json"},
       {"X-Retry-Count", "1"}});
  check_one_event(station, answer, "node-next-1");
  CHECK(to_text(station.records()[0]->record.occurred_at) == "2026-01-01T00:00:00.000000Z");
}

TEST_CASE("analytics-node 6: Basic key only, `timestamp` beside the batch") {
  Station station;
  const auto answer = station.post(
      "/v1/batch",
      R"({"batch":[{"userId":"u1","event":"Product Viewed","context":{"library":{"name":"analytics-node","version":"6.2.0"}},"timestamp":"2026-01-01T00:00:00.000Z","_metadata":{"nodeVersion":"18"},"messageId":"node-1","type":"track"}],"timestamp":"2026-01-01T00:00:00.000Z","sentAt":"2026-01-01T00:00:00.000Z"})",
      {{"Authorization", basic("k1")}, {"Content-Type", "application/json"}});
  check_one_event(station, answer, "node-1");
}

TEST_CASE("rudder-sdk-node: gzip under a form content type, originalTimestamp, channel") {
  Station station;
  const auto answer = station.post(
      "/v1/batch",
      packed(
          R"({"batch":[{"userId":"u1","event":"Product Viewed","type":"track","channel":"server","originalTimestamp":"2026-01-01T00:00:00.000Z","messageId":"rudder-1","_metadata":{"nodeVersion":"18"}}],"sentAt":"2026-01-01T00:00:01.000Z"})"),
      {{"Authorization", basic("k1")},
       {"Content-Type", "application/x-www-form-urlencoded"},
       {"Content-Encoding", "gzip"}});
  check_one_event(station, answer, "rudder-1");
}

TEST_CASE("segment-analytics-python: null anonymousId, times with +00:00, microseconds") {
  Station station;
  const auto answer = station.post(
      "/v1/batch",
      R"({"batch": [{"integrations": {}, "anonymousId": null, "properties": {}, "timestamp": "2026-01-01T00:00:00.123456+00:00", "context": {"library": {"name": "analytics-python", "version": "2.4.0"}}, "userId": "u1", "type": "track", "event": "Product Viewed", "messageId": "py-1"}], "writeKey": "k1", "sentAt": "2026-01-01T00:00:00.200000+00:00"})",
      {{"Authorization", basic("k1")}, {"Content-Type", "application/json"}});
  check_one_event(station, answer, "py-1");
  CHECK(to_text(station.records()[0]->record.occurred_at) == "2026-01-01T00:00:00.123456Z");
}

TEST_CASE("analytics-go: context and messageId of the batch, nanoseconds") {
  Station station;
  const auto answer = station.post(
      "/v1/batch",
      R"({"messageId":"batch-id","sentAt":"2026-01-01T00:00:00.123456789Z","batch":[{"type":"track","messageId":"go-1","userId":"u1","event":"Product Viewed","timestamp":"2026-01-01T00:00:00.123456789Z"}],"context":{"library":{"name":"analytics-go","version":"3.0.0"}}})",
      {{"Authorization", basic("k1")}, {"Content-Type", "application/json"}});
  check_one_event(station, answer, "go-1");
  CHECK(station.records()[0]->record.batch_context ==
        R"({"library":{"name":"analytics-go","version":"3.0.0"}})");
}

TEST_CASE("analytics-java: /v1/import/ with a slash, the key in the body only") {
  Station station;
  const auto answer = station.post(
      "/v1/import/",
      R"({"batch":[{"type":"track","messageId":"java-1","timestamp":"2026-01-01T00:00:00.000Z","userId":"u1","event":"Product Viewed"}],"sentAt":"2026-01-01T00:00:00.000Z","context":{"library":{"name":"analytics-java","version":"3.5.2"}},"sequence":1,"writeKey":"k1"})",
      {{"Content-Type", "application/json"}});
  check_one_event(station, answer, "java-1");
}

TEST_CASE("analytics-next: one event to a short path, text/plain") {
  for (const auto* path : {"/v1/t", "/v1/t/", "/v1/track"}) {
    Station station;
    const auto answer = station.post(
        path,
        R"({"timestamp":"2026-01-01T00:00:00.000Z","integrations":{"Segment.io":true},"anonymousId":"a1","event":"Product Viewed","type":"track","properties":{},"context":{"page":{"path":"/"},"userAgent":"x"},"messageId":"ajs-next-1","writeKey":"k1","userId":null,"sentAt":"2026-01-01T00:00:00.010Z","_metadata":{"bundled":["Segment.io"],"unbundled":[],"bundledIds":[]}})",
        {{"Authorization", basic("k1")}, {"Content-Type", "text/plain"}});
    check_one_event(station, answer, "ajs-next-1");
  }
}

TEST_CASE("analytics-next, batching: /v1/b") {
  Station station;
  const auto answer = station.post(
      "/v1/b",
      R"({"writeKey":"k1","batch":[{"type":"page","messageId":"ajs-next-2","anonymousId":"a1","properties":{"path":"/"}}],"sentAt":"2026-01-01T00:00:00.010Z"})",
      {{"Content-Type", "text/plain"}});
  check_one_event(station, answer, "ajs-next-2");
}

TEST_CASE("every short and long path is its call") {
  const std::vector<std::pair<std::string, model::EventType>> paths{
      {"/v1/i", model::EventType::identify}, {"/v1/identify", model::EventType::identify},
      {"/v1/p", model::EventType::page},     {"/v1/page/", model::EventType::page},
      {"/v1/s", model::EventType::screen},   {"/v1/screen", model::EventType::screen},
      {"/v1/g", model::EventType::group},    {"/v1/group?x=1", model::EventType::group},
      {"/v1/a", model::EventType::alias},    {"/v1/alias", model::EventType::alias},
      {"/v1/t", model::EventType::track},    {"/v1/track", model::EventType::track}};
  for (const auto& [path, type] : paths) {
    Station station;
    const auto answer = station.post(
        path, R"({"messageId":"m","event":"Product Viewed","traits":{"email":"a@b.example"}})",
        {{"Authorization", basic("k1")}});
    check_one_event(station, answer, "m");
    CHECK(station.records()[0]->record.type == type);
  }
  Station station;
  for (const auto* path : {"/v1", "/v1/x", "/v1/tr", "/v2/track", "/", "/v1/batch/more"}) {
    CHECK(station.post(path, "{}", {{"Authorization", basic("k1")}}).status == 404);
  }
}

TEST_CASE("RudderStack in a browser: sentAt as a header") {
  Station station;
  const auto answer = station.post(
      "/v1/track",
      R"({"channel":"web","type":"track","event":"Product Viewed","messageId":"rs-1","anonymousId":"a1","originalTimestamp":"2026-01-01T01:00:00.000Z","context":{"sessionId":1}})",
      {{"Authorization", basic("k1")},
       {"Content-Type", "application/json;charset=UTF-8"},
       {"AnonymousId", "YTE="},
       {"SentAt", "2026-01-01T01:00:00.500Z"}});
  check_one_event(station, answer, "rs-1");
  // Its clock is an hour ahead of ours: what happened half a second before sending happened just
  // now.
  CHECK(station.records()[0]->record.occurred_at < Time{std::chrono::seconds{1'767'225'601}});
}

TEST_CASE("Jitsu: /api/s/TYPE, the real key in X-Write-Key, a masked one in the body") {
  Station station;
  const auto answer = station.post(
      "/api/s/track",
      R"({"type":"track","event":"Opened","messageId":"jitsu-1","anonymousId":"a1","writeKey":"wk_id:***","context":{}})",
      {{"X-Write-Key", "wk_id:secret"}, {"Content-Type", "application/json"}});
  CHECK(answer.status == 200);
  CHECK(station.counters("app").accepted == 1);
}

TEST_CASE("settings: what analytics-next loads before anything else") {
  Station station;
  world::HttpRequest request{.url = "/v1/projects/k1/settings"};
  request.headers.add("Host", "events.shop.example:8080");
  const auto answer = station.ask(request);
  CHECK(answer.status == 200);
  const auto settings = Json::parse(answer.body);
  REQUIRE(settings);
  const Json& segment = (*settings)["integrations"]["Segment.io"];
  CHECK(segment["apiKey"].as_string() == "k1");
  CHECK(segment["apiHost"].as_string() == "events.shop.example:8080/v1");
  CHECK(segment["protocol"].as_string() == "http");
  CHECK((*settings)["plan"].is_object());
  CHECK((*settings)["remotePlugins"].is_array());
  CHECK(station.ask({.url = "/v1/projects/nobody/settings"}).status == 401);
}

TEST_CASE("a preflight is answered for the very headers that were asked for") {
  Station station;
  world::HttpRequest request{.method = "OPTIONS", .url = "/v1/t"};
  request.headers.add("Access-Control-Request-Headers", "authorization,x-retry-count");
  const auto answer = station.ask(request);
  CHECK(answer.status == 204);
  CHECK(answer.headers.get("Access-Control-Allow-Headers") == "authorization,x-retry-count");
  CHECK(answer.headers.get("Access-Control-Allow-Origin") == "*");
  CHECK(answer.headers.get("Access-Control-Max-Age") == "86400");
  // And the answer to the post itself, an error too, may be read by any page.
  CHECK(station.post("/v1/t", "?").headers.get("Access-Control-Allow-Origin") == "*");
}

}  // namespace
}  // namespace rondo::collect
