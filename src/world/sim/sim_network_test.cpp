#include "world/sim/sim_network.h"

#include <map>
#include <set>

#include <doctest/doctest.h>

#include "base/async.h"
#include "world/sim/sim_world.h"

namespace rondo::world {
namespace {

using namespace std::chrono_literals;

/// A server of someone else that counts what reached it.
struct Shop {
  int handled = 0;
  std::map<std::string, int> by_body{};
  Duration takes = 0s;
  Clock* clock = nullptr;
  std::unique_ptr<HttpServer> server{};
  HttpRequest last{};

  static Task<HttpResponse> handle(Shop& shop, HttpRequest request) {
    if (shop.takes > 0s) co_await shop.clock->sleep(shop.takes);
    ++shop.handled;
    ++shop.by_body[request.body];
    const std::string body = "got " + request.body;
    shop.last = std::move(request);
    co_return HttpResponse{201, {{"X", "y"}}, body};
  }

  void open(SimWorld& sim, std::uint16_t port = 8080) {
    clock = &sim.view().clock;
    auto made = sim.view().network.serve(
        {.port = port}, [this](HttpRequest request) { return handle(*this, std::move(request)); });
    REQUIRE(made);
    server = std::move(*made);
  }
};

Result<HttpResponse> send(SimWorld& sim, HttpRequest request) {
  auto answer = sim.run(sim.view().network.send(std::move(request)));
  REQUIRE(answer);
  return std::move(*answer);
}

std::string outcome(const Result<HttpResponse>& answer) {
  return answer ? std::to_string(answer->status) : answer.error().code;
}

HttpRequest post(std::string body) {
  HttpRequest request{.method = "POST", .url = "http://localhost:8080/orders?x=1"};
  request.headers.add("Content-Type", "text/plain");
  request.body = std::move(body);
  return request;
}

TEST_CASE("a request finds its server and comes back with the answer") {
  SimWorld sim({});
  Shop shop;
  shop.open(sim);
  const auto answer = send(sim, post("one"));
  REQUIRE(answer);
  CHECK(answer->status == 201);
  CHECK(answer->body == "got one");
  CHECK(answer->headers.get("x") == "y");
  CHECK(shop.last.url == "/orders?x=1");
  CHECK(shop.last.method == "POST");
  CHECK(shop.last.headers.get("host") == "localhost:8080");
  CHECK(shop.last.headers.get("content-type") == "text/plain");
  CHECK(sim.elapsed() <= 100ms);
}

TEST_CASE("without a server there is no connection; without a URL no request") {
  SimWorld sim({});
  const auto refused = send(sim, post("x"));
  CHECK(outcome(refused) == "R0030");
  CHECK(refused.error().kind == ErrorKind::transient);
  const auto malformed = send(sim, {.url = "orders"});
  CHECK(outcome(malformed) == "R0032");
  CHECK(malformed.error().kind == ErrorKind::permanent);
}

TEST_CASE("any host name can be served, and a port only once") {
  SimWorld sim({});
  Network& network = sim.view().network;
  const auto handler = [](HttpRequest) -> Task<HttpResponse> {
    co_return HttpResponse{204, {}, {}};
  };
  auto api = network.serve({.address = "api.example.com", .port = 443}, handler);
  REQUIRE(api);
  CHECK(outcome(send(sim, {.url = "https://api.example.com/v1"})) == "204");
  CHECK(outcome(send(sim, {.url = "https://other.example.com/v1"})) == "R0030");
  CHECK(network.serve({.address = "api.example.com", .port = 443}, handler).error().code ==
        "R0033");
  auto first = network.serve({}, handler);
  auto second = network.serve({}, handler);
  CHECK((*first)->port() != (*second)->port());
  const std::uint16_t port = (*first)->port();
  first->reset();
  CHECK(outcome(send(sim, {.url = "http://127.0.0.1:" + std::to_string(port)})) == "R0030");
  CHECK(network.serve({.port = port}, handler));
}

TEST_CASE("a body at the limit is handled, one byte more is answered 413 unseen") {
  SimWorld sim({});
  Shop shop;
  shop.open(sim);
  const std::size_t limit = ServeOptions{}.body_bytes_max;
  CHECK(outcome(send(sim, post(std::string(limit, 'x')))) == "201");
  CHECK(outcome(send(sim, post(std::string(limit + 1, 'x')))) == "413");
  CHECK(shop.handled == 1);
}

TEST_CASE("a dropped request: the sender times out, nothing was handled") {
  SimWorld sim({.drop_request = 1});
  Shop shop;
  shop.open(sim);
  HttpRequest request = post("x");
  request.timeout = 3s;
  const auto answer = send(sim, request);
  CHECK(outcome(answer) == "R0031");
  CHECK(answer.error().kind == ErrorKind::unknown_outcome);
  CHECK(shop.handled == 0);
  CHECK(sim.elapsed() == 3s);
}

TEST_CASE("a dropped response: the sender times out, but it was handled") {
  SimWorld sim({.drop_response = 1});
  Shop shop;
  shop.open(sim);
  CHECK(outcome(send(sim, post("x"))) == "R0031");
  CHECK(shop.handled == 1);
  CHECK(sim.elapsed() == 30s);
}

TEST_CASE("a duplicate is handled twice and answered once") {
  SimWorld sim({.duplicate = 1});
  Shop shop;
  shop.open(sim);
  CHECK(outcome(send(sim, post("x"))) == "201");
  sim.run_for(1s);
  CHECK(shop.by_body["x"] == 2);
}

TEST_CASE("a refused connection is transient: nothing was sent") {
  SimWorld sim({.refuse = 1});
  Shop shop;
  shop.open(sim);
  CHECK(outcome(send(sim, post("x"))) == "R0030");
  sim.run_for(1s);
  CHECK(shop.handled == 0);
}

TEST_CASE("429 comes with Retry-After, 500 without anything, neither reaches the server") {
  SimWorld busy({.answer_429 = 1});
  Shop shop;
  shop.open(busy);
  const auto answer = send(busy, post("x"));
  REQUIRE(outcome(answer) == "429");
  const int wait = std::stoi(std::string(*answer->headers.get("Retry-After")));
  CHECK(wait >= 1);
  CHECK(wait <= 5);
  busy.options().answer_429 = 0;
  busy.options().answer_500 = 1;
  CHECK(outcome(send(busy, post("x"))) == "500");
  CHECK(shop.handled == 0);
  CHECK(shop.server->port() == 8080);
}

TEST_CASE("a handler slower than the sender's patience: a timeout, and yet it was handled") {
  SimWorld sim({});
  Shop shop;
  shop.open(sim);
  shop.takes = 60s;
  CHECK(outcome(send(sim, post("slow"))) == "R0031");
  CHECK(sim.elapsed() == 30s);
  sim.run_for(31s);
  CHECK(shop.handled == 1);
}

Task<void> send_many(World world, int count, std::map<std::string, int>& outcomes) {
  for (int i = 0; i < count; ++i) {
    HttpRequest request = post(std::to_string(i));
    request.timeout = 1s;
    const auto answer = co_await world.network.send(std::move(request));
    ++outcomes[outcome(answer)];
  }
}

TEST_CASE("with all chances at a tenth every fault occurs, and each about as often as asked") {
  SimWorld sim({.seed = 3,
                .drop_request = 0.1,
                .drop_response = 0.1,
                .duplicate = 0.1,
                .refuse = 0.1,
                .answer_429 = 0.1,
                .answer_500 = 0.1});
  Shop shop;
  shop.open(sim);
  std::map<std::string, int> outcomes;
  constexpr int count = 2'000;
  REQUIRE(sim.run(send_many(sim.view(), count, outcomes)));
  sim.run_for(1s);
  CHECK(outcomes["R0030"] > count * 0.07);
  CHECK(outcomes["R0030"] < count * 0.13);
  CHECK(outcomes["429"] > count * 0.06);
  CHECK(outcomes["500"] > count * 0.05);
  CHECK(outcomes["R0031"] > count * 0.09);
  CHECK(outcomes["201"] > count * 0.4);
  int handled_twice = 0;
  for (const auto& [body, times] : shop.by_body) handled_twice += times == 2 ? 1 : 0;
  CHECK(handled_twice > count * 0.03);
  CHECK(shop.handled > outcomes["201"]);  // dropped responses were handled, too
}

TEST_CASE("stop lets what is under way end, but refuses what is new") {
  SimWorld sim({});
  Shop shop;
  shop.open(sim);
  shop.takes = 500ms;
  std::vector<std::string> order;
  const auto note = [&order](const char* who) {
    return [&order, who](const Result<HttpResponse>& answer) {
      order.push_back(std::string(who) + " " + outcome(answer));
    };
  };
  REQUIRE(sim.run([](World world, Shop& at, auto told) -> Task<void> {
    spawn(world.network.send(post("early")), told("early"));
    co_await world.clock.sleep(200ms);
    spawn(at.server->stop(10s), [] {});
    spawn(world.network.send(post("late")), told("late"));
    co_await world.clock.sleep(2s);
  }(sim.view(), shop, note)));
  CHECK(order == std::vector<std::string>{"late R0030", "early 201"});
}

TEST_CASE("stop cuts what takes longer than its grace") {
  SimWorld sim({});
  Shop shop;
  shop.open(sim);
  shop.takes = 5s;
  std::string seen;
  REQUIRE(sim.run([](World world, Shop& at, std::string& into) -> Task<void> {
    spawn(world.network.send(post("x")), [&into](const auto& answer) { into = outcome(answer); });
    co_await world.clock.sleep(200ms);
    co_await at.server->stop(1s);
    CHECK(world.clock.monotonic() == Duration{1200ms});
    co_await world.clock.sleep(10s);
  }(sim.view(), shop, seen)));
  CHECK(seen == "R0031");
}

TEST_CASE("mail routes: what was set, no such domain otherwise, now and then no answer") {
  SimWorld sim({});
  sim.set_mail_routes("Example.com", {true, {{10, "mx.example.com"}}, false});
  const auto ask = [&sim](const char* domain) {
    return *sim.run(sim.view().network.mail_routes(domain, ""));
  };
  CHECK(ask("example.COM")->exchangers.at(0).host == "mx.example.com");
  CHECK_FALSE(ask("nowhere.example")->domain_exists);
  sim.options().refuse = 1;
  CHECK(ask("example.com").error().code == "R0034");
}

TEST_CASE("a crash ends our server; the sender on another machine sees no answer") {
  SimWorld sim({});
  Shop shop;
  shop.open(sim);
  shop.takes = 5s;
  std::string seen;
  sim.as_other_machine([&] {
    spawn(sim.view().network.send(post("x")),
          [&seen](const auto& answer) { seen = outcome(answer); });
  });
  sim.run_for(1s);
  sim.crash();
  CHECK(sim.crashed());
  sim.restart();
  sim.run_for(60s);
  CHECK(seen == "R0031");
  CHECK(shop.handled == 0);
  CHECK(outcome(send(sim, post("y"))) == "R0030");
}

TEST_CASE(
    "a crash while sending: other machines go on, handle it or never got it, and nobody waits") {
  std::set<int> handled;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    SimWorld sim({.seed = seed});
    Shop shop;
    sim.as_other_machine([&] { shop.open(sim); });
    shop.takes = 100ms;
    sim.crash_after(1);
    bool ended = false;
    CHECK_FALSE(sim.run([](World world, bool& end) -> Task<void> {
      (void)co_await world.network.send(post("x"));
      end = true;
    }(sim.view(), ended)));
    CHECK(sim.crashed());
    sim.restart();
    CHECK_FALSE(ended);
    handled.insert(shop.handled);
    CHECK(outcome(send(sim, post("y"))) == "201");  // their server is still there
  }
  CHECK(handled == std::set<int>{0, 1});
}

}  // namespace
}  // namespace rondo::world
