#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace rondo {

/// 128 bits that stand for some content or name one thing. Two different contents never share one
/// in practice (birthday bound 2^64), so it may decide equality.
struct Hash128 {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  friend auto operator<=>(const Hash128&, const Hash128&) = default;
  [[nodiscard]] std::string hex() const;  ///< 32 lower-case digits
};

/// Not for secrets: XXH-style speed is not needed where it is used, so it is the first half of
/// SHA-256.
[[nodiscard]] Hash128 content_hash(std::string_view bytes);

/// Fast 128-bit hash for tables in memory (MurmurHash3 x64 128, Appleby, public domain algorithm).
/// Seeded per process against crafted keys; never stored.
[[nodiscard]] Hash128 table_hash(std::string_view bytes, std::uint64_t seed);

[[nodiscard]] std::string sha256_hex(std::string_view bytes);
[[nodiscard]] std::string hmac_sha256(std::string_view key,
                                      std::string_view bytes);  ///< 32 raw bytes
[[nodiscard]] std::string md5_hex(std::string_view bytes);      ///< only where an API asks for it
/// Castagnoli polynomial (RFC 3720 B.4), hardware instruction where the CPU has it. The checksum of
/// what came before is the seed of what follows: `crc32c(b, crc32c(a)) == crc32c(a + b)`.
[[nodiscard]] std::uint32_t crc32c(std::string_view bytes, std::uint32_t seed = 0);
/// Takes the same time for any content; only the lengths show.
[[nodiscard]] bool equal_in_constant_time(std::string_view a, std::string_view b);

namespace detail {
/// The same for any CPU, one byte at a time.
[[nodiscard]] std::uint32_t crc32c_by_table(std::string_view bytes, std::uint32_t seed);
}  // namespace detail

}  // namespace rondo

template <>
struct std::hash<rondo::Hash128> {
  std::size_t operator()(const rondo::Hash128& value) const noexcept {
    return static_cast<std::size_t>(value.low);
  }
};
