#pragma once

#include <memory>

#include "world/network.h"
#include "world/real/loop.h"

namespace rondo::world {

/// `Network::send` by libcurl's multi interface on the loop: connections are kept and shared,
/// HTTP/2 where TLS offers it, certificates verified against the system's store or the file
/// SSL_CERT_FILE, no redirects followed, no signals. Answers come decoded (gzip, deflate, br,
/// zstd); the headers that spoke of the encoding are left out then. Proxies are taken from the
/// usual environment variables.
///
/// What a failure means is decided by one question: did any byte of the request leave? Only if
/// surely none did the error is transient R0030. libcurl by itself sends a request again if a kept
/// connection turns out dead; that would hide a doubled effect, so it is allowed for GET and HEAD
/// only, all others end as R0031.
class HttpClient {
 public:
  static constexpr std::size_t response_bytes_max = 64U << 20;  ///< decoded; above: R0031
  static constexpr std::size_t header_bytes_max = 256U << 10;   ///< of an answer; above: R0031
  static constexpr long connections_per_host_max = 64;          ///< more requests queue
  static constexpr long connections_kept_max = 256;
  static constexpr Duration connect_timeout =
      std::chrono::seconds{10};  ///< or the request's, if shorter

  explicit HttpClient(Loop& loop);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  Task<Result<HttpResponse>> send(HttpRequest request);

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace rondo::world
