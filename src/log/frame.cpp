#include "log/frame.h"

#include "base/check.h"
#include "base/hash.h"

namespace rondo::log {
namespace {

constexpr std::size_t length_at = 0;
constexpr std::size_t checksum_at = 4;
constexpr std::size_t into_group_at = 8;

void put_u32(char* at, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) at[i] = static_cast<char>((value >> (8 * i)) & 0xFFU);
}

std::uint32_t get_u32(const char* at) {
  std::uint32_t value = 0;
  for (std::size_t i = 4; i-- > 0;) value = (value << 8) | static_cast<unsigned char>(at[i]);
  return value;
}

// The header is part of the sum: a flipped bit in a length must not find another frame by luck.
std::uint32_t checksum(const char* header, std::string_view payload) {
  const std::uint32_t of_length = crc32c({header + length_at, 4});
  const std::uint32_t of_header = crc32c({header + into_group_at, 4}, of_length);
  return crc32c(payload, of_header);
}

}  // namespace

void append_frame(std::string& to, std::string_view payload, std::uint32_t into_group) {
  PROMISE(!payload.empty() && payload.size() <= payload_bytes_max);
  char header[frame_header_bytes];
  put_u32(header + length_at, static_cast<std::uint32_t>(payload.size()));
  put_u32(header + into_group_at, into_group);
  put_u32(header + checksum_at, checksum(header, payload));
  to.append(header, frame_header_bytes);
  to.append(payload);
}

FrameState read_frame(std::string_view bytes, Frame& frame) {
  if (bytes.size() < frame_header_bytes) return FrameState::incomplete;
  const std::size_t length = get_u32(bytes.data() + length_at);
  // Zeros are what a file system leaves where a write never arrived: never a frame.
  if (length == 0 || length > payload_bytes_max) return FrameState::broken;
  if (bytes.size() - frame_header_bytes < length) return FrameState::incomplete;
  const std::string_view payload = bytes.substr(frame_header_bytes, length);
  if (get_u32(bytes.data() + checksum_at) != checksum(bytes.data(), payload)) {
    return FrameState::broken;
  }
  frame = {payload, get_u32(bytes.data() + into_group_at)};
  return FrameState::whole;
}

bool later_group_stands(std::string_view bytes) {
  for (std::size_t at = 1; at + frame_header_bytes < bytes.size(); ++at) {
    // Cheap before dear: a group that began behind byte 0, then the checksum.
    if (get_u32(bytes.data() + at + into_group_at) >= at) continue;
    Frame frame;
    if (read_frame(bytes.substr(at), frame) == FrameState::whole) return true;
  }
  return false;
}

}  // namespace rondo::log
