#include "base/ids.h"

#include "base/check.h"

namespace rondo {
namespace {

constexpr std::uint64_t variant_bits =
    0x8000'0000'0000'0000ULL;  // "10" in the top of the lower half
constexpr std::uint64_t variant_room = 0xC000'0000'0000'0000ULL;

bool is_dash_place(std::size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

std::optional<unsigned> digit_value(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  return std::nullopt;
}

Hash128 with_version(Hash128 bits, std::uint64_t version) {
  bits.high = (bits.high & ~0xF000ULL) | version << 12;
  bits.low = (bits.low & ~variant_room) | variant_bits;
  return bits;
}

}  // namespace

std::string uuid_text(const Hash128& bits) {
  std::string text = bits.hex();
  for (const std::size_t at : {20U, 16U, 12U, 8U}) text.insert(at, 1, '-');
  return text;
}

std::optional<Hash128> parse_uuid(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  Hash128 bits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_dash_place(i)) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    const auto digit = digit_value(text[i]);
    if (!digit) return std::nullopt;
    bits.high = bits.high << 4 | bits.low >> 60;
    bits.low = bits.low << 4 | *digit;
  }
  return bits;
}

Hash128 uuid_v4(const Hash128& random) { return with_version(random, 4); }

Hash128 uuid_v7(Time time, const Hash128& random) {
  const auto since = std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
  PROMISE(since >= 0 && since < (std::int64_t{1} << 48));
  const std::uint64_t high = static_cast<std::uint64_t>(since) << 16 | (random.high & 0xFFFFULL);
  return with_version({high, random.low}, 7);
}

}  // namespace rondo
