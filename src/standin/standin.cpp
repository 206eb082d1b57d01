#include "standin/standin.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "standin/hubspot.h"
#include "standin/providers.h"
#include "standin/webhook.h"

namespace rondo::standin {
namespace {

constexpr std::size_t log_entries_max = 2'000;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string url_decode(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escaped = text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
                         hex_digit(text[i + 2]) >= 0;
    if (escaped) {
      decoded += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else {
      decoded += text[i] == '+' ? ' ' : text[i];
    }
  }
  return decoded;
}

// The answer speaks of the first half of its rows only.
void forget_half(world::HttpResponse& answer) {
  auto body = Json::parse(answer.body);
  if (!body || !(*body)["results"].is_array()) return;
  const Json::Array& all = (*body)["results"].as_array();
  body->set(
      "results",
      Json(Json::Array(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2))));
  answer.body = body->text();
}

}  // namespace

std::string_view Call::parameter(std::string_view name) const {
  const auto found = std::ranges::find(query, name, &std::pair<std::string, std::string>::first);
  return found == query.end() ? std::string_view() : std::string_view(found->second);
}

Call read_call(const world::HttpRequest& request) {
  Call call{request.method, {}, {}, {}, &request};
  const std::string_view url = request.url;
  const auto mark = url.find('?');
  for (const auto segment : split(url.substr(0, mark), '/')) {
    if (!segment.empty()) call.path.push_back(url_decode(segment));
  }
  if (mark != std::string_view::npos) {
    for (const auto pair : split(url.substr(mark + 1), '&')) {
      const auto equals = std::min(pair.find('='), pair.size());
      const auto value = pair.substr(std::min(equals + 1, pair.size()));
      call.query.emplace_back(url_decode(pair.substr(0, equals)), url_decode(value));
    }
  }
  if (auto body = Json::parse(request.body)) call.body = std::move(*body);
  return call;
}

world::HttpResponse json_answer(int status, const Json& body) {
  return {status, {{"Content-Type", "application/json;charset=utf-8"}}, body.text()};
}

Standin::Standin(world::World world, Options options)
    : world_(world), options_(std::move(options)) {}

world::HttpResponse Standin::throttled() const { return {429, {{"Retry-After", "1"}}, "{}"}; }
world::HttpResponse Standin::broken() const {
  return json_answer(500, Json::object({{"message", Json("internal error")}}));
}

Result<void> Standin::load() {
  TRY_ASSIGN(faults_, Faults::from(options_.file["faults"]));
  if (options_.state_path.empty()) return {};
  TRY_ASSIGN(const bool there, world_.disk.exists(options_.state_path));
  if (!there) return {};
  TRY_ASSIGN(saved_, world::read_file(world_.disk, options_.state_path));
  TRY_ASSIGN(const Json memory, Json::parse(saved_));
  remember(memory);
  return {};
}

Result<void> Standin::save() {
  if (options_.state_path.empty()) return {};
  std::string text = memory().text();
  if (text == saved_) return {};
  TRY(world::write_file(world_.disk, options_.state_path, text));
  saved_ = std::move(text);
  return {};
}

void Standin::note(const Call& call, const world::HttpResponse& answer, FaultKind fault) {
  auto& entries = log_.as_array();
  if (entries.size() >= log_entries_max) {
    log_ = Json(Json::Array(entries.begin() + log_entries_max / 2, entries.end()));
  }
  log_.push(Json::object({{"number", Json(count_)},
                          {"at", Json(to_text(now()))},
                          {"method", Json(call.method)},
                          {"path", Json("/" + join(call.path, "/"))},
                          {"status", Json(answer.status)},
                          {"fault", Json(name_of(fault))}}));
}

world::HttpResponse Standin::own_answer(const Call& call) {
  const std::string_view what = call.path.size() > 1 ? std::string_view(call.path[1]) : "";
  if (what == "state") return json_answer(200, state());
  if (what == "requests") return json_answer(200, log_);
  if (what == "reset" && call.method == "POST") {
    reset();
    log_ = Json::array();
    return {204, {}, ""};
  }
  return json_answer(404, Json::object({{"message", Json("state, requests or reset")}}));
}

Task<world::HttpResponse> Standin::handle(world::HttpRequest request) {
  const Call call = read_call(request);
  if (!call.path.empty() && call.path[0] == "_standin") co_return own_answer(call);
  ++count_;
  const Faults::Met met = faults_.next(request.url.substr(0, request.url.find('?')));
  world::HttpResponse response;
  switch (met.kind) {
    case FaultKind::throttle: response = throttled(); break;
    case FaultKind::error:
    case FaultKind::timeout: response = broken(); break;
    default: response = answer(call);
  }
  if (met.kind == FaultKind::partial) forget_half(response);
  note(call, response, met.kind);
  if (const auto saved = save(); !saved) response = broken();
  const bool late =
      met.kind == FaultKind::timeout || met.kind == FaultKind::drop || met.kind == FaultKind::slow;
  if (late) co_await world_.clock.sleep(met.wait);
  co_return response;
}

std::vector<std::string> names() { return {"hubspot", "hunter", "prospeo", "webhook"}; }

Result<std::shared_ptr<Standin>> make(std::string_view name, world::World world, Options options) {
  std::shared_ptr<Standin> made;
  if (name == "hubspot") made = make_hubspot(world, std::move(options));
  if (name == "webhook") made = make_webhook(world, std::move(options));
  if (name == "prospeo") made = make_prospeo(world, std::move(options));
  if (name == "hunter") made = make_hunter(world, std::move(options));
  if (!made) {
    return fail(ErrorKind::permanent, "R0404", fmt::format("there is no stand-in for `{}`", name),
                "there are " + join(names(), ", "));
  }
  TRY(made->load());
  return made;
}

world::HttpHandler handler(std::shared_ptr<Standin> standin) {
  return [standin = std::move(standin)](world::HttpRequest request) {
    return standin->handle(std::move(request));
  };
}

}  // namespace rondo::standin
