#pragma once

#include <string_view>
#include <vector>

#include <boost/asio/basic_socket_acceptor.hpp>

#include "base/async.h"
#include "world/real/answer_text.h"
#include "world/real/http_connection.h"
#include "world/real/loop.h"

namespace rondo::world {

/// A server's socket, its settings and the list of its clients. Shared by the HttpServer and its
/// connections, so a handler that ends after the server is gone still finds what it needs.
class HttpListener final
    : public boost::intrusive_ref_counter<HttpListener, boost::thread_unsafe_counter>,
      public Closable {
 public:
  HttpListener(Loop& loop, ServeOptions options, HttpHandler handler);
  ~HttpListener() override;

  [[nodiscard]] Result<void> open();  ///< starts to listen; R0033
  void close_now() override;          ///< everything, at once
  Task<void> stop(Duration grace);

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] const ServeOptions& options() const { return options_; }
  [[nodiscard]] const HttpHandler& handler() const { return handler_; }
  [[nodiscard]] bool is_stopping() const { return stopping_; }
  [[nodiscard]] std::string_view date() { return date_.text(); }
  void gone(HttpConnection& connection);

 private:
  void accept();
  void accepted(LoopSocket socket);
  void tick();
  void close_connections();
  void finish_connections();

  Loop& loop_;
  ServeOptions options_;
  HttpHandler handler_;
  boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, LoopExecutor> acceptor_;
  std::vector<HttpConnection*> connections_;
  HttpDate date_;
  Timer ticks_;
  Timer retry_;
  Timer grace_;
  Signal empty_;
  std::uint16_t port_ = 0;
  bool ticking_ = false;
  bool stopping_ = false;
};

}  // namespace rondo::world
