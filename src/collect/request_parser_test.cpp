#include "collect/request_parser.h"

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <rapidcheck.h>

#include "base/json.h"
#include "collect/repair.h"

namespace rondo::collect {
namespace {

using model::EventType;

constexpr Route batch{.is_batch = true};
constexpr Route single{.type = EventType::track};

struct Parsed {
  std::string body;
  RequestParser parser;
  Result<RawRequest> request;
  explicit Parsed(std::string text, const Route& route = batch)
      : body(std::move(text)), request(parser.parse(body, route)) {}
  [[nodiscard]] const RawEvent& event(std::size_t index = 0) const {
    REQUIRE_MESSAGE(request.has_value(), body);
    REQUIRE(request->events.size() > index);
    return request->events[index];
  }
  [[nodiscard]] std::string code() const { return request ? "" : request.error().code; }
};

std::string reason_of(const RawEvent& event) { return event.problem ? event.problem->reason : ""; }

TEST_CASE("all fields of an event are found, in any order, and its own text is kept") {
  const Parsed parsed(R"({"writeKey":"k","sentAt":"s","context":{"a":1},"batch":[
    {"traits":{"t":1}, "context" : {"c":[1,2]} ,"properties":{"total":1.5},"timestamp":"T",
     "originalTimestamp":"O","sentAt":"S","event":"Order Completed","type":"track","userId":"u",
     "anonymousId":"a","groupId":"g","previousId":"p","messageId":"m","other":[{}]} ]})");
  const RawEvent& event = parsed.event();
  CHECK(parsed.request->write_key == "k");
  CHECK(parsed.request->sent_at == "s");
  CHECK(parsed.request->context == R"({"a":1})");
  CHECK(event.type == EventType::track);
  CHECK(event.name == "Order Completed");
  CHECK(event.message_id == "m");
  CHECK(event.user_id == "u");
  CHECK(event.anonymous_id == "a");
  CHECK(event.group_id == "g");
  CHECK(event.previous_id == "p");
  CHECK(event.timestamp == "T");
  CHECK(event.original_timestamp == "O");
  CHECK(event.sent_at == "S");
  CHECK(event.properties == R"({"total":1.5})");
  CHECK(event.traits == R"({"t":1})");
  CHECK(event.context == R"({"c":[1,2]})");
  CHECK(event.text.starts_with(R"({"traits")"));
  CHECK(event.text.ends_with(R"("other":[{}]})"));
  CHECK_FALSE(event.problem);
}

TEST_CASE("the path says the type of a single event; its body may hold the write key") {
  const Parsed parsed(R"( {"event":"Signed Up","userId":"u","writeKey":"k"} )", single);
  CHECK(parsed.event().type == EventType::track);
  CHECK(parsed.event().name == "Signed Up");
  CHECK(parsed.request->write_key == "k");
  CHECK(parsed.event().text == R"({"event":"Signed Up","userId":"u","writeKey":"k"})");
}

TEST_CASE("page and screen are named by `name`, other calls have no name") {
  const Parsed parsed(R"({"batch":[{"type":"page","name":"Home","event":"x"},
    {"type":"screen","name":"Start"},{"type":"identify","name":"y"}]})");
  CHECK(parsed.event(0).name == "Home");
  CHECK(parsed.event(1).name == "Start");
  CHECK(parsed.event(2).name.empty());
}

TEST_CASE("an id may be null or a number; escapes are resolved") {
  const Parsed parsed(
      R"({"batch":[{"type":"track","event":"a\"\u00e9","anonymousId":null,"userId": 42 }]})");
  CHECK(parsed.event().anonymous_id.empty());
  CHECK(parsed.event().user_id == "42");
  CHECK(parsed.event().name == "a\"\xC3\xA9");
  CHECK_FALSE(parsed.event().problem);
}

TEST_CASE("what is wrong inside one event is its own problem") {
  const Parsed parsed(R"({"batch":[1, "x", [], null, {}, {"type":"tracks"}, {"type":"track"},
    {"type":"identify","userId":{}}, {"type":"identify","traits":[]}, {"type":"identify"}]})");
  CHECK(reason_of(parsed.event(0)) == "the event is not an object");
  CHECK(reason_of(parsed.event(1)) == "the event is not an object");
  CHECK(reason_of(parsed.event(2)) == "the event is not an object");
  CHECK(reason_of(parsed.event(3)) == "the event is not an object");
  CHECK(parsed.event(1).text == "\"x\"");
  CHECK(reason_of(parsed.event(4)) == "there is no `type`");
  CHECK(reason_of(parsed.event(5)) == "there is no type `tracks`");
  CHECK(reason_of(parsed.event(6)) == "a track call has no `event` name");
  CHECK(reason_of(parsed.event(7)) == "`userId` is neither text nor a number");
  CHECK(reason_of(parsed.event(8)) == "`traits` is not an object");
  CHECK_FALSE(parsed.event(9).problem);
}

TEST_CASE("JSON that is broken anywhere is refused whole, with line and column") {
  for (const auto* body : {"", " ", "{", "nonsense", R"({"batch":[}]})",
                           R"({"batch":[{"type":"identify","traits":{"a":tru}}]})",
                           R"({"batch":[{"type":"identify"}]} trailing)",
                           R"({"batch":[{"type":"identify","x":"a
b"}]})",
                           R"({"batch":[{"type":"identify","x":01}]})"}) {
    CHECK_MESSAGE(Parsed(body).code() == "R0310", body);
  }
  const Parsed parsed("{\"batch\":[\n  {\"type\": oops}]}");
  CHECK(parsed.request.error().message.find("line 2") != std::string::npos);
  CHECK(parsed.request.error().kind == ErrorKind::rejected);
}

TEST_CASE("JSON of another shape is refused") {
  CHECK(Parsed("[]").code() == "R0314");
  CHECK(Parsed("7").code() == "R0314");
  CHECK(Parsed("{}").code() == "R0314");
  CHECK(Parsed(R"({"batch":{}})").code() == "R0314");
  CHECK(Parsed("[]", single).code() == "R0314");
  CHECK(Parsed(R"({"batch":[]})").code().empty());
}

TEST_CASE("halves of characters, as SDKs send them for cut emoji, cost only themselves") {
  const Parsed escaped(R"({"batch":[{"type":"track","event":"a\ud83d b\udc00\ud83d\ude00"}]})");
  CHECK(escaped.event().name == "a\xEF\xBF\xBD b\xEF\xBF\xBD\xF0\x9F\x98\x80");
  CHECK(escaped.request->repaired);
  const Parsed raw("{\"batch\":[{\"type\":\"track\",\"event\":\"a\xF0\x9F\x98\"}]}");
  CHECK(raw.event().name.starts_with("a\xEF\xBF\xBD"));
  CHECK_FALSE(Parsed(R"({"batch":[]})").request->repaired);
}

TEST_CASE("a number that fits no machine is still JSON") {
  const Parsed parsed(
      R"({"batch":[{"type":"identify","traits":{"n":123456789012345678901234567}}]})");
  CHECK(parsed.event().traits == R"({"n":123456789012345678901234567})");
}

std::string nested(std::size_t levels) {
  return std::string(levels, '[') + std::string(levels, ']');
}
std::string event_of_depth(std::size_t depth) {  // the event itself is the first level
  return R"({"type":"identify","x":)" + nested(depth - 1) + "}";
}

TEST_CASE("depth: an event at the limit is taken, one level more is set aside alone") {
  const Parsed parsed("{\"batch\":[" + event_of_depth(depth_max) + "," +
                      event_of_depth(depth_max + 1) + "," + event_of_depth(900) + "]}");
  CHECK_FALSE(parsed.event(0).problem);
  REQUIRE(parsed.event(1).problem);
  CHECK(parsed.event(1).problem->code == "R0323");
  CHECK(parsed.event(2).problem);
  CHECK(Json::parse(parsed.event(0).text));
  CHECK(Parsed("{\"batch\":[" + event_of_depth(2000) + "]}").code() == "R0310");
  constexpr Route identify{.type = EventType::identify};
  CHECK_FALSE(Parsed(event_of_depth(depth_max), identify).event().problem);
  CHECK(Parsed(event_of_depth(depth_max + 1), identify).event().problem);
}

TEST_CASE("size: an event at the limit is taken, a byte more is set aside alone") {
  const std::string before = R"({"type":"identify","x":")";
  const std::string fits = before + std::string(event_bytes_max - before.size() - 2, 'x') + "\"}";
  const std::string larger = before + std::string(event_bytes_max - before.size() - 1, 'x') + "\"}";
  const Parsed parsed("{\"batch\":[" + fits + "," + larger + "]}");
  CHECK(parsed.event(0).text.size() == event_bytes_max);
  CHECK_FALSE(parsed.event(0).problem);
  CHECK(parsed.event(1).problem->code == "R0323");
}

TEST_CASE("ids: at the limit taken, a byte more set aside") {
  const auto with_id = [](std::size_t size) {
    return R"({"type":"identify","userId":")" + std::string(size, 'i') + "\"}";
  };
  const Parsed parsed("{\"batch\":[" + with_id(id_bytes_max) + "," + with_id(id_bytes_max + 1) +
                      "]}");
  CHECK_FALSE(parsed.event(0).problem);
  CHECK(parsed.event(1).problem);
}

TEST_CASE("a batch has at most so many events") {
  std::string body = R"({"batch":[)";
  for (std::size_t i = 0; i < batch_events_max; ++i) body += i == 0 ? "1" : ",1";
  CHECK(Parsed(body + "]}").request->events.size() == batch_events_max);
  CHECK(Parsed(body + ",1]}").code() == "R0314");
}

std::string any_text() {
  return *rc::gen::container<std::string>(
      rc::gen::element('a', 'Z', '"', '\\', '\n', '/', ' ', '\x01'));
}

TEST_CASE("what was written as JSON is read back as it was") {
  CHECK(rc::check([] {
    Json events = Json::array();
    std::vector<Json> all;
    for (int i = 0; i < *rc::gen::inRange(0, 6); ++i) {
      Json event = Json::object({{"type", "track"}, {"event", "E" + any_text()}});
      event.set("messageId", any_text()).set("userId", any_text());
      event.set("properties",
                Json::object({{any_text(), any_text()}, {"n", *rc::gen::arbitrary<int>()}}));
      all.push_back(event);
      events.push(std::move(event));
    }
    const Json body = Json::object({{"batch", events}, {"sentAt", any_text()}});
    const Parsed parsed(*rc::gen::arbitrary<bool>() ? body.text() : body.pretty());
    RC_ASSERT(parsed.request.has_value());
    RC_ASSERT(parsed.request->events.size() == all.size());
    RC_ASSERT(parsed.request->sent_at == body["sentAt"].as_string());
    for (std::size_t i = 0; i < all.size(); ++i) {
      const RawEvent& event = parsed.request->events[i];
      RC_ASSERT(event.name == all[i]["event"].as_string());
      RC_ASSERT(event.message_id == all[i]["messageId"].as_string());
      RC_ASSERT(event.user_id == all[i]["userId"].as_string());
      RC_ASSERT(*Json::parse(event.properties) == all[i]["properties"]);
      RC_ASSERT(*Json::parse(event.text) == all[i]);
    }
  }));
}

TEST_CASE("any bytes at all are an answer, never a crash") {
  RequestParser parser;
  CHECK(rc::check([&parser](std::string body) {
    (void)parser.parse(body, batch).has_value();
    (void)parser.parse(body, single).has_value();
  }));
}

TEST_CASE("the parser's verdict on broken JSON is that of the plain one") {
  const std::string good =
      R"({"batch":[{"type":"track","event":"x","properties":{"a":[1,2.5,true,null,"\u00e9"]}}]})";
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const char c : {'"', '{', ']', ',', '\\', '0', 't', ' '}) {
      std::string body = good;
      body[at] = c;
      const bool plain = Json::parse(body).has_value();
      const auto code = Parsed(body).code();
      CHECK_MESSAGE((code == "R0310") == !plain, body);
    }
  }
}

TEST_CASE("repair touches nothing that is well-formed") {
  CHECK(repair_characters(R"({"a":"\ud83d\ude00 é \\ud83d \n"})") ==
        R"({"a":"\ud83d\ude00 é \\ud83d \n"})");
  CHECK(repair_characters("\\ud83") == "\\ud83");
  CHECK(repair_characters("\xC3") == "\xEF\xBF\xBD");
  CHECK(nesting("7") == 0);
  CHECK(nesting(R"({"a":["[[[[",{}]})") == 3);
}

}  // namespace
}  // namespace rondo::collect
