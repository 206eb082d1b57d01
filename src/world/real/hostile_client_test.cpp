#include <doctest/doctest.h>
#include <fmt/core.h>
#include <rapidcheck.h>

#include "world/real/loopback.h"

namespace rondo::world {
namespace {

using namespace std::chrono_literals;
using loopback::RawClient;
using loopback::ServerRig;

Task<HttpResponse> measure(HttpRequest request) {
  co_return HttpResponse{
      .status = 200, .headers{}, .body = fmt::format("{} bytes", request.body.size())};
}

HttpHandler measuring(World) { return measure; }

Task<HttpResponse> give_much(HttpRequest) {
  co_return HttpResponse{.status = 200, .headers{}, .body = std::string(32U << 20, 'x')};
}

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

void check_still_serving(const ServerRig& server) {
  RawClient client(server.port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(client.read_answer().ends_with("0 bytes"));
}

/// A request whose header section is exactly that long.
std::string request_with_header_of(std::size_t bytes) {
  const std::string start = "GET / HTTP/1.1\r\nHost: x\r\nX-Filler: ";
  const std::string end = "\r\n\r\n";
  return start + std::string(bytes - start.size() - end.size(), 'f') + end;
}

std::string request_of_many_headers(std::size_t bytes) {
  std::string request = "GET / HTTP/1.1\r\nHost: x\r\n";
  while (request.size() < bytes) request += "A: b\r\n";
  return request + "\r\n";
}

TEST_CASE("headers at the limit are taken, one byte more is 431") {
  ServerRig server({.header_bytes_max = 2000}, measuring);
  RawClient fits(server.port());
  fits.send(request_with_header_of(2000));
  CHECK(fits.read_answer().starts_with("HTTP/1.1 200 "));
  fits.send(request_with_header_of(2001));
  const std::string answer = fits.read_to_end();
  CHECK(answer.starts_with("HTTP/1.1 431 "));
  CHECK(has(answer, R"({"error":{"code":"R0036",)"));
}

TEST_CASE("the limit counts all headers together, however they are sent") {
  ServerRig server({.header_bytes_max = 2000}, measuring);
  RawClient at_once(server.port());
  at_once.send(request_of_many_headers(3000));
  CHECK(at_once.read_to_end().starts_with("HTTP/1.1 431 "));
  RawClient in_pieces(server.port());
  const std::string request = request_of_many_headers(3000);
  for (std::size_t at = 0; at < request.size() && in_pieces.send(request.substr(at, 100));
       at += 100) {
    std::this_thread::sleep_for(1ms);
  }
  CHECK(in_pieces.read_to_end().starts_with("HTTP/1.1 431 "));
  RawClient endless(server.port());
  endless.send("GET /" + std::string(100'000, 'a'));
  CHECK(endless.read_to_end().starts_with("HTTP/1.1 431 "));
}

TEST_CASE("headers larger than the first buffer are fine if the limit allows them") {
  ServerRig server({.header_bytes_max = 200'000}, measuring);
  RawClient client(server.port());
  client.send(request_with_header_of(200'000));
  CHECK(client.read_answer().starts_with("HTTP/1.1 200 "));
}

TEST_CASE("a body at the limit is taken, one byte more is 413, announced or in chunks") {
  ServerRig server({.body_bytes_max = 1000}, measuring);
  RawClient client(server.port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n" +
              std::string(1000, 'b'));
  CHECK(client.read_answer().ends_with("1000 bytes"));
  client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  client.send("1f4\r\n" + std::string(500, 'b') + "\r\n1f4\r\n" + std::string(500, 'b') +
              "\r\n0\r\n\r\n");
  CHECK(client.read_answer().ends_with("1000 bytes"));

  RawClient announced(server.port());
  announced.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n");
  const std::string answer = announced.read_to_end();
  CHECK(answer.starts_with("HTTP/1.1 413 "));
  CHECK(has(answer, R"("code":"R0036")"));
  RawClient chunked(server.port());
  chunked.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1f4\r\n");
  chunked.send(std::string(500, 'b') + "\r\n1f5\r\n" + std::string(501, 'b') + "\r\n0\r\n\r\n");
  CHECK(chunked.read_to_end().starts_with("HTTP/1.1 413 "));
}

TEST_CASE("a client in the middle of sending far too much still gets to read its 413") {
  ServerRig server({.body_bytes_max = 1000}, measuring);
  RawClient client(server.port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n" +
              std::string(3'000'000, 'b'));
  CHECK(client.read_to_end().starts_with("HTTP/1.1 413 "));
}

TEST_CASE("who asks before sending is told to go on, or not to") {
  ServerRig server({.body_bytes_max = 1000}, measuring);
  RawClient polite(server.port());
  polite.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  CHECK(polite.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  polite.send("body");
  CHECK(polite.read_answer().ends_with("4 bytes"));
  polite.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4000\r\nExpect: 100-continue\r\n\r\n");
  CHECK(polite.read_answer().starts_with("HTTP/1.1 413 "));
}

TEST_CASE("what is malformed or could be read in two ways is 400, and the connection ends") {
  ServerRig server({}, measuring);
  const std::string host = "Host: x\r\n";
  const std::vector<std::string> requests{
      "hello\r\n\r\n",
      std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11),  // a TLS client
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
      "GET / HTTP/1.1\n" + host + "\r\n",
      "GET / HTTP/1.1\r\n\r\n",
      "GET / HTTP/1.1\r\n" + host + host + "\r\n",
      "GET /a b HTTP/1.1\r\n" + host + "\r\n",
      "G(T / HTTP/1.1\r\n" + host + "\r\n",
      "GET / HTTP/1.1\r\n" + host + "Bad Name: 1\r\n\r\n",
      "GET / HTTP/1.1\r\n" + host + "Name : 1\r\n\r\n",
      "GET / HTTP/1.1\r\n" + host + std::string("X: a\0b\r\n\r\n", 11),
      "POST / HTTP/1.1\r\n" + host + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
      "POST / HTTP/1.1\r\n" + host + "Content-Length: -1\r\n\r\n",
      "POST / HTTP/1.1\r\n" + host + "Content-Length: 99999999999999999999\r\n\r\n",
      "POST / HTTP/1.1\r\n" + host +
          "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "POST / HTTP/1.1\r\n" + host +
          "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
      "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: gzip\r\n\r\n",
      "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
      "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n",
      "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n3\r\nabcde\r\n",
      "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n0;" +
          std::string(80'000, 'e'),
  };
  for (const std::string& request : requests) {
    CAPTURE(request.substr(0, 120));
    RawClient client(server.port());
    client.send(request);
    const std::string answer = client.read_to_end();
    CHECK(answer.starts_with("HTTP/1.1 400 "));
    CHECK(has(answer, R"({"error":{"code":"R0035",)"));
    CHECK(has(answer, "Connection: close\r\n"));
  }
  check_still_serving(server);
}

TEST_CASE("random bytes never bring it down, nor do damaged requests") {
  ServerRig server({.body_bytes_max = 10'000, .header_timeout = 200ms, .body_timeout = 200ms},
                   measuring);
  CHECK(rc::check([&] {
    std::string bytes =
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
    const auto damages = *rc::gen::inRange(1, 4);
    for (int i = 0; i < damages; ++i) {
      bytes[*rc::gen::inRange<std::size_t>(0, bytes.size())] = *rc::gen::arbitrary<char>();
    }
    RawClient client(server.port());
    client.send(bytes);
    client.finish_sending();
    RC_ASSERT(client.closed_within(5s));
  }));
  check_still_serving(server);
}

TEST_CASE("a header that drips in is cut off with 408, however busily it drips") {
  ServerRig server({.header_timeout = 300ms}, measuring);
  RawClient client(server.port());
  const auto begin = std::chrono::steady_clock::now();
  client.send("GET / HTTP/1.1\r\n");
  for (int i = 0; i < 200 && client.send("A: b\r\n"); ++i) std::this_thread::sleep_for(10ms);
  CHECK(client.read_to_end().starts_with("HTTP/1.1 408 "));
  CHECK(std::chrono::steady_clock::now() - begin < 4s);
}

TEST_CASE("a body that drips in is cut off with 408") {
  ServerRig server({.body_timeout = 300ms}, measuring);
  RawClient client(server.port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n");
  std::this_thread::sleep_for(200ms);
  client.send("drip");
  const std::string answer = client.read_answer();
  CHECK(answer.starts_with("HTTP/1.1 408 "));
  CHECK(has(answer, R"("code":"R0037")"));
}

TEST_CASE("clients that say nothing are closed after the idle time, new ones and old ones") {
  ServerRig server({.idle_timeout = 200ms}, measuring);
  RawClient silent(server.port());
  RawClient fallen_silent(server.port());
  fallen_silent.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(fallen_silent.read_answer().ends_with("0 bytes"));
  CHECK(silent.closed_within(1s));
  CHECK(fallen_silent.closed_within(1s));
}

TEST_CASE("a client that stops reading is cut off") {
  ServerRig server({.body_timeout = 300ms}, [](World) { return HttpHandler(give_much); });
  RawClient client(server.port());
  client.receive_little();
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  std::this_thread::sleep_for(1s);
  CHECK(client.closed_within(1s));
}

TEST_CASE("a client that lingers after its last answer is let go") {
  ServerRig server({}, measuring);
  RawClient client(server.port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  client.read_to_end();
  std::this_thread::sleep_for(2'600ms);
  client.send("x");  // nobody there any more: the first send draws a reset, the second sees it
  std::this_thread::sleep_for(50ms);
  CHECK_FALSE(client.send("x"));
}

TEST_CASE("one connection above the cap is closed at once, and its place is free again later") {
  ServerRig server({.connections_max = 2}, measuring);
  RawClient first(server.port());
  first.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(first.read_answer().ends_with("0 bytes"));
  {
    RawClient second(server.port());
    second.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(second.read_answer().ends_with("0 bytes"));
    RawClient third(server.port());
    CHECK(third.closed_within(1s));
  }
  std::this_thread::sleep_for(50ms);
  check_still_serving(server);
}

}  // namespace
}  // namespace rondo::world
