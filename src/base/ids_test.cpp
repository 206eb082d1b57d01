#include "base/ids.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace rondo {
namespace {

Hash128 any_bits() {
  return {*rc::gen::arbitrary<std::uint64_t>(), *rc::gen::arbitrary<std::uint64_t>()};
}

TEST_CASE("the examples of RFC 9562, appendix A") {
  CHECK(uuid_text(uuid_v4({0x919108f752d13320ULL, 0x5bacf847db4148a8ULL})) ==
        "919108f7-52d1-4320-9bac-f847db4148a8");
  const Time time{std::chrono::milliseconds{0x017F22E279B0}};
  CHECK(uuid_text(uuid_v7(time, {0xCC3, 0x18C4DC0C0C07398FULL})) ==
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
}

TEST_CASE("text and bits are two forms of the same") {
  CHECK(rc::check([] {
    const Hash128 bits = any_bits();
    RC_ASSERT(parse_uuid(uuid_text(bits)) == bits);
  }));
  CHECK(parse_uuid("919108F7-52D1-4320-9BAC-F847DB4148A8") ==
        parse_uuid("919108f7-52d1-4320-9bac-f847db4148a8"));
}

TEST_CASE("other text is no id") {
  for (const char* text :
       {"", "919108f7-52d1-4320-9bac-f847db4148a", "919108f7-52d1-4320-9bac-f847db4148a8 ",
        "919108f7x52d1-4320-9bac-f847db4148a8", "919108g7-52d1-4320-9bac-f847db4148a8",
        "919108f752d143209bacf847db4148a8----"}) {
    CAPTURE(text);
    CHECK(parse_uuid(text) == std::nullopt);
  }
}

TEST_CASE("version 7 sorts like time, to the millisecond, whatever the chance part") {
  CHECK(rc::check([] {
    const auto any = rc::gen::inRange<std::int64_t>(0, std::int64_t{1} << 48);
    const std::int64_t a = *any;
    const std::int64_t b = *any;
    const auto id = [](std::int64_t ms) {
      return uuid_text(uuid_v7(Time{std::chrono::milliseconds{ms}}, any_bits()));
    };
    RC_PRE(a != b);
    RC_ASSERT((id(a) < id(b)) == (a < b));
    RC_ASSERT(id(a)[14] == '7');
    RC_ASSERT(std::string_view("89ab").find(id(a)[19]) != std::string_view::npos);
  }));
}

}  // namespace
}  // namespace rondo
