#include "world/real/http_listener.h"

#include <algorithm>

#include <boost/asio/ip/address.hpp>
#include <fmt/core.h>

namespace rondo::world {
namespace asio = boost::asio;
using boost::system::error_code;
namespace {

constexpr Duration tick_longest = std::chrono::milliseconds{250};
constexpr Duration tick_shortest = std::chrono::milliseconds{5};
constexpr Duration accept_pause = std::chrono::milliseconds{100};

/// Deadlines are met within a quarter of the shortest of them: one alarm for all clients costs less
/// than an alarm per read.
Duration tick_of(const ServeOptions& options) {
  const Duration shortest =
      std::min({options.header_timeout, options.body_timeout, options.idle_timeout});
  return std::clamp(shortest / 4, tick_shortest, tick_longest);
}

}  // namespace

HttpListener::HttpListener(Loop& loop, ServeOptions options, HttpHandler handler)
    : loop_(loop),
      options_(std::move(options)),
      handler_(std::move(handler)),
      acceptor_(loop.context()),
      ticks_(loop),
      retry_(loop),
      grace_(loop) {
  loop_.remember(*this);
}

HttpListener::~HttpListener() { loop_.forget(*this); }

Result<void> HttpListener::open() {
  const auto refused = [this](const error_code& error) {
    return fail(ErrorKind::permanent, "R0033",
                fmt::format("cannot listen on {}:{}: {}", options_.address, options_.port,
                            error.message()));
  };
  error_code error;
  const auto address = asio::ip::make_address(
      options_.address == "localhost" ? "127.0.0.1" : options_.address, error);
  if (error) return refused(error);
  const asio::ip::tcp::endpoint endpoint(address, options_.port);
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (!error) port_ = acceptor_.local_endpoint(error).port();
  if (error) return refused(error);
  accept();
  return {};
}

void HttpListener::accept() {
  acceptor_.async_accept([self = boost::intrusive_ptr<HttpListener>(this)](const error_code& error,
                                                                           LoopSocket socket) {
    if (!self->acceptor_.is_open()) return;
    if (!error) {
      self->accepted(std::move(socket));
      return self->accept();
    }
    // Most often no descriptors are left: better to wait a little than to turn in a circle.
    self->retry_.start(accept_pause, [listener = self.get()] { listener->accept(); });
  });
}

void HttpListener::accepted(LoopSocket socket) {
  if (connections_.size() >= options_.connections_max) return;
  error_code error;
  const auto peer = socket.remote_endpoint(error);
  if (error) return;  // gone again already
  const boost::intrusive_ptr<HttpConnection> connection(
      new HttpConnection(this, std::move(socket), peer.address().to_string()));
  connection->place = connections_.size();
  connections_.push_back(connection.get());
  connection->start();
  if (!std::exchange(ticking_, true)) ticks_.start(tick_of(options_), [this] { tick(); });
}

void HttpListener::gone(HttpConnection& connection) {
  HttpConnection* last = connections_.back();
  connections_[connection.place] = last;
  last->place = connection.place;
  connections_.pop_back();
  if (!connections_.empty() || !stopping_) return;
  // Later, because we are in the middle of some connection or of their list.
  loop_.post([self = boost::intrusive_ptr<HttpListener>(this)] { self->empty_.set(); });
}

void HttpListener::tick() {
  const Instant now = std::chrono::steady_clock::now();
  // From the end, because a connection that goes is replaced by the last one.
  for (std::size_t i = connections_.size(); i > 0; --i) {
    if (i <= connections_.size()) connections_[i - 1]->tick(now);
  }
  ticking_ = !connections_.empty();
  if (ticking_) ticks_.start(tick_of(options_), [this] { tick(); });
}

void HttpListener::close_connections() {
  while (!connections_.empty()) connections_.back()->close();
}

void HttpListener::finish_connections() {
  for (std::size_t i = connections_.size(); i > 0; --i) {
    if (i <= connections_.size()) connections_[i - 1]->finish();
  }
}

void HttpListener::close_now() {
  error_code ignored;
  acceptor_.close(ignored);
  ticks_.cancel();
  retry_.cancel();
  close_connections();
}

Task<void> HttpListener::stop(Duration grace) {
  const boost::intrusive_ptr<HttpListener> self(this);
  stopping_ = true;
  error_code ignored;
  acceptor_.close(ignored);
  retry_.cancel();
  finish_connections();
  if (!connections_.empty()) {
    grace_.start(grace, [this] { close_connections(); });
    empty_.reset();
    co_await empty_;
    grace_.cancel();
  }
}

}  // namespace rondo::world
