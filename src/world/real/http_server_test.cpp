#include <doctest/doctest.h>
#include <fmt/core.h>
#include <rapidcheck.h>

#include "world/real/loopback.h"

namespace rondo::world {
namespace {

using namespace std::chrono_literals;
using loopback::RawClient;
using loopback::ServerRig;

/// Answers with what arrived: "POST /path [body] from peer, x-mark=value".
Task<HttpResponse> echo(HttpRequest request) {
  const auto mark = request.headers.get("x-mark").value_or("none");
  HttpResponse response{.status = 200};
  response.body = fmt::format("{} {} [{}] from {}, x-mark={}", request.method, request.url,
                              request.body, request.peer, mark);
  co_return response;
}

HttpHandler echoing(World) { return echo; }

/// The URL says how long to think: "/250" is 250 ms.
Task<HttpResponse> think(Clock& clock, HttpRequest request) {
  co_await clock.sleep(std::chrono::milliseconds(std::atoi(request.url.c_str() + 1)));
  co_return HttpResponse{.status = 200, .headers{}, .body = request.url};
}

Task<void> wait_for_a_moment(Clock& clock) { co_await clock.sleep(50ms); }

HttpHandler thinking(World world) {
  return [&clock = world.clock](HttpRequest request) { return think(clock, std::move(request)); };
}

std::string body_of(std::string_view answer) {
  const auto end = answer.find("\r\n\r\n");
  return std::string(end == std::string_view::npos ? "" : answer.substr(end + 4));
}

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

TEST_CASE("method, path with query, headers, body and peer reach the handler") {
  ServerRig server({}, echoing);
  RawClient client(server.port());
  client.send(
      "POST /a/b?c=d HTTP/1.1\r\nHost: x\r\nX-Mark: seven \r\nContent-Length: 5\r\n\r\nhello");
  const std::string answer = client.read_answer();
  CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(has(answer, "\r\nDate: "));
  CHECK_FALSE(has(answer, "Connection:"));
  CHECK(body_of(answer) == "POST /a/b?c=d [hello] from 127.0.0.1, x-mark=seven");
}

TEST_CASE("an absolute request target is cut to its path") {
  ServerRig server({}, echoing);
  RawClient client(server.port());
  client.send("GET http://example.com/p?q HTTP/1.1\r\nHost: example.com\r\n\r\n");
  CHECK(body_of(client.read_answer()).starts_with("GET /p?q "));
}

TEST_CASE("a connection is kept for the next request") {
  ServerRig server({}, echoing);
  RawClient client(server.port());
  for (const std::string path : {"/1", "/2", "/3"}) {
    client.send("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(has(client.read_answer(), "GET " + path + " "));
  }
}

TEST_CASE("requests sent ahead are answered in their order, however long each takes") {
  ServerRig server({}, thinking);
  RawClient client(server.port());
  client.send(
      "GET /80 HTTP/1.1\r\nHost: x\r\n\r\n"
      "POST /0 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
      "\r\nGET /20 HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(body_of(client.read_answer()) == "/80");
  CHECK(body_of(client.read_answer()) == "/0");
  CHECK(body_of(client.read_answer()) == "/20");
}

TEST_CASE("ten thousand requests in one go need no stack") {
  ServerRig server({}, echoing);
  RawClient client(server.port());
  constexpr int count = 10'000;
  std::string requests;
  for (int i = 0; i < count; ++i) requests += "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
  std::thread sender([&] { client.send(requests); });
  int answered = 0;
  while (answered < count && client.read_answer().starts_with("HTTP/1.1 200")) ++answered;
  sender.join();
  CHECK(answered == count);
}

TEST_CASE("wherever a request is cut into packets, the answer is the same") {
  ServerRig server({}, echoing);
  const std::string request =
      "POST /x HTTP/1.1\r\nHost: x\r\nX-Mark: m\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3\r\nabc\r\n4;ext=1\r\ndefg\r\n0\r\nX-Mark: trailer\r\n\r\n";
  RawClient client(server.port());
  for (std::size_t cut = 1; cut < request.size(); ++cut) {
    client.send(request.substr(0, cut));
    std::this_thread::sleep_for(300us);
    client.send(request.substr(cut));
    REQUIRE(body_of(client.read_answer()) == "POST /x [abcdefg] from 127.0.0.1, x-mark=m");
  }
}

TEST_CASE("HEAD is answered with the length but without the body") {
  ServerRig server({}, echoing);
  RawClient client(server.port());
  client.send(
      "HEAD / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  CHECK(has(client.read_answer(true), "Content-Length: 37\r\n"));
  const std::string rest = client.read_to_end();
  CHECK(rest.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(has(rest, "Connection: close\r\n"));
}

TEST_CASE("HTTP/1.0 ends after the answer, unless it asks to stay") {
  ServerRig server({}, echoing);
  RawClient old(server.port());
  old.send("GET / HTTP/1.0\r\n\r\n");
  CHECK(has(old.read_to_end(), "Connection: close\r\n"));
  RawClient staying(server.port());
  staying.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  CHECK(has(staying.read_answer(), "Connection: keep-alive\r\n"));
  staying.send("GET /again HTTP/1.0\r\n\r\n");
  CHECK(has(staying.read_to_end(), "GET /again "));
}

Task<HttpResponse> odd_answers(HttpRequest request) {
  HttpResponse response;
  if (request.url == "/empty") response = {.status = 204, .headers{}, .body = "never sent"};
  if (request.url == "/split") {
    response = {
        .status = 200, .headers = {{"X-A", "1\r\nX-Evil: 2"}, {"content-length", "9"}}, .body{}};
  }
  if (request.url == "/large")
    response = {.status = 200, .headers{}, .body = std::string(9U << 20, 'L')};
  co_return response;
}

TEST_CASE("an answer cannot be split, misframed, or given a status that does not exist") {
  ServerRig server({}, [](World) { return HttpHandler(odd_answers); });
  RawClient client(server.port());
  client.send("GET /empty HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string empty = client.read_answer();
  CHECK(empty.starts_with("HTTP/1.1 204 "));
  CHECK_FALSE(has(empty, "Content-Length"));
  client.send("GET /split HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string split = client.read_answer();
  CHECK(has(split, "X-A: 1  X-Evil: 2\r\n"));
  CHECK(has(split, "Content-Length: 0\r\n"));
  CHECK_FALSE(has(split, "content-length: 9"));
  client.send("GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(client.read_answer().starts_with("HTTP/1.1 500 "));
}

TEST_CASE("a large answer arrives whole") {
  ServerRig server({}, [](World) { return HttpHandler(odd_answers); });
  RawClient client(server.port());
  client.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(body_of(client.read_answer()) == std::string(9U << 20, 'L'));
}

TEST_CASE("stop lets the request under way end, closes idle clients and refuses new ones") {
  ServerRig server({}, thinking);
  RawClient idle(server.port());
  RawClient busy(server.port());
  busy.send("GET /700 HTTP/1.1\r\nHost: x\r\n\r\n");
  std::this_thread::sleep_for(100ms);
  auto stopped = server.stop(5s);
  CHECK(idle.closed_within(500ms));
  const std::string answer = busy.read_to_end();
  CHECK(body_of(answer) == "/700");
  CHECK(has(answer, "Connection: close"));
  busy.finish_sending();
  CHECK(stopped.get() < 3s);
  CHECK_FALSE(RawClient(server.port()).connected());
}

TEST_CASE("stop waits no longer than its grace") {
  ServerRig server({}, thinking);
  RawClient busy(server.port());
  busy.send("GET /1000 HTTP/1.1\r\nHost: x\r\n\r\n");
  std::this_thread::sleep_for(100ms);
  const auto took = server.stop(100ms).get();
  CHECK(took >= 99ms);
  CHECK(took < 800ms);
  CHECK(busy.read_to_end().empty());
  std::this_thread::sleep_for(1'100ms);  // the handler ends into nothing, and nothing breaks
}

Task<void> serve_until_asked(RealWorld& world, std::uint16_t& port, HttpHandler handler) {
  auto server = world.view().network.serve({}, std::move(handler));
  REQUIRE(server.has_value());
  port = (*server)->port();
  static Signal& never = *new Signal;  // leak checkers look after static objects are gone
  co_await never;
}

TEST_CASE("a world may end with a server, its clients and a handler under way") {
  std::optional<RealWorld> world(std::in_place);
  std::uint16_t port = 0;
  spawn(serve_until_asked(*world, port, thinking(world->view())));
  RawClient busy(port);
  RawClient idle(port);
  busy.send("GET /60000 HTTP/1.1\r\nHost: x\r\n\r\n");
  idle.send("GET /0 HTTP/1.1\r\nHost: x\r\n\r\n");
  world->run(wait_for_a_moment(world->view().clock));
  CHECK(body_of(idle.read_answer()) == "/0");
  world.reset();
  CHECK(idle.closed_within(1s));
  CHECK(busy.closed_within(1s));
  CHECK_FALSE(RawClient(port).connected());
}

TEST_CASE("a client that leaves before its answer disturbs nobody") {
  ServerRig server({}, thinking);
  {
    RawClient impatient(server.port());
    impatient.send("GET /50 HTTP/1.1\r\nHost: x\r\n\r\n");
    impatient.reset();
  }
  std::this_thread::sleep_for(100ms);
  RawClient client(server.port());
  client.send("GET /0 HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(body_of(client.read_answer()) == "/0");
}

TEST_CASE("a port in use and an address that is not ours are refused with R0033") {
  ServerRig taken({}, echoing);
  RealWorld world;
  const auto serve = [&](ServeOptions options) {
    return world.view().network.serve(std::move(options), echo);
  };
  const auto in_use = serve({.port = taken.port()});
  REQUIRE_FALSE(in_use.has_value());
  CHECK(in_use.error().code == "R0033");
  CHECK(in_use.error().kind == ErrorKind::permanent);
  CHECK(serve({.address = "192.0.2.1"}).error().code == "R0033");
  CHECK(serve({.address = "not an address"}).error().code == "R0033");
}

}  // namespace
}  // namespace rondo::world
