#include "world/real/http_transfer.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include <fmt/core.h>

#include "base/text.h"
#include "world/real/http_client.h"

namespace rondo::world {
namespace {

template <class Value>
void set(CURL* handle, CURLoption option, Value value) {
  PROMISE(curl_easy_setopt(handle, option, value) == CURLE_OK);
}

long milliseconds(Duration duration) {
  const auto whole = std::chrono::ceil<std::chrono::milliseconds>(duration).count();
  return static_cast<long>(std::clamp<std::int64_t>(whole, 1, 24LL * 3600 * 1000));
}

bool is_token(std::string_view text) {
  constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           others.find(c) != std::string_view::npos;
  });
}

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) {
    return (static_cast<unsigned char>(c) < ' ' && c != '\t') || c == '\x7f';
  });
}

tl::unexpected<Error> malformed(std::string message) {
  return fail(ErrorKind::permanent, "R0032", std::move(message));
}

/// "https://api.example.com": what may be said of a URL, since its path and query may hold secrets.
std::string origin_of(const std::string& url) {
  CURLU* parsed = curl_url();
  char* scheme = nullptr;
  char* host = nullptr;
  char* port = nullptr;
  std::string origin = "the given URL";
  if (curl_url_set(parsed, CURLUPART_URL, url.c_str(), 0) == CURLUE_OK &&
      curl_url_get(parsed, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
      curl_url_get(parsed, CURLUPART_HOST, &host, 0) == CURLUE_OK) {
    origin = fmt::format("{}://{}", scheme, host);
    if (curl_url_get(parsed, CURLUPART_PORT, &port, 0) == CURLUE_OK)
      origin += fmt::format(":{}", port);
  }
  curl_free(scheme);
  curl_free(host);
  curl_free(port);
  curl_url_cleanup(parsed);
  return origin;
}

}  // namespace

Result<void> check_sendable(const HttpRequest& request) {
  if (!is_token(request.method)) return malformed("the HTTP method is not a word");
  for (const auto& [name, value] : request.headers.all()) {
    if (!is_token(name)) return malformed(fmt::format("`{}` is no name for an HTTP header", name));
    if (has_control(value)) {
      return malformed(fmt::format("the value of header `{}` holds a control character", name));
    }
  }
  const std::string scheme = lower(std::string_view(request.url).substr(0, 8));
  const bool is_http = scheme.starts_with("http://") || scheme == "https://";
  CURLU* parsed = curl_url();
  const bool well_formed = curl_url_set(parsed, CURLUPART_URL, request.url.c_str(), 0) == CURLUE_OK;
  curl_url_cleanup(parsed);
  const auto is_space = [](char c) { return c == ' '; };
  if (!is_http || !well_formed || has_control(request.url) ||
      std::ranges::any_of(request.url, is_space)) {
    return malformed("the URL is not of the form http://host/path or https://host/path");
  }
  return {};
}

HttpTransfer::HttpTransfer(CURL* handle, HttpRequest request, Done<Result<HttpResponse>> done)
    : handle_(handle), request_(std::move(request)), done_(std::move(done)) {
  configure();
  configure_method();
  configure_headers();
}

HttpTransfer::~HttpTransfer() { curl_slist_free_all(headers_); }

HttpTransfer& HttpTransfer::of(CURL* handle) {
  void* self = nullptr;
  curl_easy_getinfo(handle, CURLINFO_PRIVATE, &self);
  return *static_cast<HttpTransfer*>(self);
}

void HttpTransfer::configure() {
  set(handle_, CURLOPT_URL, request_.url.c_str());
  set(handle_, CURLOPT_PRIVATE, this);
  set(handle_, CURLOPT_ERRORBUFFER, message_.data());
  set(handle_, CURLOPT_NOSIGNAL, 1L);
  set(handle_, CURLOPT_PROTOCOLS_STR, "http,https");
  set(handle_, CURLOPT_FOLLOWLOCATION, 0L);
  set(handle_, CURLOPT_SSL_VERIFYPEER, 1L);
  set(handle_, CURLOPT_SSL_VERIFYHOST, 2L);
  // As curl's own program and OpenSSL do: a company's own authority, without touching the system.
  if (const char* authorities = std::getenv("SSL_CERT_FILE")) {
    set(handle_, CURLOPT_CAINFO, authorities);
  }
  set(handle_, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  set(handle_, CURLOPT_ACCEPT_ENCODING, "");  // all that curl can decode
  set(handle_, CURLOPT_TIMEOUT_MS, milliseconds(request_.timeout));
  set(handle_, CURLOPT_CONNECTTIMEOUT_MS,
      milliseconds(std::min(request_.timeout, HttpClient::connect_timeout)));
  set(handle_, CURLOPT_HEADERFUNCTION, &take_header);
  set(handle_, CURLOPT_HEADERDATA, this);
  set(handle_, CURLOPT_WRITEFUNCTION, &take_body);
  set(handle_, CURLOPT_WRITEDATA, this);
  // Many requests to one HTTP/2 host share a connection instead of opening one each.
  if (lower(std::string_view(request_.url).substr(0, 8)) == "https://") {
    set(handle_, CURLOPT_PIPEWAIT, 1L);
  }
}

void HttpTransfer::configure_method() {
  const bool is_safe = request_.method == "GET" || request_.method == "HEAD";
  if (request_.method == "HEAD") set(handle_, CURLOPT_NOBODY, 1L);
  if (!request_.body.empty() || request_.method == "POST" || request_.method == "PUT" ||
      request_.method == "PATCH") {
    // The body is read from us, not handed over: curl must ask before it sends one a second time.
    set(handle_, CURLOPT_POST, 1L);
    set(handle_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    set(handle_, CURLOPT_READFUNCTION, &give_body);
    set(handle_, CURLOPT_READDATA, this);
    set(handle_, CURLOPT_SEEKFUNCTION, &rewind);
    set(handle_, CURLOPT_SEEKDATA, this);
  }
  set(handle_, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
  // Without a body curl would not ask; a fresh connection is never found dead.
  if (!is_safe && request_.body.empty()) set(handle_, CURLOPT_FRESH_CONNECT, 1L);
}

void HttpTransfer::configure_headers() {
  const auto add = [this](const std::string& line) {
    curl_slist* all = curl_slist_append(headers_, line.c_str());
    PROMISE(all != nullptr);
    headers_ = all;
  };
  for (const auto& [name, value] : request_.headers.all()) {
    add(value.empty() ? name + ";" : name + ": " + value);  // curl's way to say "empty, but there"
  }
  // Not ours unless the caller said so: curl's guess at a type, and waiting for "100 Continue".
  if (!request_.headers.get("content-type")) add("Content-Type:");
  if (!request_.headers.get("expect")) add("Expect:");
  if (!request_.headers.get("accept")) add("Accept: */*");
  if (!request_.headers.get("user-agent")) add("User-Agent: rondo");
  set(handle_, CURLOPT_HTTPHEADER, headers_);
}

std::size_t HttpTransfer::take_header(char* bytes, std::size_t one, std::size_t count, void* self) {
  const std::string_view line(bytes, one * count);
  return static_cast<HttpTransfer*>(self)->take_header_line(line) ? line.size() : 0;
}

bool HttpTransfer::take_header_line(std::string_view line) {
  header_bytes_ += line.size();
  too_large_ = too_large_ || header_bytes_ > HttpClient::header_bytes_max;
  if (too_large_) return false;
  if (line.starts_with("HTTP/")) {
    header_whole_ = false;
    response_.headers = {};  // those before belonged to a 1xx answer or a proxy
    return true;
  }
  header_whole_ = trim(line).empty();
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return true;
  response_.headers.add(std::string(line.substr(0, colon)),
                        std::string(trim(line.substr(colon + 1))));
  return true;
}

std::size_t HttpTransfer::take_body(char* bytes, std::size_t one, std::size_t count, void* self) {
  auto& transfer = *static_cast<HttpTransfer*>(self);
  const std::size_t size = one * count;
  if (transfer.response_.body.size() + size > HttpClient::response_bytes_max) {
    transfer.too_large_ = true;
    return 0;
  }
  transfer.response_.body.append(bytes, size);
  return size;
}

std::size_t HttpTransfer::give_body(char* into, std::size_t one, std::size_t count, void* self) {
  auto& transfer = *static_cast<HttpTransfer*>(self);
  const std::string_view rest =
      std::string_view(transfer.request_.body).substr(transfer.body_given_);
  const std::size_t given = std::min(rest.size(), one * count);
  std::memcpy(into, rest.data(), given);
  transfer.body_given_ += given;
  return given;
}

int HttpTransfer::rewind(void* self, curl_off_t offset, int origin) {
  const auto& transfer = *static_cast<HttpTransfer*>(self);
  const bool untouched = transfer.body_given_ == 0 && offset == 0 && origin == SEEK_SET;
  return untouched ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL;
}

bool HttpTransfer::nothing_left() const {
  long sent = 0;
  curl_easy_getinfo(handle_, CURLINFO_REQUEST_SIZE, &sent);
  return sent == 0 && body_given_ == 0;
}

std::string HttpTransfer::where() const { return origin_of(request_.url); }

void HttpTransfer::forget_encoding() {
  if (!response_.headers.get("content-encoding")) return;
  Headers kept;
  for (const auto& [name, value] : response_.headers.all()) {
    if (!iequals(name, "content-encoding") && !iequals(name, "content-length"))
      kept.add(name, value);
  }
  response_.headers = std::move(kept);
}

Result<HttpResponse> HttpTransfer::outcome(CURLcode code) && {
  long status = 0;
  curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
  // A connection that ends inside the header is no failure to curl.
  if (code == CURLE_OK && status != 0 && header_whole_) {
    response_.status = static_cast<int>(status);
    forget_encoding();
    return std::move(response_);
  }
  const std::string_view said = message_[0] != '\0' ? message_.data() : curl_easy_strerror(code);
  if (nothing_left()) {
    if (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL) {
      return malformed(fmt::format("the URL cannot be used: {}", said));
    }
    return fail(ErrorKind::transient, "R0030",
                fmt::format("no connection to {}: {}", where(), said));
  }
  if (too_large_) {
    return fail(ErrorKind::unknown_outcome, "R0031",
                fmt::format("the answer of {} is larger than {} bytes", where(),
                            with_commas(HttpClient::response_bytes_max)));
  }
  return fail(
      ErrorKind::unknown_outcome, "R0031",
      fmt::format("the request to {} was sent, but no whole answer came: {}", where(), said));
}

}  // namespace rondo::world
