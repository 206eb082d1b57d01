#pragma once

#include <cstddef>
#include <string_view>

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "world/network.h"

namespace rondo::world {

/// One HTTP/1 request off the wire, written straight into our own type: no field table in between.
/// Refuses what could be read in two ways (RFC 9112 section 6): several lengths, a length beside
/// chunks, encodings other than chunked, no Host in HTTP/1.1, white space inside names.
class RequestParser final : public boost::beast::http::basic_parser<true> {
 public:
  enum class State {
    needs_more,   ///< of the header or of the body
    header_done,  ///< once, when there is a body to come
    complete,
    refused,  ///< `refusal` says why; nothing after it can be read
  };
  struct Refusal {
    int status;
    std::string_view code;
    std::string_view message;
  };

  RequestParser(std::size_t header_bytes_max, std::size_t body_bytes_max);

  /// Takes what it can use of `bytes`, says in `used` how much that was. What is not used must be
  /// given again with more behind it.
  State take(std::string_view bytes, std::size_t& used);

  [[nodiscard]] HttpRequest& request() { return request_; }
  [[nodiscard]] const Refusal& refusal() const { return refusal_; }
  [[nodiscard]] bool is_http_1_0() const { return version_ == http_1_0; }
  [[nodiscard]] bool expects_continue() const { return expects_continue_; }

 private:
  using Code = boost::beast::error_code;
  using View = boost::beast::string_view;
  using Verb = boost::beast::http::verb;
  using Field = boost::beast::http::field;
  static constexpr int http_1_0 = 10;

  void on_request_impl(Verb, View method, View target, int version, Code&) override;
  void on_response_impl(int, View, int, Code&) override {}
  void on_field_impl(Field name, View name_text, View value, Code& code) override;
  void on_header_impl(Code& code) override;
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, Code&) override;
  std::size_t on_body_impl(View body, Code&) override;
  void on_chunk_header_impl(std::uint64_t, View, Code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, View body, Code&) override;
  void on_finish_impl(Code&) override {}

  State refuse(Code code);

  HttpRequest request_;
  Refusal refusal_{};
  std::size_t header_bytes_max_;
  std::size_t header_bytes_ = 0;
  int version_ = 0;
  bool has_host_ = false;
  bool header_ended_ = false;
  bool expects_continue_ = false;
};

}  // namespace rondo::world
