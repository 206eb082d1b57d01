#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "world/network.h"
#include "world/sim/sim_core.h"
#include "world/sim/sim_random.h"

namespace rondo::world {

struct SimServerState;  ///< what listens, as the network sees it
struct Exchange;        ///< one request on its way, and its answer

/// HTTP in memory: a request finds its server by host and port of its URL and suffers as the
/// options say.
///
/// `localhost`, `0.0.0.0` and `127.0.0.1` are one host; any other name can be served as it is, so
/// that "https://api.hubapi.com" may be rehearsed unchanged. A server belongs to the machine whose
/// code started it. A power cut takes away ours; their requests under way are never answered. A
/// request of ours that was sent before the cut still arrives at the machines of others.
class SimNetwork final : public Network {
 public:
  explicit SimNetwork(SimCore& core);
  ~SimNetwork() override;

  Task<Result<HttpResponse>> send(HttpRequest request) override;
  Result<std::unique_ptr<HttpServer>> serve(ServeOptions options, HttpHandler handler) override;
  Task<Result<MailRoutes>> mail_routes(std::string domain, std::string resolver) override;

  void set_mail_routes(std::string domain, MailRoutes routes);
  /// Our servers and what was under way to or from them are gone.
  void crash();

 private:
  friend class SimServer;
  using Server = std::shared_ptr<SimServerState>;
  using Address = std::pair<std::string, std::uint16_t>;
  using Flight = std::shared_ptr<Exchange>;

  struct Fortune {  ///< what chance has in store for one request
    bool refuse, drop_request, drop_response, duplicate, answer_429, answer_500;
    Duration there, back, there_again;
    std::uint64_t retry_after_s;
  };

  [[nodiscard]] Fortune draw();
  [[nodiscard]] Server find(const Address& address) const;
  void depart(const Flight& flight, const Fortune& fortune);
  void arrive(const Flight& flight, const Server& server, Duration back, bool answered);
  void handled(const Flight& flight, const Server& server, HttpResponse response, Duration back,
               bool answered);
  void answer_after(Duration wait, const Flight& flight, Result<HttpResponse> answer);
  void settle(const Flight& flight, Result<HttpResponse> answer);
  void close(const Server& server);

  SimCore& core_;
  SimRandom random_;
  std::map<Address, Server> servers_;
  std::map<std::string, MailRoutes> routes_;
  std::uint64_t exchanges_ = 0;
};

}  // namespace rondo::world
