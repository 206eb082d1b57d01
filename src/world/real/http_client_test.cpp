#include "world/real/http_client.h"

#include <atomic>

#include <doctest/doctest.h>

#include "world/real/loopback.h"

namespace rondo::world {
namespace {

using namespace std::chrono_literals;
using loopback::RawClient;
using loopback::RawServer;
using loopback::ServerRig;

Result<HttpResponse> send(HttpRequest request) {
  RealWorld world;
  return world.run(world.view().network.send(std::move(request)));
}

Task<HttpResponse> echo(HttpRequest request) {
  HttpResponse response{.status = 200, .headers{}, .body = request.method + "|" + request.body};
  for (const auto& [name, value] : request.headers.all())
    response.headers.add("Got-" + name, value);
  co_return response;
}

HttpHandler echoing(World) { return echo; }

const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

std::string_view header(const HttpResponse& response, std::string_view name) {
  return response.headers.get(name).value_or("(none)");
}

TEST_CASE("method, headers and body arrive as they were given, and nothing is made up") {
  ServerRig server({}, echoing);
  for (const std::string method : {"POST", "PUT", "PATCH", "DELETE", "GET", "PROPFIND"}) {
    CAPTURE(method);
    const auto response = send({.method = method,
                                .url = server.url(),
                                .headers = {{"X-A", "1"}, {"X-Empty", ""}},
                                .body = "bo\0dy"});
    REQUIRE(response.has_value());
    CHECK(response->status == 200);
    CHECK(response->body == method + "|bo");
    CHECK(header(*response, "Got-X-A") == "1");
    CHECK(header(*response, "Got-X-Empty").empty());
    CHECK(header(*response, "Got-Content-Type") == "(none)");
    CHECK(header(*response, "Got-Expect") == "(none)");
    CHECK(header(*response, "Got-Transfer-Encoding") == "(none)");
  }
}

TEST_CASE("bodies of any size, also none, go both ways") {
  ServerRig server({}, echoing);
  for (const std::size_t size : {0U, 1U, 100'000U, 4U << 20}) {
    CAPTURE(size);
    const auto response =
        send({.method = "POST", .url = server.url(), .body = std::string(size, '\0')});
    REQUIRE(response.has_value());
    CHECK(response->body == "POST|" + std::string(size, '\0'));
  }
  const auto head = send({.method = "HEAD", .url = server.url()});
  REQUIRE(head.has_value());
  CHECK(head->body.empty());
}

TEST_CASE("any status is an answer, and a redirect is not followed") {
  for (const std::string status :
       {"302 Found", "404 Not Found", "429 Slow Down", "500 Oh", "503 Busy"}) {
    RawServer server([&](RawClient& client) {
      client.read_until("\r\n\r\n");
      client.send("HTTP/1.1 " + status + "\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n");
    });
    const auto response = send({.url = server.url()});
    REQUIRE(response.has_value());
    CHECK(response->status == std::stoi(status));
    CHECK(header(*response, "location") == "/elsewhere");
  }
}

TEST_CASE("an interim answer is skipped; repeated headers are kept in order") {
  RawServer server([](RawClient& client) {
    client.read_until("\r\n\r\n");
    client.send("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n");
    client.send("HTTP/1.1 200 OK\r\nA: 1\r\nA: 2\r\nContent-Length: 2\r\n\r\nok");
  });
  const auto response = send({.url = server.url()});
  REQUIRE(response.has_value());
  CHECK(response->headers.all() == Headers{{"A", "1"}, {"A", "2"}, {"Content-Length", "2"}}.all());
}

TEST_CASE("nothing was sent: transient R0030") {
  const auto refused = [](std::string url, Duration timeout = 5s) {
    const auto response =
        send({.method = "POST", .url = std::move(url), .body = "x", .timeout = timeout});
    REQUIRE_FALSE(response.has_value());
    CHECK(response.error().code == "R0030");
    CHECK(response.error().kind == ErrorKind::transient);
  };
  SUBCASE("closed port") {
    refused("http://127.0.0.1:" + std::to_string(loopback::closed_port()) + "/");
  }
  SUBCASE("a name that does not exist") { refused("http://no-such-host.invalid/"); }
  SUBCASE("TLS with a server that speaks none") {
    RawServer server([](RawClient& client) { client.send("HTTP/1.1 400 No\r\n\r\n"); });
    refused("https://127.0.0.1:" + std::to_string(server.port()) + "/");
  }
  SUBCASE("TLS with a server that never says a word, until time is over") {
    RawServer server([](RawClient& client) { client.closed_within(5s); });
    refused("https://127.0.0.1:" + std::to_string(server.port()) + "/", 300ms);
  }
}

TEST_CASE("sent, but no whole answer: unknown R0031, and never sent twice") {
  std::atomic<int> received = 0;
  std::function<void(RawClient&)> after_reading;
  RawServer server([&](RawClient& client) {
    if (client.read_until("effect").ends_with("effect")) ++received;
    after_reading(client);
  });
  SUBCASE("never answers") {
    after_reading = [](RawClient& client) { client.closed_within(5s); };
  }
  SUBCASE("resets") {
    after_reading = [](RawClient& client) { client.reset(); };
  }
  SUBCASE("closes") {
    after_reading = [](RawClient&) {};
  }
  SUBCASE("half a header") {
    after_reading = [](RawClient& client) { client.send("HTTP/1.1 200 OK\r\nContent-Le"); };
  }
  SUBCASE("half a body") {
    after_reading = [](RawClient& client) {
      client.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
    };
  }
  SUBCASE("half a chunk") {
    after_reading = [](RawClient& client) {
      client.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nhalf");
    };
  }
  SUBCASE("no HTTP at all") {
    after_reading = [](RawClient& client) { client.send("220 mail.example.com ESMTP\r\n"); };
  }
  const auto response =
      send({.method = "POST", .url = server.url(), .body = "effect", .timeout = 700ms});
  REQUIRE_FALSE(response.has_value());
  CHECK(response.error().code == "R0031");
  CHECK(response.error().kind == ErrorKind::unknown_outcome);
  CHECK(received.load() == 1);
}

/// Answers the first request of each connection and drops the connection at the second, after
/// reading it.
struct ForgetfulServer {
  std::atomic<int> received = 0;
  RawServer server{[this](RawClient& client) {
    if (client.read_until("effect").ends_with("effect")) ++received;
    client.send(ok);
    client.be_patient_for(300ms);
    if (client.read_until("effect").ends_with("effect")) ++received;
  }};
};

Task<std::string> send_twice(World world, HttpRequest request) {
  auto first = co_await world.network.send(request);
  if (!first) co_return first.error().text();
  auto second = co_await world.network.send(request);
  co_return second ? "ok" : second.error().code;
}

TEST_CASE("a request on a kept connection that dies is not repeated behind our back") {
  ForgetfulServer forgetful;
  RealWorld world;
  SUBCASE("with a body") {
    HttpRequest post{.method = "POST", .url = forgetful.server.url(), .body = "effect"};
    CHECK(world.run(send_twice(world.view(), post)) == "R0031");
    CHECK(forgetful.received.load() == 2);
  }
  SUBCASE("without a body a fresh connection is taken, which cannot be dead") {
    HttpRequest remove{
        .method = "DELETE", .url = forgetful.server.url(), .headers = {{"X", "effect"}}};
    CHECK(world.run(send_twice(world.view(), remove)) == "ok");
    CHECK(forgetful.received.load() == 2);
  }
  SUBCASE("GET may be: it has no effect") {
    HttpRequest get{.url = forgetful.server.url(), .headers = {{"X", "effect"}}};
    CHECK(world.run(send_twice(world.view(), get)) == "ok");
    CHECK(forgetful.received.load() == 3);
  }
}

TEST_CASE("a request that cannot be right is refused before sending: permanent R0032") {
  const auto refused = [](HttpRequest request) {
    CAPTURE(request.url);
    const auto response = send(std::move(request));
    REQUIRE_FALSE(response.has_value());
    CHECK(response.error().code == "R0032");
    CHECK(response.error().kind == ErrorKind::permanent);
  };
  for (const std::string url :
       {"", "x", "/path", "http://", "ftp://127.0.0.1/", "file:///etc/hosts",
        "http://127.0.0.1:99999/", "http://127.0.0.1/a b", "http://a b/",
        "http://127.0.0.1/\r\nX: y", "http:127.0.0.1"}) {
    refused({.url = url});
  }
  const std::string fine = "http://127.0.0.1:9/";
  refused({.method = "", .url = fine});
  refused({.method = "GET / HTTP/1.1\r\nX:", .url = fine});
  refused({.url = fine, .headers = {{"X", "1\r\nY: 2"}}});
  refused({.url = fine, .headers = {{"X Y", "1"}}});
  refused({.url = fine, .headers = {{"", "1"}}});
}

TEST_CASE("an answer at the size limit is taken, one byte more is not") {
  for (const std::size_t extra : {0U, 1U}) {
    const std::size_t size = HttpClient::response_bytes_max + extra;
    RawServer server([&](RawClient& client) {
      client.read_until("\r\n\r\n");
      client.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n");
      client.send(std::string(size, 'x'));
    });
    const auto response = send({.url = server.url()});
    CHECK(response.has_value() == (extra == 0));
    if (!response) CHECK(response.error().code == "R0031");
  }
}

TEST_CASE("a compressed answer comes decoded, without headers that no longer hold") {
  // gzip of "hello hello hello"
  const std::string zipped(
      "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\xcb\x48\xcd\xc9"
      "\xc9\x57\xc8\x40\x90\x00\x80\x88\xf9\xe5\x11\x00\x00\x00",
      28);
  RawServer server([&](RawClient& client) {
    client.read_until("\r\n\r\n");
    client.send("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 28\r\n\r\n" + zipped);
  });
  const auto response = send({.url = server.url()});
  REQUIRE(response.has_value());
  CHECK(response->body == "hello hello hello");
  CHECK(response->headers.all().empty());
}

Task<HttpResponse> wait_a_moment(Clock& clock) {
  co_await clock.sleep(50ms);
  co_return HttpResponse{.status = 200};
}

Task<void> send_and_count(World world, std::string url, int& answered) {
  HttpRequest request{.url = std::move(url)};
  auto response = co_await world.network.send(std::move(request));
  if (response && response->status == 200) ++answered;
}

TEST_CASE("requests run side by side; more than one host takes at once wait their turn") {
  ServerRig server({}, [](World world) {
    return [&clock = world.clock](HttpRequest) { return wait_a_moment(clock); };
  });
  RealWorld world;
  int answered = 0;
  constexpr std::size_t count = HttpClient::connections_per_host_max * 3;
  std::vector<Task<void>> tasks;
  for (std::size_t i = 0; i < count; ++i) {
    tasks.push_back(send_and_count(world.view(), server.url(), answered));
  }
  const auto begin = std::chrono::steady_clock::now();
  world.run(all_of(std::move(tasks), count));
  const auto took = std::chrono::steady_clock::now() - begin;
  CHECK(answered == static_cast<int>(count));
  CHECK(took >= 150ms);  // three rounds of 64
  CHECK(took < 5s);      // not 192 one after the other
}

TEST_CASE("connections are used again") {
  std::atomic<int> connections = 0;
  RawServer server([&](RawClient& client) {
    ++connections;
    while (client.read_until("\r\n\r\n").ends_with("\r\n\r\n")) client.send(ok);
  });
  RealWorld world;
  for (int i = 0; i < 5; ++i) {
    const auto response = world.run(world.view().network.send({.url = server.url()}));
    REQUIRE(response.has_value());
  }
  CHECK(connections.load() == 1);
}

TEST_CASE("an error names the host, never the path or the query, which may hold a secret") {
  const auto response =
      send({.url = "http://user:word@127.0.0.1:" + std::to_string(loopback::closed_port()) +
                   "/path?key=k3y"});
  REQUIRE_FALSE(response.has_value());
  const std::string text = response.error().text();
  CHECK(text.find("127.0.0.1") != std::string::npos);
  CHECK(text.find("k3y") == std::string::npos);
  CHECK(text.find("word") == std::string::npos);
}

}  // namespace
}  // namespace rondo::world
