#pragma once

#include "world/network.h"
#include "world/real/http_client.h"
#include "world/real/loop.h"
#include "world/real/mail_dns.h"

namespace rondo::world {

class RealNetwork final : public Network {
 public:
  explicit RealNetwork(Loop& loop) : loop_(loop), client_(loop), dns_(loop) {}

  Task<Result<HttpResponse>> send(HttpRequest request) override;
  Result<std::unique_ptr<HttpServer>> serve(ServeOptions options, HttpHandler handler) override;
  Task<Result<MailRoutes>> mail_routes(std::string domain, std::string resolver) override;

 private:
  Loop& loop_;
  HttpClient client_;
  MailDns dns_;
};

}  // namespace rondo::world
