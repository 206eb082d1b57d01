#include "collect/inflate.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>
#include <zlib.h>

namespace rondo::collect {
namespace {

std::string pack(std::string text, int window = 15 + 16) {
  z_stream z{};
  REQUIRE(deflateInit2(&z, 6, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&z, text.size()) + 64, '\0');
  z.next_in = reinterpret_cast<Bytef*>(text.data());
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&z, Z_FINISH) == Z_STREAM_END);
  out.resize(out.size() - z.avail_out);
  deflateEnd(&z);
  return out;
}

TEST_CASE("what was packed comes out again, as gzip, as zlib, in several members") {
  CHECK(rc::check([](const std::string& text) {
    RC_ASSERT(inflate(pack(text)) == text);
    RC_ASSERT(inflate(pack(text, 15)) == text);
    RC_ASSERT(inflate(pack(text) + pack(text)) == text + text);
  }));
  const std::string large(300'000, 'x');
  CHECK(inflate(pack(large)) == large);
}

TEST_CASE("cut or damaged data is refused, at every byte") {
  const std::string packed = pack(R"({"batch":[{"type":"identify","userId":"somebody"}]})");
  for (std::size_t size = 0; size < packed.size(); ++size) {
    const auto out = inflate(std::string_view(packed).substr(0, size));
    REQUIRE_FALSE(out);
    CHECK(out.error().code == "R0313");
  }
  CHECK(inflate("plain text").error().code == "R0313");
  CHECK(inflate(packed + "rest").error().code == "R0313");
  std::string wrong_sum = packed;
  wrong_sum[packed.size() - 6] = static_cast<char>(wrong_sum[packed.size() - 6] ^ 1);
  CHECK(inflate(wrong_sum).error().code == "R0313");
}

TEST_CASE("a bomb stops at the limit: that much is taken, a byte more refused") {
  const std::string at_limit = pack(std::string(inflated_bytes_max, '\0'));
  CHECK(at_limit.size() < 20'000);
  CHECK(inflate(at_limit)->size() == inflated_bytes_max);
  CHECK(inflate(pack(std::string(inflated_bytes_max + 1, '\0'))).error().code == "R0312");
  CHECK(inflate(pack(std::string(10 * inflated_bytes_max, '\0'))).error().code == "R0312");
}

}  // namespace
}  // namespace rondo::collect
