#include "world/real/real_network.h"

#include "world/real/http_server.h"

namespace rondo::world {

Task<Result<HttpResponse>> RealNetwork::send(HttpRequest request) {
  return client_.send(std::move(request));
}

Result<std::unique_ptr<HttpServer>> RealNetwork::serve(ServeOptions options, HttpHandler handler) {
  return serve_http(loop_, std::move(options), std::move(handler));
}

Task<Result<MailRoutes>> RealNetwork::mail_routes(std::string domain, std::string resolver) {
  return dns_.mail_routes(std::move(domain), std::move(resolver));
}

}  // namespace rondo::world
