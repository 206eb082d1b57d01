#include "world/sim/sim_network.h"

#include <optional>

#include <fmt/format.h>

#include "base/hash.h"
#include "base/text.h"
#include "world/sim/sim_server.h"
#include "world/sim/sim_url.h"

namespace rondo::world {

using Fate = SimCore::Fate;

struct Exchange {
  std::uint64_t number = 0;
  Machine client = Machine::ours;
  SimUrl url{};
  HttpRequest request{};
  std::optional<Result<HttpResponse>> answer{};
  std::coroutine_handle<> waiter{};
  SimCore::EventId timeout{};
};

namespace {

Error no_connection(const std::string& why) {
  return {ErrorKind::transient, "R0030", "no connection: " + why};
}

Error no_answer(const std::string& why) {
  return {ErrorKind::unknown_outcome, "R0031", "no answer seen: " + why};
}

/// Waits for the answer; forgets the exchange when its frame is freed before that.
class Arrival {
 public:
  Arrival(SimCore& core, std::shared_ptr<Exchange> flight)
      : core_(core), flight_(std::move(flight)) {}
  Arrival(const Arrival&) = delete;
  Arrival& operator=(const Arrival&) = delete;
  ~Arrival() {
    flight_->waiter = {};
    core_.cancel(flight_->timeout);
  }
  [[nodiscard]] bool await_ready() const noexcept { return flight_->answer.has_value(); }
  void await_suspend(std::coroutine_handle<> waiter) const { flight_->waiter = waiter; }
  void await_resume() const noexcept {}

 private:
  SimCore& core_;
  std::shared_ptr<Exchange> flight_;
};

std::string told(const Exchange& flight, std::string_view what) {
  return fmt::format("network #{} {}", flight.number, what);
}

std::string result_of(const Result<HttpResponse>& answer) {
  if (!answer) return answer.error().code;
  return fmt::format("{} +{} {:08x}", answer->status, answer->body.size(), crc32c(answer->body));
}

}  // namespace

SimNetwork::SimNetwork(SimCore& core) : core_(core), random_(core.options.seed, "network") {}
SimNetwork::~SimNetwork() = default;

// Always the same number of draws, so that one chance changed leaves the others where they were.
SimNetwork::Fortune SimNetwork::draw() {
  const SimOptions& with = core_.options;
  Fortune fortune{};
  fortune.refuse = random_.happens(with.refuse);
  fortune.drop_request = random_.happens(with.drop_request);
  fortune.drop_response = random_.happens(with.drop_response);
  fortune.duplicate = random_.happens(with.duplicate);
  fortune.answer_429 = random_.happens(with.answer_429);
  fortune.answer_500 = random_.happens(with.answer_500);
  fortune.there = random_.up_to(with.delay_max);
  fortune.back = random_.up_to(with.delay_max);
  fortune.there_again = random_.up_to(with.delay_max);
  fortune.retry_after_s = 1 + random_.below(5);
  return fortune;
}

SimNetwork::Server SimNetwork::find(const Address& address) const {
  const auto found = servers_.find(address);
  return found != servers_.end() ? found->second : nullptr;
}

Task<Result<HttpResponse>> SimNetwork::send(HttpRequest request) {
  auto url = parse_sim_url(request.url);
  if (!url) {
    co_return fail(ErrorKind::permanent, "R0032",
                   "not an http or https URL: `" + request.url + "`");
  }
  const auto flight = std::make_shared<Exchange>();
  flight->number = ++exchanges_;
  flight->client = core_.machine();
  flight->url = std::move(*url);
  flight->request = std::move(request);
  const Fate fate = core_.begin_operation();
  const Fortune fortune = draw();
  core_.note(told(*flight,
                  fmt::format("send {} {} +{} {:08x}", flight->request.method, flight->request.url,
                              flight->request.body.size(), crc32c(flight->request.body))));
  // Cut in its middle, the request left the house or did not.
  if (fate == Fate::done || (fate == Fate::cut && random_.happens(0.5))) depart(flight, fortune);
  if (fate != Fate::done) co_await Never{};

  Arrival arrival(core_, flight);
  co_await arrival;
  core_.note(told(*flight, "received " + result_of(*flight->answer)));
  co_return std::move(*flight->answer);
}

void SimNetwork::depart(const Flight& flight, const Fortune& fortune) {
  const Duration both_ways = fortune.there + fortune.back;
  flight->timeout = core_.after(flight->request.timeout, flight->client,
                                [=, this] { settle(flight, fail(no_answer("timeout"))); });
  const Server server = find({flight->url.host, flight->url.port});
  if (server == nullptr || fortune.refuse) {
    answer_after(both_ways, flight, fail(no_connection("refused by " + flight->url.authority)));
  } else if (fortune.answer_429) {
    const auto wait = std::to_string(fortune.retry_after_s);
    answer_after(both_ways, flight, HttpResponse{429, {{"Retry-After", wait}}, {}});
  } else if (fortune.answer_500) {
    answer_after(both_ways, flight, HttpResponse{500, {}, {}});
  } else if (!fortune.drop_request) {
    core_.after(fortune.there, server->machine,
                [=, this] { arrive(flight, server, fortune.back, !fortune.drop_response); });
    if (!fortune.duplicate) return;
    core_.after(fortune.there_again, server->machine,
                [=, this] { arrive(flight, server, fortune.back, false); });
  }
}

void SimNetwork::arrive(const Flight& flight, const Server& server, Duration back, bool answered) {
  if (server->closed) {
    // Of a duplicate the first one tells.
    if (answered) answer_after(back, flight, fail(no_connection("closed")));
    return;
  }
  HttpRequest received = flight->request;
  received.url = flight->url.target;
  received.peer = "127.0.0.1";
  if (!received.headers.get("Host")) received.headers.add("Host", flight->url.authority);
  core_.note(told(*flight, "arrived"));
  if (received.body.size() > server->options.body_bytes_max) {
    if (answered) answer_after(back, flight, HttpResponse{413, {}, {}});
    return;
  }
  ++server->under_way;
  spawn(server->handler(std::move(received)), [=, this](HttpResponse response) {
    handled(flight, server, std::move(response), back, answered);
  });
}

void SimNetwork::handled(const Flight& flight, const Server& server, HttpResponse response,
                         Duration back, bool answered) {
  --server->under_way;
  Result<HttpResponse> answer = std::move(response);
  core_.note(told(*flight, "handled " + result_of(answer)));
  if (server->cut) answer = fail(no_answer("connection reset"));
  if (answered) answer_after(back, flight, std::move(answer));
}

void SimNetwork::answer_after(Duration wait, const Flight& flight, Result<HttpResponse> answer) {
  core_.after(wait, flight->client,
              [this, flight, answer = std::move(answer)] { settle(flight, answer); });
}

void SimNetwork::settle(const Flight& flight, Result<HttpResponse> answer) {
  if (flight->answer) return;
  flight->answer.emplace(std::move(answer));
  core_.cancel(flight->timeout);
  if (flight->waiter) std::exchange(flight->waiter, {}).resume();
}

Result<std::unique_ptr<HttpServer>> SimNetwork::serve(ServeOptions options, HttpHandler handler) {
  constexpr std::uint16_t first_free_port = 20'000;
  if (core_.machine() == Machine::ours && !core_.power()) {
    return fail(ErrorKind::permanent, "R0033", "the power is off");
  }
  Address address{sim_host(options.address), options.port};
  if (address.second == 0) {
    address.second = first_free_port;
    while (servers_.contains(address)) ++address.second;
  }
  if (servers_.contains(address)) {
    return fail(ErrorKind::permanent, "R0033",
                fmt::format("{}:{} is in use", address.first, address.second));
  }
  core_.note(fmt::format("network serve {}:{}", address.first, address.second));
  const auto server = std::make_shared<SimServerState>(SimServerState{
      core_.machine(), std::move(options), address.first, address.second, std::move(handler)});
  servers_[address] = server;
  return std::make_unique<SimServer>(*this, server);
}

void SimNetwork::close(const Server& server) {
  server->closed = true;
  const auto found = servers_.find({server->host, server->port});
  // Another server may listen there by now.
  if (found != servers_.end() && found->second == server) servers_.erase(found);
}

void SimNetwork::crash() {
  std::erase_if(servers_, [](const auto& entry) {
    if (entry.second->machine != Machine::ours) return false;
    entry.second->closed = true;
    return true;
  });
}

Task<Result<MailRoutes>> SimNetwork::mail_routes(std::string domain, std::string /*resolver*/) {
  const Fate fate = core_.begin_operation();
  if (fate != Fate::done) co_await Never{};
  const Fortune fortune = draw();
  Pause pause(core_, fortune.there + fortune.back);
  co_await pause;
  core_.note("network mail_routes " + domain + (fortune.refuse ? " R0034" : " ok"));
  if (fortune.refuse) {
    co_return fail(ErrorKind::transient, "R0034", "no name server answered about " + domain);
  }
  const auto found = routes_.find(lower(domain));
  if (found == routes_.end()) co_return MailRoutes{};
  co_return found->second;
}

void SimNetwork::set_mail_routes(std::string domain, MailRoutes routes) {
  routes_[lower(domain)] = std::move(routes);
}

}  // namespace rondo::world
