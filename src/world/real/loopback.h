#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/async.h"
#include "world/real/real_world.h"

// For tests only: plain blocking sockets on 127.0.0.1, so that a test can be as rude as it likes.
namespace rondo::world::loopback {

/// A connection that sends and reads raw bytes. Nothing waits longer than its patience.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port);
  explicit RawClient(int accepted) : socket_(accepted) {}
  RawClient(RawClient&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}
  RawClient& operator=(RawClient&&) = delete;
  ~RawClient();

  [[nodiscard]] bool connected() const { return socket_ >= 0; }
  [[nodiscard]] int descriptor() const { return socket_; }  ///< stays ours
  void be_patient_for(std::chrono::milliseconds time) { patience_ = time; }
  bool send(std::string_view bytes);  ///< false once the other side hung up
  /// Reads until `end` was seen, the other side closed, or patience is over; everything up to then.
  std::string read_until(std::string_view end);
  /// One answer with a Content-Length, head and body. `without_body` for answers to HEAD.
  std::string read_answer(bool without_body = false);
  std::string read_to_end();  ///< until the other side closes (or patience is over)
  bool closed_within(std::chrono::milliseconds limit);  ///< what comes before is thrown away
  void reset();                                         ///< ends with RST instead of FIN
  void finish_sending();
  void receive_little();  ///< a tiny receive window: the other side's writes get stuck

 private:
  std::string take(std::size_t count);
  bool read_more();

  int socket_ = -1;
  std::chrono::milliseconds patience_ = std::chrono::seconds{10};
  std::string ahead_;
};

/// A server that does with each connection what the script says, one after the other, on a thread.
class RawServer {
 public:
  explicit RawServer(std::function<void(RawClient&)> script);
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;
  ~RawServer();
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string url() const {
    return "http://127.0.0.1:" + std::to_string(port_) + "/";
  }

 private:
  std::uint16_t port_ = 0;
  int socket_ = -1;
  std::thread thread_;
};

/// A port on which nobody listens.
std::uint16_t closed_port();

/// A server of ours on a thread and a world of its own, stopped at the end of the scope.
class ServerRig {
 public:
  /// `make_handler` gets the world that the server lives in.
  ServerRig(ServeOptions options, std::function<HttpHandler(World)> make_handler);
  ServerRig(const ServerRig&) = delete;
  ServerRig& operator=(const ServerRig&) = delete;
  ~ServerRig();
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string url() const {
    return "http://127.0.0.1:" + std::to_string(port_) + "/";
  }
  /// `HttpServer::stop` on the server's thread; the time it took, later.
  std::future<std::chrono::milliseconds> stop(Duration grace);

 private:
  static Task<void> live(ServerRig& rig, RealWorld& world);
  static Task<void> stop_server(HttpServer& server, Duration grace,
                                std::promise<std::chrono::milliseconds> took);

  ServeOptions options_;
  std::function<HttpHandler(World)> make_handler_;
  std::promise<std::uint16_t> listening_;
  std::unique_ptr<HttpServer> server_;
  Signal end_;
  std::uint16_t port_ = 0;
  WorldThread thread_;  // last: it uses all the others
};

}  // namespace rondo::world::loopback
