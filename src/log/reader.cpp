#include "log/reader.h"

#include <algorithm>

#include <fmt/core.h>

namespace rondo::log {

Result<Reader> Reader::open(world::Disk& disk, std::string directory, Offset from, Offset until) {
  TRY_ASSIGN(auto segments, list_segments(disk, directory));
  const Offset first = segments.empty() ? 0 : segments.front().first;
  const Offset end = segments.empty() ? 0 : segments.back().end();
  if (from < first) {
    return fail(ErrorKind::permanent, "R0304",
                fmt::format("the log in {} begins at {}, {} is not there any more", directory,
                            first, from));
  }
  if (from > until || until > end) {
    return fail(ErrorKind::permanent, "R0306",
                fmt::format("the log in {} ends at {}, but was read up to {}", directory,
                            std::min(end, until), std::max(from, until)),
                "files of the log were lost or replaced by older ones");
  }
  return Reader(disk, std::move(directory), std::move(segments), from, until);
}

Result<void> Reader::enter_segment() {
  while (at_ >= segments_[current_].end()) ++current_;
  const Segment& segment = segments_[current_];
  TRY_ASSIGN(file_, disk_->open(segment_path(directory_, segment.first), world::OpenMode::read));
  const auto until = std::min(until_, segment.end()) - segment.first;
  scanner_.emplace(*file_, at_ - segment.first, until);
  return {};
}

Result<std::optional<Record>> Reader::next() {
  while (at_ < until_) {
    if (!scanner_) TRY(enter_segment());
    TRY_ASSIGN(const auto step, scanner_->next());
    if (!step) {
      scanner_.reset();
      continue;
    }
    if (step->state != FrameState::whole) {
      return fail(ErrorKind::permanent, "R0301",
                  fmt::format("{} is damaged at byte {}",
                              segment_path(directory_, segments_[current_].first), step->at));
    }
    const Offset start = at_;
    at_ += step->frame.bytes();
    return std::optional<Record>({start, at_, step->frame.payload});
  }
  return std::optional<Record>{};
}

}  // namespace rondo::log
