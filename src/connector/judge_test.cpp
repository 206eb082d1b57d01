#include <algorithm>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "base/hash.h"
#include "base/text.h"
#include "connector/exchange.h"
#include "connector/testing/twin.h"

namespace rondo::connector {
namespace {

/// A request of HubSpot rows that stays alive while answers to it are judged.
struct Posed {
  explicit Posed(std::vector<Row> given, const char* operation = "upsert")
      : connector(twin("hubspot")), rows(std::move(given)) {
    around.settings = *Json::parse(R"({"url":"http://hub","objects":"/crm/v3/objects"})");
    around.secret = *Json::parse(R"({"token":"t0p"})");
    around.object = "contacts";
    request = {&connector, connector.operation(operation), &around};
    for (const Row& row : rows) {
      request.rows.push_back(&row);
      request.fields.push_back(encode_fields(connector.encoding, row.fields, {"seen_at"}));
    }
    request.id = request_id(*request.operation, request.rows);
  }
  Posed(const Posed&) = delete;
  Posed& operator=(const Posed&) = delete;

  Connector connector;
  std::vector<Row> rows;
  Surroundings around;
  Request request;
};

std::vector<Row> people(std::size_t count) {
  std::vector<Row> rows;
  for (std::size_t i = 0; i < count; ++i) {
    Row row{"email", "p" + std::to_string(i) + "@x.co"};
    row.seq = std::to_string(100 + i);
    row.fields = Json::object({{"firstname", Json("P")}, {"ltv", Json(12.5)}});
    rows.push_back(std::move(row));
  }
  return rows;
}

Answer answer_of(int status, std::string_view body, Json header = Json::object()) {
  Answer answer;
  answer.status = status;
  answer.header = std::move(header);
  if (auto parsed = Json::parse(body)) answer.body = *parsed;
  return answer;
}

TEST_CASE("a request holds key, trace id and encoded values, and the credentials") {
  auto rows = people(1);
  rows[0].fields = *Json::parse(R"({"n":12.5,"b":true,"l":["a","b"],"gone":null,
                                    "seen_at":"2026-01-01T00:00:00Z","s":"x"})");
  const Posed posed(rows);
  const auto built = build(posed.request);
  CHECK(built.method == "POST");
  CHECK(built.url == "http://hub/crm/v3/objects/contacts/batch/upsert");
  CHECK(built.headers.get("authorization") == "Bearer t0p");
  CHECK(
      built.body ==
      R"({"inputs":[{"id":"p0@x.co","idProperty":"email","objectWriteTraceId":"100",)"
      R"("properties":{"n":"12.5","b":"true","l":"a;b","gone":"","seen_at":"1767225600000","s":"x"}}]})");
}

TEST_CASE("each row of a 207 gets its own result: by trace id first, then by key") {
  const Posed posed(people(4));
  const Verdict verdict = judge(posed.request, answer_of(207, R"({"status":"COMPLETE","results":[
      {"id":"1","new":true,"properties":{"email":"other@x.co"},"objectWriteTraceId":"100"},
      {"id":"2","new":false,"properties":{"email":" P1@X.co"}}],
    "errors":[{"category":"VALIDATION_ERROR","message":"no","context":{"objectWriteTraceId":["102"]}}]})"));
  REQUIRE_FALSE(verdict.failure.has_value());
  REQUIRE(verdict.results.size() == 4);
  CHECK(verdict.results[0].state == RowState::ok);
  CHECK(verdict.results[0].created);
  CHECK(verdict.results[1].state == RowState::ok);
  CHECK(verdict.results[1].remote_id == "2");
  CHECK(verdict.results[2].state == RowState::rejected);
  CHECK(verdict.results[2].code == "VALIDATION_ERROR");
  CHECK(verdict.results[3].state == RowState::unknown);
  CHECK(verdict.results[3].code == "unmatched");
}

TEST_CASE("a 2xx that names nobody proves nothing") {
  const Posed posed(people(3));
  for (const char* body : {"{}", R"({"results":[]})", R"({"results":[{"id":"9"}]})"}) {
    for (const RowResult& result : judge(posed.request, answer_of(200, body)).results) {
      CHECK(result.state == RowState::unknown);
    }
  }
  CHECK(judge(posed.request, answer_of(200, "<html>")).results[0].state == RowState::unknown);
  CHECK(judge(posed.request, answer_of(202, "{}")).failure == FailureClass::unknown);
}

TEST_CASE("a row that is in both lists of one answer is unknown") {
  const Posed posed(people(1));
  const Verdict verdict = judge(posed.request, answer_of(207, R"({
      "results":[{"id":"1","properties":{},"objectWriteTraceId":"100"}],
      "errors":[{"category":"C","message":"m","context":{"objectWriteTraceId":["100"]}}]})"));
  CHECK(verdict.results[0].state == RowState::unknown);
  CHECK(verdict.results[0].code == "contradiction");
}

TEST_CASE("error rules: the first that holds gives class, wait, code and reason") {
  const Posed one(people(1));
  const Posed two(people(2));
  const auto failure = [](const Posed& posed, const Answer& answer) {
    return *judge(posed.request, answer).failure;
  };
  CHECK(failure(one, answer_of(401, "{}")) == FailureClass::auth);
  CHECK(failure(one, answer_of(403, "{}")) == FailureClass::fatal);
  CHECK(failure(one, answer_of(502, "")) == FailureClass::retry);
  CHECK(failure(two, answer_of(400, "{}")) == FailureClass::split);
  CHECK(failure(one, answer_of(400, "{}")) == FailureClass::poison);
  CHECK(failure(one, answer_of(301, "")) == FailureClass::unknown);
  const Verdict busy = judge(one.request, answer_of(429, R"({"policyName":"DAILY"})",
                                                    Json::object({{"retry-after", Json("2.5")}})));
  CHECK(busy.failure == FailureClass::throttle);
  CHECK(busy.wait == std::chrono::milliseconds{2500});
  CHECK(busy.code == "DAILY");
}

TEST_CASE("no answer is not the same as nothing sent") {
  const Posed posed(people(1));
  const auto lost = read_answer(fail(ErrorKind::unknown_outcome, "R0031", "timeout"));
  CHECK_FALSE(lost.nothing_sent);
  CHECK(judge(posed.request, lost).failure == FailureClass::retry);
  const Connector hunter = twin("hunter");
  const Operation& find = *hunter.operation("work_email");
  CHECK(judge_lookup(hunter, find, Json(), lost).failure == FailureClass::unknown);
  const auto unsent = read_answer(fail(ErrorKind::transient, "R0030", "refused"));
  CHECK(judge_lookup(hunter, find, Json(), unsent).failure == FailureClass::retry);
}

TEST_CASE("read back, every field has to be what was sent") {
  const Posed posed(people(2), "verify");
  const Verdict verdict = judge(posed.request, answer_of(200, R"({"results":[
      {"id":"1","properties":{"email":"p0@x.co","firstname":"P","ltv":"12.50"}}]})"));
  CHECK(verdict.results[0].state == RowState::ok);
  CHECK(verdict.results[1].code == "read_back_missing");
  const Verdict other = judge(posed.request, answer_of(200, R"({"results":[
      {"id":"1","properties":{"email":"p0@x.co","firstname":"Q","ltv":"12.5"}}]})"));
  CHECK(other.results[0].code == "read_back_differs");
  CHECK(other.results[0].reason.find("firstname") != std::string::npos);
}

TEST_CASE("fields are the same by text, by number, and empty is empty") {
  CHECK(same_field(Json("12.5"), Json(12.50)));
  CHECK(same_field(Json(""), Json()));
  CHECK_FALSE(same_field(Json("12.5"), Json("12.6")));
  CHECK_FALSE(same_field(Json("a"), Json()));
}

TEST_CASE("whatever an answer says, no row is a success that the answer did not name") {
  CHECK(rc::check([] {
    const auto count = *rc::gen::inRange<std::size_t>(1, 8);
    const Posed posed(people(count));
    const auto named = *rc::gen::container<std::vector<int>>(rc::gen::inRange(90, 115));
    const auto status =
        *rc::gen::elementOf(std::vector<int>{200, 201, 202, 204, 207, 301, 400, 500});
    Json results = Json::array();
    for (const int seq : named) {
      results.push(
          Json::object({{"id", Json("1")}, {"objectWriteTraceId", Json(std::to_string(seq))}}));
    }
    Answer answer = answer_of(status, "{}");
    answer.body = Json::object({{"results", results}});
    const Verdict verdict = judge(posed.request, answer);
    RC_ASSERT(verdict.failure.has_value() != (verdict.results.size() == count));
    for (const RowResult& result : verdict.results) {
      const int seq = 100 + static_cast<int>(result.row);
      const bool proved = std::ranges::find(named, seq) != named.end();
      RC_ASSERT((result.state == RowState::ok) == proved);
    }
  }));
}

TEST_CASE("providers: hit, miss and price; a miss is free where hits are paid") {
  const Connector prospeo = twin("prospeo");
  const Operation& find = *prospeo.operation("work_email");
  const auto said = [&](const Answer& answer) {
    return judge_lookup(prospeo, find, Json::object(), answer);
  };
  const auto hit = said(answer_of(
      200, R"({"error":false,"person":{"email":{"email":"a@x.co","status":"VERIFIED"}}})"));
  CHECK(hit.result.state == LookupResult::State::found);
  CHECK(hit.result.verified);
  CHECK(hit.result.fields.text() == R"({"work_email":"a@x.co"})");
  CHECK(hit.result.cost_micros == 39'000);
  const auto again = said(answer_of(
      200, R"({"error":false,"free_enrichment":true,"person":{"email":{"email":"a@x.co"}}})"));
  CHECK(again.result.cost_micros == 0);
  CHECK_FALSE(again.result.verified);
  const auto miss = said(answer_of(400, R"({"error":true,"error_code":"NO_MATCH"})"));
  CHECK(miss.result.state == LookupResult::State::miss);
  CHECK(miss.result.cost_micros == 0);
  CHECK(said(answer_of(400, R"({"error":true,"error_code":"INSUFFICIENT_CREDITS"})")).failure ==
        FailureClass::fatal);
  const Connector hunter = twin("hunter");
  const auto busy =
      judge_lookup(hunter, *hunter.operation("work_email"), Json(), answer_of(403, "{}"));
  CHECK(busy.failure == FailureClass::throttle);
  const auto plan =
      judge_lookup(hunter, *hunter.operation("work_email"), Json(), answer_of(429, "{}"));
  CHECK(plan.failure == FailureClass::fatal);
}

TEST_CASE("a question holds what is known of the person and nothing that is not") {
  const Connector hunter = twin("hunter");
  Surroundings around;
  around.settings = *Json::parse(R"({"url":"http://h/v2"})");
  around.secret = *Json::parse(R"({"token":"k/1"})");
  const auto built = build_lookup(hunter, *hunter.operation("work_email"), around,
                                  *Json::parse(R"({"company_domain":"x.co","given_name":"Ada"})"));
  CHECK(built.url == "http://h/v2/email-finder?api_key=k%2F1&domain=x.co&first_name=Ada");
}

TEST_CASE("webhooks are signed as Standard Webhooks ask") {
  world::HttpRequest request;
  request.body = R"({"test": 2432232314})";
  // The example of the specification's reference libraries.
  sign_standard_webhook(request, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                        "msg_p5jXN8AQM9LWM0D4loKWxJek", Time{std::chrono::seconds{1614265330}});
  CHECK(request.headers.get("webhook-signature") ==
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  CHECK(request.headers.get("webhook-timestamp") == "1614265330");
}

}  // namespace
}  // namespace rondo::connector
