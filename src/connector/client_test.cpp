#include "connector/client.h"

#include <deque>

#include <doctest/doctest.h>

#include "connector/testing/twin.h"
#include "world/sim/sim_world.h"

namespace rondo::connector {
namespace {

using namespace std::chrono_literals;

/// A server that answers by heart and remembers what it was asked.
struct Scripted {
  std::deque<world::HttpResponse> answers{};
  world::HttpResponse otherwise{500, {}, ""};
  std::vector<world::HttpRequest> asked{};
  std::unique_ptr<world::HttpServer> server{};

  static Task<world::HttpResponse> handle(Scripted& self, world::HttpRequest request) {
    self.asked.push_back(std::move(request));
    if (self.answers.empty()) co_return self.otherwise;
    world::HttpResponse next = std::move(self.answers.front());
    self.answers.pop_front();
    co_return next;
  }
};

/// Writes down what it hears, in order.
struct Notes final : Observer {
  std::vector<std::string> lines{};
  bool refuse_sending = false;
  Result<void> sending(std::span<const std::size_t> rows, const std::string&) override {
    if (refuse_sending) return fail(ErrorKind::transient, "R0223", "disk full");
    lines.push_back("sending " + std::to_string(rows.size()));
    return {};
  }
  Result<void> settled(std::span<const RowResult> results) override {
    for (const RowResult& result : results) {
      lines.push_back(std::to_string(result.row) + " " + std::string(name_of(result.state)) + " " +
                      result.code);
    }
    return {};
  }
};

struct Stage {
  explicit Stage(const char* connector = "webhook", world::SimOptions sim_options = {},
                 ClientOptions options = {.retry = {.attempts_max = 3, .first_wait = 100ms},
                                          .throttled_max = 1min})
      : sim(sim_options) {
    auto made = sim.view().network.serve({.port = 8080}, [this](world::HttpRequest request) {
      return Scripted::handle(script, std::move(request));
    });
    script.server = std::move(*made);
    std::map<std::string, std::string> settings{{"url", "http://127.0.0.1:8080"}};
    if (std::string_view(connector) != "webhook") settings["token"] = "t";
    if (std::string_view(connector) == "webhook") settings["secret"] = "s3cret";
    auto client_made = Client::make(sim.view(), twin(connector), settings, options);
    REQUIRE(client_made.has_value());
    client = std::move(*client_made);
  }

  RunOutcome run(std::vector<Row> rows, const char* operation = "upsert") {
    auto outcome = sim.run(client->run(operation, "things", std::move(rows), {}, notes));
    REQUIRE(outcome.has_value());
    return std::move(*outcome);
  }

  world::SimWorld sim;
  Scripted script;
  Notes notes;
  std::unique_ptr<Client> client;
};

std::vector<Row> rows_of(std::initializer_list<const char*> keys) {
  std::vector<Row> rows;
  for (const char* key : keys) {
    Row row{"id", key};
    row.seq = "s" + std::string(key);
    rows.push_back(row);
  }
  return rows;
}

TEST_CASE("rows are announced before they are sent, and settled after the answer") {
  Stage stage;
  stage.script.otherwise = {200, {}, ""};
  const RunOutcome outcome = stage.run(rows_of({"a", "b"}));
  CHECK_FALSE(outcome.stopped.has_value());
  CHECK(stage.notes.lines == std::vector<std::string>{"sending 2", "0 ok ", "1 ok "});
  REQUIRE(stage.script.asked.size() == 1);
  CHECK(stage.script.asked[0].headers.get("webhook-signature").has_value());
}

TEST_CASE("a repeated request is the same request: key and body stay, the key is announced once") {
  Stage stage;
  stage.script.answers = {{503, {}, ""}, {429, {{"Retry-After", "2"}}, ""}, {200, {}, ""}};
  CHECK(stage.run(rows_of({"a"})).results[0].state == RowState::ok);
  REQUIRE(stage.script.asked.size() == 3);
  for (const auto& asked : stage.script.asked) {
    CHECK(asked.body == stage.script.asked[0].body);
    CHECK(asked.headers.get("idempotency-key") ==
          stage.script.asked[0].headers.get("idempotency-key"));
  }
  CHECK(stage.notes.lines.size() == 2);
}

TEST_CASE("what was sent and never answered is unknown once patience is over") {
  Stage stage;
  const RunOutcome outcome = stage.run(rows_of({"a"}));
  CHECK(stage.script.asked.size() == 3);
  CHECK(outcome.results[0].state == RowState::unknown);
  CHECK(outcome.results[0].code == "http_500");
}

TEST_CASE("what never left is not in doubt, and stops the run") {
  Stage stage;
  stage.script.server.reset();
  const RunOutcome outcome = stage.run(rows_of({"a"}));
  CHECK(outcome.results[0].state == RowState::rejected);
  CHECK(outcome.results[0].code == "not_sent");
  CHECK(outcome.stopped->code == "R0407");
}

TEST_CASE("refused credentials stop everything at once, in words without the secret") {
  Stage stage;
  stage.script.otherwise = {401, {}, ""};
  const RunOutcome outcome = stage.run(rows_of({"a", "b"}));
  CHECK(stage.script.asked.size() == 1);
  CHECK(outcome.stopped->kind == ErrorKind::denied);
  CHECK(outcome.stopped->text().find("s3cret") == std::string::npos);
  CHECK(outcome.results[1].code == "not_sent");
}

TEST_CASE("a batch with one bad row is halved until the bad row stands alone") {
  Stage stage("hubspot");
  stage.script.answers = {
      {400, {}, "{}"},
      {200,
       {},
       R"({"results":[{"id":"1","objectWriteTraceId":"sa"},{"id":"2","objectWriteTraceId":"sb"}]})"},
      {400, {}, "{}"},
      {200, {}, R"({"results":[{"id":"3","objectWriteTraceId":"sc"}]})"},
      {400, {}, R"({"category":"VALIDATION_ERROR","message":"no"})"}};
  const RunOutcome outcome = stage.run(rows_of({"a", "b", "c", "d"}));
  CHECK(stage.script.asked.size() == 5);
  CHECK(outcome.results[0].remote_id == "1");
  CHECK(outcome.results[2].state == RowState::ok);
  CHECK(outcome.results[3].state == RowState::rejected);
  CHECK(outcome.results[3].code == "VALIDATION_ERROR");
}

TEST_CASE("rows that an answer forgot are asked for again where that is harmless") {
  Stage stage("hubspot");
  stage.script.answers = {{200, {}, R"({"results":[{"id":"1","objectWriteTraceId":"sa"}]})"},
                          {200, {}, R"({"results":[{"id":"2","objectWriteTraceId":"sb"}]})"}};
  const RunOutcome outcome = stage.run(rows_of({"a", "b"}));
  CHECK(outcome.results[1].state == RowState::ok);
  CHECK(stage.script.asked[1].body.find("\"sa\"") == std::string::npos);
}

TEST_CASE("an outbox that cannot write stops the sending") {
  Stage stage;
  stage.notes.refuse_sending = true;
  const RunOutcome outcome = stage.run(rows_of({"a"}));
  CHECK(stage.script.asked.empty());
  CHECK(outcome.stopped->code == "R0223");
  CHECK(outcome.results[0].code == "not_sent");
}

TEST_CASE("a limit that never ends is given up on, and its attempts are not counted") {
  Stage stage;
  stage.script.otherwise = {429, {{"Retry-After", "10"}}, ""};
  const RunOutcome outcome = stage.run(rows_of({"a"}));
  CHECK(outcome.stopped->kind == ErrorKind::throttled);
  CHECK(stage.script.asked.size() > 3);
  CHECK(outcome.results[0].state == RowState::rejected);
}

/// How long a run against nobody takes that sends enough to open the breaker.
Duration time_against_nobody(Duration rest_max) {
  Stage stage("hubspot", {},
              {.retry = {.attempts_max = 8, .first_wait = 100ms}, .rest_max = rest_max});
  stage.script.server.reset();
  std::vector<Row> rows;
  for (int i = 0; i < 500; ++i) {
    Row row{"email", "a" + std::to_string(i) + "@x.co"};
    row.seq = std::to_string(i);
    rows.push_back(row);
  }
  const Duration began = stage.sim.view().clock.monotonic();
  const RunOutcome outcome = stage.run(std::move(rows));
  CHECK(outcome.stopped->code == "R0408");
  for (const RowResult& result : outcome.results) REQUIRE(result.code == "not_sent");
  return stage.sim.view().clock.monotonic() - began;
}

TEST_CASE("a side that is down holds up the run for a minute, and nothing is in doubt") {
  CHECK(time_against_nobody(1min) < 2min);
  CHECK(time_against_nobody(10min) > 2min);  // the control: it is the breaker that is waited for
}

TEST_CASE("a question that may have been charged is not asked again") {
  Stage stage("hunter");
  auto result = stage.sim.run(stage.client->lookup("work_email", Json::object()));
  CHECK(result->state == LookupResult::State::unknown);
  CHECK(result->cost_micros == 50'000);
  CHECK(stage.client->price_micros("work_email") == 50'000);
  CHECK(stage.script.asked.size() == 1);
  stage.script.answers = {{403, {}, "{}"}, {200, {}, R"({"data":{"email":"a@x.co"}})"}};
  result = stage.sim.run(stage.client->lookup("work_email", Json::object()));
  CHECK(result->state == LookupResult::State::found);
  stage.script.otherwise = {429, {}, "{}"};
  result = stage.sim.run(stage.client->lookup("work_email", Json::object()));
  CHECK(result->stopped->code == "R0406");
}

}  // namespace
}  // namespace rondo::connector
