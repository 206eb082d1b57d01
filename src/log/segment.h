#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "log/frame.h"
#include "world/disk.h"

namespace rondo::log {

/// One file of the log. Its name is the offset of its first byte in 20 digits, so names sort like
/// offsets.
struct Segment {
  Offset first = 0;
  std::uint64_t bytes = 0;
  [[nodiscard]] Offset end() const { return first + bytes; }
};

[[nodiscard]] std::string segment_path(const std::string& directory, Offset first);

/// All segments, lowest first; none if the directory is missing. Error R0302 if one is missing in
/// between.
[[nodiscard]] Result<std::vector<Segment>> list_segments(world::Disk& disk,
                                                         const std::string& directory);

/// Goes through the frames of one file between two places of it, reading ahead in large pieces.
class Scanner {
 public:
  Scanner(world::File& file, std::uint64_t from, std::uint64_t until)
      : file_(&file), at_(from), until_(until) {}

  struct Step {
    FrameState state = FrameState::incomplete;
    Frame frame{};         ///< for `whole`; lives until the next step
    std::uint64_t at = 0;  ///< where in the file it starts
  };
  /// Nothing at the end. After `incomplete` or `broken` it stays where it is.
  Result<std::optional<Step>> next();

  static constexpr std::size_t read_bytes = 1U << 20;

 private:
  Result<bool> read_more();

  world::File* file_;
  std::uint64_t at_;
  std::uint64_t until_;
  std::string buffer_;
  std::size_t consumed_ = 0;  ///< of buffer_; buffer_[consumed_] stands at at_ in the file
};

}  // namespace rondo::log
