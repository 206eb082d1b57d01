#include "log/frame.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace rondo::log {
namespace {

std::string framed(std::string_view payload, std::uint32_t into_group = 0) {
  std::string bytes;
  append_frame(bytes, payload, into_group);
  return bytes;
}

TEST_CASE("a frame is its length, its checksum, its place in the group, its payload") {
  const std::string bytes = framed("abc", 258);
  CHECK(bytes.size() == frame_header_bytes + 3);
  CHECK(bytes.substr(0, 4) == std::string("\x03\x00\x00\x00", 4));
  CHECK(bytes.substr(8, 4) == std::string("\x02\x01\x00\x00", 4));
  CHECK(bytes.substr(12) == "abc");
}

TEST_CASE("what was framed is read back, whatever it is") {
  CHECK(rc::check([](const std::string& payload, std::uint32_t into_group) {
    RC_PRE(!payload.empty());
    Frame frame;
    const std::string bytes = framed(payload, into_group) + "rest";
    RC_ASSERT(read_frame(bytes, frame) == FrameState::whole);
    RC_ASSERT(frame.payload == payload);
    RC_ASSERT(frame.into_group == into_group);
    RC_ASSERT(frame.bytes() + 4 == bytes.size());
  }));
}

TEST_CASE("any single flipped bit is noticed") {
  const std::string bytes = framed("a payload of some length", 40);
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    Frame frame;
    CHECK(read_frame(flipped, frame) != FrameState::whole);
  }
}

TEST_CASE("zeros, which a file system leaves where nothing arrived, are no frame") {
  Frame frame;
  CHECK(read_frame(std::string(64, '\0'), frame) == FrameState::broken);
}

TEST_CASE("a payload of the greatest length is read, one byte more is refused") {
  Frame frame;
  const std::string greatest(payload_bytes_max, 'x');
  CHECK(read_frame(framed(greatest), frame) == FrameState::whole);
  std::string longer = framed(greatest) + "y";
  longer[0] = 1;  // length payload_bytes_max + 1
  CHECK(read_frame(longer, frame) == FrameState::broken);
}

TEST_CASE("only a whole frame of a group that began later proves damage") {
  const std::string same_group = "??" + framed("second of the torn group", 2);
  CHECK_FALSE(later_group_stands(same_group));
  const std::string later = "??" + framed("first of the next group", 0);
  CHECK(later_group_stands(later));
  CHECK_FALSE(later_group_stands(later.substr(0, later.size() - 1)));
  CHECK_FALSE(later_group_stands(""));
}

}  // namespace
}  // namespace rondo::log
