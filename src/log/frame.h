#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace rondo::log {

/// A place in the log: bytes since its beginning, over all segments. Never given twice.
using Offset = std::uint64_t;

/// u32 length, u32 crc32c, u32 into_group, all little endian; then the payload. FORMAT.md says
/// every byte.
constexpr std::size_t frame_header_bytes = 12;
constexpr std::size_t payload_bytes_max = 16U << 20;

/// One frame inside some bytes; its payload is a view of them.
struct Frame {
  std::string_view payload;
  std::uint32_t into_group = 0;  ///< bytes between the start of the write it was part of and itself
  [[nodiscard]] std::size_t bytes() const { return frame_header_bytes + payload.size(); }
};

enum class FrameState {
  whole,       ///< length and checksum are right
  incomplete,  ///< the bytes end before the frame does; more of them may complete it
  broken,      ///< no more bytes could make it right
};

/// Adds one frame; `payload` has 1 to `payload_bytes_max` bytes.
void append_frame(std::string& to, std::string_view payload, std::uint32_t into_group);

/// Reads the frame at the start of `bytes`; `frame` is set only for `whole`.
[[nodiscard]] FrameState read_frame(std::string_view bytes, Frame& frame);

/// True if somewhere in `bytes` stands a whole frame whose group began behind `bytes`' first byte.
/// Such a group was written only after everything before it had been synced, so what is broken at
/// the first byte is damage and not the torn end of the last write.
[[nodiscard]] bool later_group_stands(std::string_view bytes);

}  // namespace rondo::log
