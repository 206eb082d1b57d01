#include "base/hash.h"

#include <array>
#include <bit>
#include <cstring>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "base/text.h"

namespace rondo {
namespace {

TEST_CASE("SHA-256 and MD5: the vectors of FIPS 180-4 and RFC 1321") {
  CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(md5_hex("") == "d41d8cd98f00b204e9800998ecf8427e");
  CHECK(md5_hex("message digest") == "f96b697d7cb7938d525a2f31aaf161d0");
}

TEST_CASE("a content hash is the first half of SHA-256") {
  CHECK(content_hash("abc").hex() == sha256_hex("abc").substr(0, 32));
}

TEST_CASE("HMAC-SHA-256: the vectors of RFC 4231") {
  const auto mac = [](std::string_view key, std::string_view data) {
    return hex_encode(hmac_sha256(key, data));
  };
  CHECK(mac(std::string(20, '\x0b'), "Hi There") ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(mac("Jefe", "what do ya want for nothing?") ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(mac(std::string(20, '\xaa'), std::string(50, '\xdd')) ==
        "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
  CHECK(mac(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First") ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST_CASE("CRC-32C: the vectors of RFC 3720, B.4, by instruction and by table") {
  std::string rising;
  std::string falling;
  for (char c = 0; c < 32; ++c) {
    rising += c;
    falling.insert(falling.begin(), c);
  }
  const std::array<std::pair<std::string, std::uint32_t>, 5> vectors{{
      {std::string(32, '\0'), 0x8A9136AA},
      {std::string(32, '\xff'), 0x62A8AB43},
      {rising, 0x46DD794E},
      {falling, 0x113FDB5C},
      {"123456789", 0xE3069283},
  }};
  for (const auto& [bytes, crc] : vectors) {
    CHECK(crc32c(bytes) == crc);
    CHECK(detail::crc32c_by_table(bytes, 0) == crc);
  }
  CHECK(crc32c("") == 0);
}

TEST_CASE("CRC-32C: both ways agree, and a text may come in pieces") {
  CHECK(rc::check([](const std::string& a, const std::string& b) {
    RC_ASSERT(crc32c(a + b) == detail::crc32c_by_table(a + b, 0));
    RC_ASSERT(crc32c(b, crc32c(a)) == crc32c(a + b));
  }));
}

TEST_CASE("MurmurHash3 x64 128: the verification value of its author's SMHasher") {
  std::string hashes;
  std::string key;
  for (std::uint64_t i = 0; i < 256; ++i) {
    const Hash128 hash = table_hash(key, 256 - i);
    hashes.append(reinterpret_cast<const char*>(&hash.high), 8);
    hashes.append(reinterpret_cast<const char*>(&hash.low), 8);
    key += static_cast<char>(i);
  }
  const Hash128 last = table_hash(hashes, 0);
  CHECK(static_cast<std::uint32_t>(last.high) == 0x6384BA69);
}

TEST_CASE("comparing in constant time gives the same answer as comparing") {
  CHECK(equal_in_constant_time("", ""));
  CHECK(rc::check([](const std::string& a, const std::string& b) {
    RC_ASSERT(equal_in_constant_time(a, a));
    RC_ASSERT(equal_in_constant_time(a, b) == (a == b));
  }));
}

TEST_CASE("128 bits as text: 32 digits, the higher half first") {
  CHECK(Hash128{1, 0xabc}.hex() == "00000000000000010000000000000abc");
}

}  // namespace
}  // namespace rondo
