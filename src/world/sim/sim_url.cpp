#include "world/sim/sim_url.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace rondo::world {
namespace {

constexpr std::uint16_t http_port = 80;
constexpr std::uint16_t https_port = 443;

bool has_blank(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7f; });
}

bool read_port(std::string_view digits, std::uint16_t& port) {
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  return problem == std::errc{} && end == digits.data() + digits.size() && port > 0;
}

}  // namespace

std::string sim_host(std::string_view name) {
  const std::string host = lower(name);
  const bool here = host == "localhost" || host == "0.0.0.0" || host == "[::1]" || host == "::1";
  return here ? "127.0.0.1" : host;
}

std::optional<SimUrl> parse_sim_url(std::string_view url) {
  if (has_blank(url)) return std::nullopt;
  SimUrl parts;
  if (iequals(url.substr(0, 7), "http://")) {
    parts.port = http_port;
    url.remove_prefix(7);
  } else if (iequals(url.substr(0, 8), "https://")) {
    parts.port = https_port;
    url.remove_prefix(8);
  } else {
    return std::nullopt;
  }
  url = url.substr(0, url.find('#'));
  const std::size_t end = std::min(url.find_first_of("/?"), url.size());
  std::string_view authority = url.substr(0, end);
  parts.target = url.substr(end);
  if (!parts.target.starts_with('/')) parts.target.insert(0, "/");
  authority = authority.substr(authority.rfind('@') + 1);  // npos + 1 is 0
  parts.authority = authority;
  const std::size_t colon = authority.rfind(':');
  if (colon != std::string_view::npos && authority.back() != ']') {
    if (!read_port(authority.substr(colon + 1), parts.port)) return std::nullopt;
    authority = authority.substr(0, colon);
  }
  if (authority.empty()) return std::nullopt;
  parts.host = sim_host(authority);
  return parts;
}

}  // namespace rondo::world
