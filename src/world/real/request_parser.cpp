#include "world/real/request_parser.h"

#include <algorithm>

#include "base/text.h"

namespace rondo::world {
namespace http = boost::beast::http;
namespace {

constexpr std::size_t body_bytes_reserved_max = 256U << 10;  // an announced length is only a claim

std::string_view plain(boost::beast::string_view text) { return {text.data(), text.size()}; }

bool is_control(char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }

/// "http://host/path" (allowed by RFC 9112 section 3.2.2) becomes "/path".
std::string_view path_of(std::string_view target) {
  const auto scheme = target.find("://");
  if (target.starts_with('/') || scheme == std::string_view::npos) return target;
  const auto path = target.find_first_of("/?", scheme + 3);
  return path == std::string_view::npos ? "/" : target.substr(path);
}

}  // namespace

RequestParser::RequestParser(std::size_t header_bytes_max, std::size_t body_bytes_max)
    : header_bytes_max_(header_bytes_max) {
  // Beast starts its count again with every line: the exact limit is ours, below.
  header_limit(static_cast<std::uint32_t>(header_bytes_max + 1));
  body_limit(body_bytes_max);
}

RequestParser::State RequestParser::take(std::string_view bytes, std::size_t& used) {
  used = 0;
  for (;;) {
    Code code;
    const bool header_was_done = is_header_done();
    const std::string_view rest = bytes.substr(used);
    const std::size_t now = put({rest.data(), rest.size()}, code);
    used += now;
    if (!header_was_done) {
      header_bytes_ += now;
      const bool complete = is_header_done();
      const std::size_t pending = complete ? 0 : bytes.size() - used;
      if (header_bytes_ + pending > header_bytes_max_) return refuse(http::error::header_limit);
    }
    if (code == http::error::need_more) return State::needs_more;
    if (code) return refuse(code);
    if (is_done()) return State::complete;
    if (!header_was_done && is_header_done()) {
      eager(true);
      return State::header_done;
    }
    if (now == 0 || used == bytes.size()) return State::needs_more;
  }
}

void RequestParser::on_request_impl(Verb, View method, View target, int version, Code& code) {
  request_.method.assign(method.data(), method.size());
  request_.url = path_of(plain(target));
  version_ = version;
  if (std::ranges::any_of(plain(target), is_control)) code = http::error::bad_target;
}

void RequestParser::on_field_impl(Field name, View name_text, View value, Code& code) {
  if (header_ended_)
    return;  // trailers: nothing of ours reads them, and they must not pass for headers
  if (name == Field::host) {
    if (has_host_) code = http::error::bad_field;
    has_host_ = true;
  } else if (name == Field::transfer_encoding) {
    if (!iequals(plain(value), "chunked") || is_http_1_0())
      code = http::error::bad_transfer_encoding;
  } else if (name == Field::expect) {
    expects_continue_ = iequals(plain(value), "100-continue");
  }
  request_.headers.add(std::string(name_text), std::string(value));
}

void RequestParser::on_header_impl(Code& code) {
  header_ended_ = true;
  if (!has_host_ && !is_http_1_0()) code = http::error::bad_field;
}

void RequestParser::on_body_init_impl(const boost::optional<std::uint64_t>& length, Code&) {
  if (length) {
    request_.body.reserve(std::min(static_cast<std::size_t>(*length), body_bytes_reserved_max));
  }
}

std::size_t RequestParser::on_body_impl(View body, Code&) {
  request_.body.append(body.data(), body.size());
  return body.size();
}

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t, View body, Code&) {
  request_.body.append(body.data(), body.size());
  return body.size();
}

RequestParser::State RequestParser::refuse(Code code) {
  if (code == http::error::header_limit) {
    refusal_ = {431, "R0036", "the request's headers are larger than this server takes"};
  } else if (code == http::error::body_limit) {
    refusal_ = {413, "R0036", "the request's body is larger than this server takes"};
  } else if (code == http::error::bad_version) {
    refusal_ = {400, "R0035", "this server speaks HTTP/1.0 and HTTP/1.1"};
  } else if (!has_host_ && header_ended_) {
    refusal_ = {400, "R0035", "an HTTP/1.1 request needs one Host header"};
  } else {
    refusal_ = {400, "R0035", "this is not a well-formed HTTP request"};
  }
  return State::refused;
}

}  // namespace rondo::world
