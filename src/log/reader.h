#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "log/segment.h"
#include "world/disk.h"

namespace rondo::log {

struct Record {
  Offset offset = 0;
  Offset next = 0;           ///< where the one behind it starts: the position to go on from
  std::string_view payload;  ///< lives until the next `next`
};

/// Reads a stretch of the log on any thread, beside its living writer: it touches only what is
/// durable. `until` is what `Log::durable_end`, its mark, or `settled_end` answered.
class Reader {
 public:
  /// `from` is a place that the log gave out. Errors: R0304 it was deleted by retention, R0306 the
  /// log ends before it or before `until` (files were lost), or what the disk says.
  static Result<Reader> open(world::Disk& disk, std::string directory, Offset from, Offset until);

  /// The next record; nothing at `until`. Error R0301: what stands there is not a whole frame.
  Result<std::optional<Record>> next();

 private:
  Reader(world::Disk& disk, std::string directory, std::vector<Segment> segments, Offset from,
         Offset until)
      : disk_(&disk),
        directory_(std::move(directory)),
        segments_(std::move(segments)),
        at_(from),
        until_(until) {}
  Result<void> enter_segment();

  world::Disk* disk_;
  std::string directory_;
  std::vector<Segment> segments_;
  Offset at_;
  Offset until_;
  std::size_t current_ = 0;  ///< index of the open segment
  std::unique_ptr<world::File> file_;
  std::optional<Scanner> scanner_;
};

}  // namespace rondo::log
