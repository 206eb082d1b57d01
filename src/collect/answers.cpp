#include "collect/answers.h"

#include <array>
#include <utility>

#include "base/json.h"
#include "base/text.h"

namespace rondo::collect {
namespace {

constexpr std::array statuses{
    std::pair{"R0310", 400}, std::pair{"R0311", 401}, std::pair{"R0312", 413},
    std::pair{"R0313", 400}, std::pair{"R0314", 400}, std::pair{"R0315", 404},
    std::pair{"R0317", 405}, std::pair{"R0320", 400}, std::pair{"R0321", 400},
    std::pair{"R0323", 400}, std::pair{"R0305", 429}, std::pair{"R0316", 429},
};

int status_of(const Error& error) {
  for (const auto& [code, status] : statuses) {
    if (error.code == code) return status;
  }
  return 503;
}

}  // namespace

world::HttpResponse json_answer(int status, std::string body) {
  world::HttpResponse response{.status = status, .body = std::move(body)};
  response.headers.add("Content-Type", "application/json");
  return response;
}

world::HttpResponse success_answer() { return json_answer(200, R"({"success":true})"); }

world::HttpResponse error_answer(const Error& error) {
  Json detail = Json::object({{"code", error.code}, {"message", error.text()}});
  if (!error.hint.empty()) detail.set("hint", error.hint);
  const Json body = Json::object({{"success", false}, {"error", std::move(detail)}});
  auto response = json_answer(status_of(error), body.text());
  if (response.status == 429) response.headers.add("Retry-After", std::to_string(retry_after_s));
  return response;
}

world::HttpResponse preflight_answer(const world::HttpRequest& request) {
  world::HttpResponse response{.status = 204};
  const auto asked = request.headers.get("Access-Control-Request-Headers");
  response.headers.add("Access-Control-Allow-Methods", "GET, POST, OPTIONS");
  response.headers.add("Access-Control-Allow-Headers",
                       std::string(asked.value_or("authorization, content-type")));
  response.headers.add("Access-Control-Max-Age", "86400");
  return response;
}

void allow_any_origin(world::HttpResponse& response) {
  response.headers.add("Access-Control-Allow-Origin", "*");
}

world::HttpResponse settings_answer(std::string_view write_key, const world::HttpRequest& request) {
  const auto host = request.headers.get("Host").value_or("localhost");
  const auto scheme = request.headers.get("X-Forwarded-Proto").value_or("http");
  const Json segment = Json::object({{"apiKey", write_key},
                                     {"apiHost", std::string(host) + "/v1"},
                                     {"protocol", scheme},
                                     {"unbundledIntegrations", Json::array()}});
  const Json enabled = Json::object({{"__default", Json::object({{"enabled", true}})}});
  const Json plan = Json::object({{"track", enabled}, {"identify", enabled}, {"group", enabled}});
  const Json body = Json::object({{"integrations", Json::object({{"Segment.io", segment}})},
                                  {"plan", plan},
                                  {"edgeFunction", Json::object()},
                                  {"remotePlugins", Json::array()}});
  return json_answer(200, body.text());
}

std::vector<std::string> key_candidates(const world::HttpRequest& request,
                                        std::string_view body_key) {
  std::vector<std::string> candidates;
  const auto authorization = request.headers.get("Authorization").value_or("");
  if (authorization.size() > 6 && iequals(authorization.substr(0, 6), "Basic ")) {
    if (auto pair = base64_decode(trim(authorization.substr(6)))) {
      // The key is the user, the password is empty; a key may hold a ':' itself.
      candidates.push_back(pair->substr(0, pair->find(':')));
      if (!pair->ends_with(':')) candidates.push_back(std::move(*pair));
    }
  }
  if (!body_key.empty()) candidates.emplace_back(body_key);
  if (const auto key = request.headers.get("X-Write-Key")) candidates.emplace_back(*key);
  return candidates;
}

}  // namespace rondo::collect
