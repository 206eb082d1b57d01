#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rondo::verify {

/// An address in two parts, the domain in lower case without a dot at its end.
struct Address {
  std::string local;
  std::string domain;
};

/// How strict: `rfc` takes what RFC 5321 allows of a mailbox (quoted local parts, address literals,
/// and UTF-8 by RFC 6531); `deliverable` what large providers give out and accept: dot-atoms, a
/// domain name with a dot.
enum class SyntaxMode { rfc, deliverable };

/// RFC 5321 4.5.3.1, in bytes.
inline constexpr std::size_t local_bytes_max = 64;
inline constexpr std::size_t domain_bytes_max = 255;
inline constexpr std::size_t address_bytes_max = 254;  ///< RFC 3696 erratum 1690

/// Nothing if it is no address in that mode.
[[nodiscard]] std::optional<Address> parse_address(std::string_view text, SyntaxMode mode);

}  // namespace rondo::verify
