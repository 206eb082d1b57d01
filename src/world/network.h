#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "base/time.h"

namespace rondo::world {

/// Header names compare without case; order and repeats are kept.
class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<std::pair<std::string, std::string>> all) : all_(all) {}
  void add(std::string name, std::string value) {
    all_.emplace_back(std::move(name), std::move(value));
  }
  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const;  ///< the first
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& all() const { return all_; }

 private:
  std::vector<std::pair<std::string, std::string>> all_;
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;  ///< absolute when sent; path and query when received
  Headers headers{};
  std::string body{};
  Duration timeout = std::chrono::seconds{30};  ///< whole exchange; for requests we send
  std::string peer{};                           ///< address of the sender; for requests we receive
};

struct HttpResponse {
  int status = 0;
  Headers headers{};
  std::string body{};
};

using HttpHandler = std::function<Task<HttpResponse>(HttpRequest)>;

struct ServeOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;                    ///< 0 takes a free one
  std::size_t body_bytes_max = 4U << 20;     ///< above: 413, the connection is closed
  std::size_t header_bytes_max = 16U << 10;  ///< above: 431
  std::size_t connections_max = 4096;        ///< above: accepted and closed at once
  Duration header_timeout =
      std::chrono::seconds{10};  ///< first byte of a request to its last header
  Duration body_timeout = std::chrono::seconds{30};
  Duration idle_timeout = std::chrono::seconds{75};  ///< between requests
};

/// Listens until destroyed or `stop`ped; `stop` lets requests under way end, at most `grace`.
class HttpServer {
 public:
  virtual ~HttpServer() = default;
  [[nodiscard]] virtual std::uint16_t port() const = 0;
  virtual Task<void> stop(Duration grace) = 0;
};

struct MailExchanger {
  std::uint16_t preference = 0;
  std::string host;  ///< "." says: no mail here (RFC 7505)
};

/// What DNS said about a name: an empty list is an answer ("exists, but none of these").
struct MailRoutes {
  bool domain_exists = false;
  std::vector<MailExchanger> exchangers{};  ///< by preference
  bool has_address = false;                 ///< A or AAAA: mail goes there when there is no MX
};

class Network {
 public:
  virtual ~Network() = default;

  /// Any answer with a status is a success here, 500 too: what a status means is the connector's
  /// business. Errors: transient R0030 (nothing was sent: no connection, no name), unknown_outcome
  /// R0031 (sent in whole or in part, no answer seen: timeout, reset), permanent R0032 (the request
  /// itself is malformed).
  virtual Task<Result<HttpResponse>> send(HttpRequest request) = 0;

  /// Errors: permanent R0033 (address in use or not ours).
  virtual Result<std::unique_ptr<HttpServer>> serve(ServeOptions options, HttpHandler handler) = 0;

  /// Errors: transient R0034 (no server answered, or it failed); a domain that does not exist is no
  /// error. `resolver` "host:port" overrides the machine's own resolver.
  virtual Task<Result<MailRoutes>> mail_routes(std::string domain, std::string resolver) = 0;
};

}  // namespace rondo::world
