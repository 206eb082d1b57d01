#include "world/real/http_server.h"

#include "world/real/http_listener.h"

namespace rondo::world {
namespace {

class RealHttpServer final : public HttpServer {
 public:
  explicit RealHttpServer(boost::intrusive_ptr<HttpListener> listener)
      : listener_(std::move(listener)) {}
  RealHttpServer(const RealHttpServer&) = delete;
  RealHttpServer& operator=(const RealHttpServer&) = delete;
  ~RealHttpServer() override { listener_->close_now(); }

  [[nodiscard]] std::uint16_t port() const override { return listener_->port(); }
  Task<void> stop(Duration grace) override { return listener_->stop(grace); }

 private:
  boost::intrusive_ptr<HttpListener> listener_;
};

}  // namespace

Result<std::unique_ptr<HttpServer>> serve_http(Loop& loop, ServeOptions options,
                                               HttpHandler handler) {
  const boost::intrusive_ptr<HttpListener> listener(
      new HttpListener(loop, std::move(options), std::move(handler)));
  TRY(listener->open());
  return std::unique_ptr<HttpServer>(std::make_unique<RealHttpServer>(listener));
}

}  // namespace rondo::world
