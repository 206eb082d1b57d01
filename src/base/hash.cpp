#include "base/hash.h"

#include <array>
#include <bit>
#include <cstring>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/check.h"
#include "base/text.h"

namespace rondo {
namespace {

// Every machine we build for is little-endian; the checksum on disk and the tables rely on it.
static_assert(std::endian::native == std::endian::little);

std::uint64_t load64(const char* from) {
  std::uint64_t value = 0;
  std::memcpy(&value, from, sizeof value);
  return value;
}

std::string digest(const EVP_MD* kind, std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> room{};
  unsigned length = 0;
  PROMISE(EVP_Digest(bytes.data(), bytes.size(), room.data(), &length, kind, nullptr) == 1);
  return {reinterpret_cast<const char*>(room.data()), length};
}

std::uint64_t load64_big_endian(const char* from) { return __builtin_bswap64(load64(from)); }

std::string hex_of(std::uint64_t number) {
  const std::uint64_t big_endian = __builtin_bswap64(number);
  std::array<char, 8> bytes{};
  std::memcpy(bytes.data(), &big_endian, bytes.size());
  return hex_encode({bytes.data(), bytes.size()});
}

}  // namespace

std::string Hash128::hex() const { return hex_of(high) + hex_of(low); }

Hash128 content_hash(std::string_view bytes) {
  const std::string full = digest(EVP_sha256(), bytes);
  return {load64_big_endian(full.data()), load64_big_endian(full.data() + 8)};
}

std::string sha256_hex(std::string_view bytes) { return hex_encode(digest(EVP_sha256(), bytes)); }
std::string md5_hex(std::string_view bytes) { return hex_encode(digest(EVP_md5(), bytes)); }

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> room{};
  unsigned length = 0;
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  PROMISE(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), data, bytes.size(),
               room.data(), &length) != nullptr);
  return {reinterpret_cast<const char*>(room.data()), length};
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

namespace {

constexpr std::uint64_t murmur_1 = 0x87c37b91114253d5ULL;
constexpr std::uint64_t murmur_2 = 0x4cf5ad432745937fULL;

std::uint64_t murmur_mix(std::uint64_t k) {
  k ^= k >> 33;
  k *= 0xff51afd7ed558ccdULL;
  k ^= k >> 33;
  k *= 0xc4ceb9fe1a85ec53ULL;
  return k ^ k >> 33;
}

std::uint64_t murmur_first(std::uint64_t k) { return std::rotl(k * murmur_1, 31) * murmur_2; }
std::uint64_t murmur_second(std::uint64_t k) { return std::rotl(k * murmur_2, 33) * murmur_1; }

}  // namespace

Hash128 table_hash(std::string_view bytes, std::uint64_t seed) {
  std::uint64_t h1 = seed;
  std::uint64_t h2 = seed;
  std::string_view rest = bytes;
  for (; rest.size() >= 16; rest.remove_prefix(16)) {
    h1 ^= murmur_first(load64(rest.data()));
    h1 = (std::rotl(h1, 27) + h2) * 5 + 0x52dce729;
    h2 ^= murmur_second(load64(rest.data() + 8));
    h2 = (std::rotl(h2, 31) + h1) * 5 + 0x38495ab5;
  }
  std::array<char, 16> tail{};  // an absent byte mixes like a zero, which changes nothing
  if (!rest.empty()) std::memcpy(tail.data(), rest.data(), rest.size());
  h1 ^= murmur_first(load64(tail.data()));
  h2 ^= murmur_second(load64(tail.data() + 8));
  h1 ^= bytes.size();
  h2 ^= bytes.size();
  h1 += h2;
  h2 += h1;
  h1 = murmur_mix(h1);
  h2 = murmur_mix(h2);
  h1 += h2;
  h2 += h1;
  return {h1, h2};
}

namespace {

constexpr std::array<std::uint32_t, 256> crc32c_table = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1U) != 0 ? 0x82F63B78U : 0U);
    table[byte] = crc;
  }
  return table;
}();

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t crc32c_by_instruction(std::string_view bytes,
                                                                      std::uint32_t seed) {
  std::uint64_t crc = ~seed;
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
    crc = __builtin_ia32_crc32di(crc, load64(bytes.data()));
  }
  auto last = static_cast<std::uint32_t>(crc);
  for (const char c : bytes) last = __builtin_ia32_crc32qi(last, static_cast<unsigned char>(c));
  return ~last;
}
bool cpu_has_crc32c() { return __builtin_cpu_supports("sse4.2") != 0; }
#else
std::uint32_t crc32c_by_instruction(std::string_view bytes, std::uint32_t seed) {
  return detail::crc32c_by_table(bytes, seed);
}
bool cpu_has_crc32c() { return false; }
#endif

}  // namespace

std::uint32_t detail::crc32c_by_table(std::string_view bytes, std::uint32_t seed) {
  std::uint32_t crc = ~seed;
  for (const char c : bytes) {
    crc = (crc >> 8) ^ crc32c_table[(crc ^ static_cast<unsigned char>(c)) & 0xFFU];
  }
  return ~crc;
}

std::uint32_t crc32c(std::string_view bytes, std::uint32_t seed) {
  static const bool by_instruction = cpu_has_crc32c();
  return by_instruction ? crc32c_by_instruction(bytes, seed) : detail::crc32c_by_table(bytes, seed);
}

}  // namespace rondo
