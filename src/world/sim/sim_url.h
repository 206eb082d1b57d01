#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rondo::world {

/// An absolute http or https URL in its parts, as far as the simulated network needs them.
struct SimUrl {
  std::string host;  ///< lower case; every name of this machine is "127.0.0.1"
  std::uint16_t port = 0;
  std::string target;     ///< path and query, at least "/"; without the fragment
  std::string authority;  ///< as written, for the Host header
};

/// Nothing if it is not one.
[[nodiscard]] std::optional<SimUrl> parse_sim_url(std::string_view url);
[[nodiscard]] std::string sim_host(std::string_view name);

}  // namespace rondo::world
