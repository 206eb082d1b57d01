#include "serve/api.h"

#include <memory>
#include <utility>

#include "base/hash.h"
#include "base/text.h"

namespace rondo::serve {
namespace {

using world::HttpRequest;
using world::HttpResponse;

HttpResponse json_response(int status, const Json& body) {
  return {status,
          {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}},
          body.text() + "\n"};
}

HttpResponse refusal(int status, std::string_view message, std::string_view hint = {},
                     std::string_view code = "R0807") {
  return json_response(
      status,
      Json::object(
          {{"error", Json::object({{"code", code}, {"message", message}, {"hint", hint}})}}));
}

class Api {
 public:
  Api(Board& board, ApiOptions options) : board_(board), options_(std::move(options)) {}

  Task<HttpResponse> answer(HttpRequest request) {
    const std::string path = request.url.substr(0, request.url.find('?'));
    // Jitsu's clients send events to /api/s/TYPE.
    const bool is_ours = path.starts_with("/api/") && !path.starts_with("/api/s/");
    if (!is_ours && path != "/metrics") {
      co_return co_await options_.collector(std::move(request));
    }
    if (!allowed(request)) {
      co_return refusal(401, "the token is missing or wrong", "send `Authorization: Bearer TOKEN`");
    }
    if (is_ours && options_.token.empty() && !names_this_machine(request)) {
      co_return refusal(403, "without a token, this answers to localhost only",
                        "ask http://127.0.0.1, or set RONDO_API_TOKEN");
    }
    if (path == "/metrics") {
      co_return HttpResponse{
          200, {{"Content-Type", "text/plain; version=0.0.4"}}, options_.metrics_text()};
    }
    if (path == "/api/status") co_return read(request, board_.status());
    if (path == "/api/runs" && request.method == "POST") co_return start_run(request);
    if (path == "/api/runs") co_return read(request, board_.runs());
    co_return refusal(404, "there is no " + path, "GET /api/status, GET /api/runs, POST /api/runs");
  }

 private:
  bool allowed(const HttpRequest& request) const {
    if (options_.token.empty()) return true;
    const auto given = request.headers.get("Authorization").value_or("");
    return equal_in_constant_time(given, "Bearer " + options_.token);
  }

  // Another site's name may be made to resolve to 127.0.0.1, and then its pages are of our origin;
  // but the browser still sends the name.
  static bool names_this_machine(const HttpRequest& request) {
    const std::string host(request.headers.get("Host").value_or("localhost"));
    const std::string name =
        host.substr(0, host.find(':', host.starts_with('[') ? host.find(']') : 0));
    return name == "localhost" || name == "127.0.0.1" || name == "[::1]";
  }

  // Pages of other sites can make a browser send this; only a page of our own names our host as its
  // origin.
  static bool from_elsewhere(const HttpRequest& request) {
    const auto origin = request.headers.get("Origin");
    if (!origin) return false;
    const auto host = request.headers.get("Host").value_or("");
    return *origin != "http://" + std::string(host) && *origin != "https://" + std::string(host);
  }

  static HttpResponse read(const HttpRequest& request, const Json& body) {
    if (request.method != "GET" && request.method != "HEAD") {
      return refusal(405, request.method + " is not possible here");
    }
    return json_response(200, body);
  }

  HttpResponse start_run(const HttpRequest& request) {
    if (from_elsewhere(request)) return refusal(403, "the request comes from another site's page");
    const auto body = Json::parse(request.body.empty() ? "{}" : request.body);
    if (!body || !body->is_object()) {
      return refusal(400, "the body is no JSON object",
                     R"(send {"select": "sync:name"}, or {} for everything)");
    }
    const Json& select = (*body)["select"];
    if (!select.is_null() && !select.is_string()) return refusal(400, "`select` is no text");
    const std::string selection(select.as_string());
    if (options_.check_selection) {
      const auto known = options_.check_selection(selection);
      if (!known) {
        return refusal(400, known.error().message, known.error().hint, known.error().code);
      }
    }
    if (!board_.ask_for_run(selection)) {
      return refusal(503, "nothing runs here", "this server only collects events");
    }
    return json_response(202, Json::object({{"accepted", true}, {"select", selection}}));
  }

  Board& board_;
  ApiOptions options_;
};

}  // namespace

world::HttpHandler make_api(Board& board, ApiOptions options) {
  auto api = std::make_shared<Api>(board, std::move(options));
  return [api](HttpRequest request) { return api->answer(std::move(request)); };
}

}  // namespace rondo::serve
