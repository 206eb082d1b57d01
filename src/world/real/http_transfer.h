#pragma once

#include <array>
#include <optional>
#include <string>

#include <curl/curl.h>

#include "world/network.h"
#include "world/real/wait_for.h"

namespace rondo::world {

/// One request of ours on a curl handle, from its settings to what became of it. Stays where it is
/// while curl works: the handle points into it.
class HttpTransfer {
 public:
  /// `handle` is fresh or reset, and stays the caller's.
  HttpTransfer(CURL* handle, HttpRequest request, Done<Result<HttpResponse>> done);
  HttpTransfer(const HttpTransfer&) = delete;
  HttpTransfer& operator=(const HttpTransfer&) = delete;
  ~HttpTransfer();

  [[nodiscard]] CURL* handle() const { return handle_; }
  [[nodiscard]] Result<HttpResponse> outcome(CURLcode code) &&;
  [[nodiscard]] const Done<Result<HttpResponse>>& done() const { return done_; }

  /// The transfer that `handle` works for.
  static HttpTransfer& of(CURL* handle);

 private:
  static std::size_t take_header(char* bytes, std::size_t one, std::size_t count, void* self);
  static std::size_t take_body(char* bytes, std::size_t one, std::size_t count, void* self);
  static std::size_t give_body(char* into, std::size_t one, std::size_t count, void* self);
  static int rewind(void* self, curl_off_t offset, int origin);

  void configure();
  void configure_method();
  void configure_headers();
  bool take_header_line(std::string_view line);
  [[nodiscard]] bool nothing_left() const;
  [[nodiscard]] std::string where() const;
  void forget_encoding();

  CURL* handle_;
  HttpRequest request_;
  HttpResponse response_;
  Done<Result<HttpResponse>> done_;
  curl_slist* headers_ = nullptr;
  std::array<char, CURL_ERROR_SIZE> message_{};
  std::size_t body_given_ = 0;
  std::size_t header_bytes_ = 0;
  bool header_whole_ = false;  // of the last answer begun
  bool too_large_ = false;
};

/// Whether the request could be sent at all: a method and header names that are tokens, no control
/// characters in values, an http or https URL with a host. Error R0032.
[[nodiscard]] Result<void> check_sendable(const HttpRequest& request);

}  // namespace rondo::world
