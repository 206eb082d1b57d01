#include "world/real/loopback.h"

#include <array>
#include <cstdlib>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace rondo::world::loopback {
namespace {

sockaddr_in address_of(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int listen_on_free_port(std::uint16_t& port) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = address_of(0);
  socklen_t size = sizeof(address);
  PROMISE(::bind(listener, reinterpret_cast<sockaddr*>(&address), size) == 0);
  PROMISE(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  port = ntohs(address.sin_port);
  return listener;
}

}  // namespace

RawClient::RawClient(std::uint16_t port)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const sockaddr_in address = address_of(port);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    ::close(std::exchange(socket_, -1));
  }
  const int yes = 1;  // small packets leave at once, as the test cut them
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
}

RawClient::~RawClient() {
  if (socket_ >= 0) ::close(socket_);
}

bool RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool RawClient::read_more() {
  pollfd waiting{.fd = socket_, .events = POLLIN, .revents = 0};
  if (::poll(&waiting, 1, static_cast<int>(patience_.count())) <= 0) return false;
  std::array<char, 65'536> buffer;
  const ssize_t got = ::recv(socket_, buffer.data(), buffer.size(), 0);
  if (got <= 0) return false;
  ahead_.append(buffer.data(), static_cast<std::size_t>(got));
  return true;
}

std::string RawClient::take(std::size_t count) {
  std::string taken = ahead_.substr(0, count);
  ahead_.erase(0, taken.size());
  return taken;
}

std::string RawClient::read_until(std::string_view end) {
  for (;;) {
    const auto found = ahead_.find(end);
    if (found != std::string::npos) return take(found + end.size());
    if (!read_more()) return take(ahead_.size());
  }
}

std::string RawClient::read_answer(bool without_body) {
  std::string answer = read_until("\r\n\r\n");
  const auto length = answer.find("Content-Length: ");
  if (without_body || length == std::string::npos) return answer;
  const std::size_t count = std::strtoul(answer.c_str() + length + 16, nullptr, 10);
  while (ahead_.size() < count && read_more()) {
  }
  return answer + take(count);
}

std::string RawClient::read_to_end() {
  while (read_more()) {
  }
  return take(ahead_.size());
}

bool RawClient::closed_within(std::chrono::milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    pollfd waiting{.fd = socket_, .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, static_cast<int>(left.count())) <= 0) return false;
    std::array<char, 65'536> buffer;
    if (::recv(socket_, buffer.data(), buffer.size(), 0) <= 0) return true;
  }
}

void RawClient::reset() {
  const linger abrupt{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &abrupt, sizeof(abrupt));
  ::close(std::exchange(socket_, -1));
}

void RawClient::finish_sending() { ::shutdown(socket_, SHUT_WR); }

void RawClient::receive_little() {
  const int bytes = 4096;
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
}

RawServer::RawServer(std::function<void(RawClient&)> script) : socket_(listen_on_free_port(port_)) {
  PROMISE(::listen(socket_, SOMAXCONN) == 0);
  thread_ = std::thread([listener = socket_, script = std::move(script)] {
    for (;;) {
      const int accepted = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
      if (accepted < 0) return;  // the destructor shut the listener down
      RawClient connection(accepted);
      script(connection);
    }
  });
}

RawServer::~RawServer() {
  ::shutdown(socket_, SHUT_RDWR);
  thread_.join();
  ::close(socket_);
}

std::uint16_t closed_port() {
  std::uint16_t port = 0;
  ::close(listen_on_free_port(port));
  return port;
}

ServerRig::ServerRig(ServeOptions options, std::function<HttpHandler(World)> make_handler)
    : options_(std::move(options)),
      make_handler_(std::move(make_handler)),
      thread_([this](RealWorld& world) { return live(*this, world); }) {
  port_ = listening_.get_future().get();
}

ServerRig::~ServerRig() {
  thread_.post([this] { end_.set(); });
}

Task<void> ServerRig::live(ServerRig& rig, RealWorld& world) {
  auto server = world.view().network.serve(rig.options_, rig.make_handler_(world.view()));
  PROMISE(server.has_value());
  rig.server_ = std::move(*server);
  rig.listening_.set_value(rig.server_->port());
  co_await rig.end_;
  rig.server_.reset();
}

Task<void> ServerRig::stop_server(HttpServer& server, Duration grace,
                                  std::promise<std::chrono::milliseconds> took) {
  const auto begin = std::chrono::steady_clock::now();
  co_await server.stop(grace);
  took.set_value(
      std::chrono::floor<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin));
}

std::future<std::chrono::milliseconds> ServerRig::stop(Duration grace) {
  auto promise = std::make_shared<std::promise<std::chrono::milliseconds>>();
  auto took = promise->get_future();
  thread_.post(
      [this, grace, promise] { spawn(stop_server(*server_, grace, std::move(*promise))); });
  return took;
}

}  // namespace rondo::world::loopback
