#include "standin/standin.h"

#include <doctest/doctest.h>

#include "connector/client.h"
#include "connector/testing/twin.h"
#include "world/sim/sim_world.h"

namespace rondo::standin {
namespace {

using namespace std::chrono_literals;
using connector::RowState;

struct Nobody final : connector::Observer {
  Result<void> sending(std::span<const std::size_t>, const std::string&) override { return {}; }
  Result<void> settled(std::span<const connector::RowResult>) override { return {}; }
};

/// A stand-in on a simulated network.
struct Booth {
  explicit Booth(const char* name, const Json& file = Json::object(),
                 world::SimOptions options = {})
      : sim(options) {
    sim.as_other_machine([&] {
      auto made = make(name, sim.view(), {.file = file});
      REQUIRE(made.has_value());
      standin = *made;
      server = std::move(*sim.view().network.serve({.port = 7000}, handler(standin)));
    });
  }

  world::HttpResponse call(std::string method, std::string path, const Json& body = Json(),
                           std::string token = "Bearer t") {
    world::HttpRequest request{std::move(method), "http://127.0.0.1:7000" + path};
    if (!body.is_null()) request.body = body.text();
    request.headers.add("Authorization", std::move(token));
    auto answer = sim.run(sim.view().network.send(std::move(request)));
    REQUIRE(answer.has_value());
    REQUIRE(answer->has_value());
    return std::move(**answer);
  }
  Json upsert(const Json& inputs, int expected = 200) {
    const auto answer =
        call("POST", "/crm/v3/objects/contacts/batch/upsert", Json::object({{"inputs", inputs}}));
    CHECK(answer.status == expected);
    return *Json::parse(answer.body);
  }
  [[nodiscard]] Json contacts() const { return standin->state()["objects"]["contacts"]; }

  world::SimWorld sim;
  std::shared_ptr<Standin> standin;
  std::unique_ptr<world::HttpServer> server;
};

Json input(const char* email, const char* name) {
  return Json::object({{"id", Json(email)},
                       {"idProperty", Json("email")},
                       {"objectWriteTraceId", Json(std::string("t-") + email)},
                       {"properties", Json::object({{"firstname", Json(name)}})}});
}

TEST_CASE("hubspot: upsert creates once, changes what differs, repeats without effect") {
  Booth booth("hubspot");
  const Json first = booth.upsert(Json::array({input("Ada@x.co", "Ada")}));
  CHECK(first["results"].as_array()[0]["new"].as_bool());
  CHECK(first["results"].as_array()[0]["objectWriteTraceId"].as_string() == "t-Ada@x.co");
  booth.upsert(Json::array({input("ada@X.co", "Ada")}));
  booth.upsert(Json::array({input("ada@x.co", "A.")}));
  const Json history = booth.contacts()["keys"]["ada@x.co"];
  CHECK(history.text() == R"({"creates":1,"changes":1,"repeats":1,"archives":0})");
}

TEST_CASE(
    "hubspot: one bad address is a 207 with the rest done; a bad property or a double id spoils "
    "all") {
  Booth booth("hubspot");
  const Json mixed =
      booth.upsert(Json::array({input("ada@x.co", "Ada"), input("nonsense", "N")}), 207);
  CHECK(mixed["numErrors"].as_int() == 1);
  CHECK(mixed["errors"].as_array()[0]["context"]["objectWriteTraceId"].as_array()[0].as_string() ==
        "t-nonsense");
  booth.upsert(Json::array({input("b@x.co", "B"), input("B@x.co", "B")}), 400);
  Json odd = input("c@x.co", "C");
  odd.set("properties", Json::object({{"shoe_size", Json("44")}}));
  const Json refused = booth.upsert(Json::array({odd, input("d@x.co", "D")}), 400);
  CHECK(refused["message"].as_string().find("PROPERTY_DOESNT_EXIST") != std::string_view::npos);
  CHECK(booth.contacts()["live"].as_int() == 1);
  const Json property = *Json::parse(R"({"name":"shoe_size","label":"Shoe","type":"string",
                                         "fieldType":"text","groupName":"contactinformation"})");
  CHECK(booth.call("POST", "/crm/v3/properties/contacts", property).status == 201);
  booth.upsert(Json::array({odd}));
}

TEST_CASE("hubspot: a batch of 100 is taken, one of 101 is not") {
  Booth booth("hubspot");
  Json inputs = Json::array();
  for (int i = 0; i < 100; ++i)
    inputs.push(input(("p" + std::to_string(i) + "@x.co").c_str(), "P"));
  booth.upsert(inputs);
  inputs.push(input("more@x.co", "M"));
  booth.upsert(inputs, 400);
}

TEST_CASE("hubspot: read, search, archive and erase find the same records") {
  Booth booth("hubspot");
  const Json made = booth.upsert(Json::array({input("a@x.co", "Ada"), input("b@x.co", "Bob")}));
  const std::string id(made["results"].as_array()[0]["id"].as_string());
  const auto read = booth.call("POST", "/crm/v3/objects/contacts/batch/read",
                               *Json::parse(R"({"idProperty":"email","properties":["firstname"],
                                                "inputs":[{"id":"a@x.co"},{"id":"zz@x.co"}]})"));
  CHECK(read.status == 207);
  const auto found =
      booth.call("POST", "/crm/v3/objects/contacts/search",
                 *Json::parse(R"({"filterGroups":[{"filters":[{"propertyName":"firstname",
                                  "operator":"EQ","value":"bob"}]}],"limit":5})"));
  CHECK((*Json::parse(found.body))["total"].as_int() == 1);
  CHECK(booth
            .call("POST", "/crm/v3/objects/contacts/batch/archive",
                  Json::object({{"inputs", Json::array({Json::object({{"id", Json(id)}})})}}))
            .status == 204);
  CHECK(booth.call("GET", "/crm/v3/objects/contacts/" + id).status == 404);
  booth.call("POST", "/crm/v3/objects/contacts/gdpr-delete",
             *Json::parse(R"({"objectId":"b@x.co","idProperty":"email"})"));
  CHECK(booth.contacts()["live"].as_int() == 0);
}

TEST_CASE("hubspot: credentials are asked for, the limit is kept, and headers tell of it") {
  Booth booth("hubspot", *Json::parse(R"({"token":"right","rate_per_10s":3})"));
  CHECK(booth.call("GET", "/crm/v3/objects/contacts", Json(), "Bearer wrong").status == 401);
  for (int i = 0; i < 3; ++i) {
    CHECK(booth.call("GET", "/crm/v3/objects/contacts", Json(), "Bearer right").status == 200);
  }
  const auto busy = booth.call("GET", "/crm/v3/objects/contacts", Json(), "Bearer right");
  CHECK(busy.status == 429);
  CHECK(busy.headers.get("x-hubspot-ratelimit-remaining") == "0");
  CHECK(busy.body.find("TEN_SECONDLY_ROLLING") != std::string::npos);
  booth.sim.run_for(10s);
  CHECK(booth.call("GET", "/crm/v3/objects/contacts", Json(), "Bearer right").status == 200);
}

TEST_CASE("faults come when they are due, and those after the effect leave the effect") {
  Booth booth("hubspot", *Json::parse(R"({"faults":[
      {"answer":"error","first":1},{"answer":"partial","every":3,"path":"*/upsert"}]})"));
  const Json two = Json::array({input("a@x.co", "A"), input("b@x.co", "B")});
  booth.upsert(two, 500);
  CHECK(booth.contacts()["live"].as_int() == 0);
  CHECK(booth.upsert(two)["results"].as_array().size() == 2);
  CHECK(booth.upsert(two)["results"].as_array().size() == 1);
  CHECK(Faults::from(*Json::parse(R"([{"answer":"explode"}])")).error().code == "R0401");
}

TEST_CASE("the engine delivers a thousand contacts through every fault, each exactly once") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Booth booth("hubspot", *Json::parse(R"({"faults":[{"answer":"throttle","every":7},
        {"answer":"error","every":5},{"answer":"partial","every":4},{"answer":"drop","every":11}]})"),
                {.seed = seed,
                 .drop_request = 0.05,
                 .drop_response = 0.05,
                 .duplicate = 0.05,
                 .refuse = 0.05});
    auto client = connector::Client::make(
        booth.sim.view(), connector::twin("hubspot"),
        {{"url", "http://127.0.0.1:7000"}, {"token", "t"}},
        // Patient with an open breaker too: these faults open it often, and all rows must get
        // through.
        {.retry = {.attempts_max = 50, .first_wait = 100ms, .wait_max = 5s}, .rest_max = 30min});
    REQUIRE(client.has_value());
    std::vector<connector::Row> rows;
    for (int i = 0; i < 1000; ++i) {
      connector::Row row{"email", "p" + std::to_string(i) + "@x.co"};
      row.seq = std::to_string(i);
      row.fields.set("firstname", Json("P" + std::to_string(i)));
      rows.push_back(std::move(row));
    }
    rows[17].key = "nonsense";
    Nobody nobody;
    auto outcome = booth.sim.run((*client)->run("upsert", "contacts", rows, {}, nobody));
    REQUIRE(outcome.has_value());
    CHECK_FALSE(outcome->stopped.has_value());
    for (const auto& result : outcome->results) {
      CHECK(result.state == (result.row == 17 ? RowState::rejected : RowState::ok));
    }
    CHECK(booth.contacts()["creates"].as_int() == 999);
    CHECK(booth.contacts()["changes"].as_int() == 0);
  }
}

TEST_CASE(
    "webhook: a key takes effect once; another body under it is refused; signatures are checked") {
  Booth booth("webhook", *Json::parse(R"({"secret":"s"})"));
  CHECK(booth.call("POST", "/hook", Json::object()).status == 401);
  auto client =
      connector::Client::make(booth.sim.view(), connector::twin("webhook"),
                              {{"url", "http://127.0.0.1:7000/hook"}, {"secret", "s"}}, {});
  connector::Row row{"id", "7"};
  row.seq = "1";
  row.group = "g1";
  Nobody nobody;
  const auto send = [&] { return booth.sim.run((*client)->run("upsert", "", {row}, {}, nobody)); };
  CHECK(send()->results[0].state == RowState::ok);
  CHECK(send()->results[0].state == RowState::ok);
  CHECK(booth.standin->state()["effects"].as_int() == 1);
  CHECK(booth.standin->state()["repeats"].as_int() == 1);
  row.fields.set("x", Json(1));
  CHECK(send()->results[0].state == RowState::rejected);
  CHECK(booth.standin->state()["conflicts"].as_int() == 1);
  row.group = "g2";
  CHECK(send()->results[0].state == RowState::ok);
  CHECK(booth.standin->state()["duplicate_effects"].as_array().size() == 1);
}

connector::LookupResult ask(Booth& booth, const char* name, const Json& person) {
  auto client = connector::Client::make(booth.sim.view(), connector::twin(name),
                                        {{"url", "http://127.0.0.1:7000"}, {"token", "k"}}, {});
  return std::move(*booth.sim.run((*client)->lookup("work_email", person)));
}

TEST_CASE("providers: the same question has the same answer, hits are charged, repeats are free") {
  Booth booth("prospeo", *Json::parse(R"({"hit_share":1})"));
  const Json ada =
      *Json::parse(R"({"given_name":"Ada","surname":"Byron","email":"ada@gmail.com"})");
  const auto first = ask(booth, "prospeo", ada);
  CHECK(first.state == connector::LookupResult::State::found);
  CHECK(first.cost_micros == 39'000);
  const auto again = ask(booth, "prospeo", ada);
  CHECK(again.fields == first.fields);
  CHECK(again.cost_micros == 0);
  CHECK(booth.standin->state()["credits_spent"].as_double() == 1);
  CHECK(ask(booth, "prospeo", Json::object()).state == connector::LookupResult::State::rejected);
}

TEST_CASE("providers: about as many hits as declared, none without credits") {
  Booth booth("hunter", *Json::parse(R"({"hit_share":0.5,"credits":60})"));
  int hits = 0;
  bool stopped = false;
  for (int i = 0; i < 200 && !stopped; ++i) {
    const Json person = Json::object({{"given_name", Json("P" + std::to_string(i))},
                                      {"surname", Json("Q")},
                                      {"company_domain", Json("x.co")}});
    const auto result = ask(booth, "hunter", person);
    hits += result.state == connector::LookupResult::State::found ? 1 : 0;
    stopped = result.stopped.has_value();
    if (i == 79) CHECK(hits > 25);
    if (i == 79) CHECK(hits < 55);
  }
  CHECK(stopped);
  CHECK(hits == 60);
}

TEST_CASE("a stand-in with a state path knows after a restart what it knew before") {
  world::SimWorld sim({});
  const Options options{Json::object(), "twin.json"};
  for (int life = 0; life < 2; ++life) {
    auto made = make("hubspot", sim.view(), options);
    REQUIRE(made.has_value());
    world::HttpRequest request{"POST", "/crm/v3/objects/contacts/batch/upsert"};
    request.headers.add("Authorization", "Bearer t");
    request.body = Json::object({{"inputs", Json::array({input("a@x.co", "A")})}}).text();
    const auto answer = sim.run((*made)->handle(request));
    CHECK((*Json::parse(answer->body))["results"].as_array()[0]["new"].as_bool() == (life == 0));
  }
  CHECK_FALSE(make("nobody", sim.view(), {}).has_value());
}

}  // namespace
}  // namespace rondo::standin
