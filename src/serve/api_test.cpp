#include "serve/api.h"

#include <doctest/doctest.h>

namespace rondo::serve {
namespace {

using world::HttpRequest;
using world::HttpResponse;

Task<HttpResponse> collector(HttpRequest request) {
  co_return HttpResponse{200, {}, "collected " + request.url};
}

struct Served {
  Board board;
  std::vector<std::string> asked;
  world::HttpHandler handler;

  explicit Served(std::string token = {}) {
    board.show_status(Json::object({{"state", "fresh"}}));
    board.on_run_asked([this](std::string selection) {
      asked.push_back(std::move(selection));
      return true;
    });
    const auto check = [](const std::string& selection) -> Result<void> {
      if (selection == "sync:no") return fail(ErrorKind::permanent, "R0801", "no `sync:no`", "a?");
      return {};
    };
    handler = make_api(
        board, {std::move(token), [] { return std::string("rondo_up 1\n"); }, collector, check});
  }

  HttpResponse ask(const char* method, const char* url, world::Headers headers = {},
                   std::string body = {}) {
    HttpResponse answer;
    spawn(handler({method, url, std::move(headers), std::move(body)}),
          [&](HttpResponse response) { answer = std::move(response); });
    return answer;
  }
};

TEST_CASE("what is not the API's goes to the collector") {
  Served served;
  CHECK(served.ask("POST", "/v1/batch").body == "collected /v1/batch");
  CHECK(served.ask("POST", "/api/s/track").body == "collected /api/s/track");
  CHECK(served.ask("GET", "/metrics").body == "rondo_up 1\n");
  CHECK(served.ask("GET", "/api/status").body == "{\"state\":\"fresh\"}\n");
}

TEST_CASE("a run is asked for by name, or for everything") {
  Served served;
  CHECK(served.ask("POST", "/api/runs", {}, R"({"select":"sync:a"})").status == 202);
  CHECK(served.ask("POST", "/api/runs").status == 202);
  CHECK(served.asked == std::vector<std::string>{"sync:a", ""});
}

TEST_CASE("what cannot be is refused and starts nothing") {
  Served served;
  CHECK(served.ask("POST", "/api/runs", {}, "{").status == 400);
  CHECK(served.ask("POST", "/api/runs", {}, "[]").status == 400);
  CHECK(served.ask("POST", "/api/runs", {}, R"({"select":7})").status == 400);
  const auto unknown = served.ask("POST", "/api/runs", {}, R"({"select":"sync:no"})");
  CHECK(unknown.status == 400);
  CHECK(unknown.body.find(R"("code":"R0801","message":"no `sync:no`","hint":"a?")") !=
        std::string::npos);
  CHECK(served.ask("DELETE", "/api/status").status == 405);
  CHECK(served.ask("GET", "/api/nothing").status == 404);
  CHECK(served.ask("POST", "/api/runs", {{"Host", "a"}, {"Origin", "http://evil"}}).status == 403);
  CHECK(served.asked.empty());
  served.board.on_run_asked(nullptr);
  CHECK(served.ask("POST", "/api/runs").status == 503);
}

TEST_CASE("without a token, a name that was made to point here is refused") {
  Served served;
  for (const char* host :
       {"evil.example", "evil.example:8090", "127.0.0.1.evil.example", "", "["}) {
    CAPTURE(host);
    const auto origin = std::string("http://") + host;
    CHECK(served.ask("GET", "/api/status", {{"Host", host}}).status == 403);
    CHECK(served.ask("POST", "/api/runs", {{"Host", host}, {"Origin", origin}}).status == 403);
    CHECK(served.ask("POST", "/v1/batch", {{"Host", host}}).status == 200);
  }
  for (const char* host : {"localhost", "localhost:8090", "127.0.0.1:1", "[::1]", "[::1]:8090"}) {
    CAPTURE(host);
    CHECK(served.ask("GET", "/api/status", {{"Host", host}}).status == 200);
  }
  CHECK(served.asked.empty());
  Served secret("secret");
  const world::Headers named{{"Host", "rondo.acme.example"}, {"Authorization", "Bearer secret"}};
  CHECK(secret.ask("GET", "/api/status", named).status == 200);
}

TEST_CASE("with a token, only who has it may ask; events still come in by their write keys") {
  Served served("secret");
  CHECK(served.ask("GET", "/api/status").status == 401);
  CHECK(served.ask("GET", "/metrics").status == 401);
  CHECK(served.ask("GET", "/api/status", {{"Authorization", "Bearer wrong"}}).status == 401);
  CHECK(served.ask("GET", "/api/status", {{"Authorization", "Bearer secret"}}).status == 200);
  CHECK(served.ask("POST", "/v1/batch").status == 200);
}

}  // namespace
}  // namespace rondo::serve
