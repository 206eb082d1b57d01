#include "log/segment.h"

#include <algorithm>
#include <charconv>

#include <fmt/core.h>

namespace rondo::log {
namespace {

constexpr std::size_t name_digits = 20;
constexpr std::string_view ending = ".log";

std::optional<Offset> first_of(std::string_view name) {
  if (name.size() != name_digits + ending.size() || !name.ends_with(ending)) return std::nullopt;
  Offset first = 0;
  const char* end = name.data() + name_digits;
  const auto [stopped, problem] = std::from_chars(name.data(), end, first);
  if (problem != std::errc{} || stopped != end) return std::nullopt;
  return first;
}

}  // namespace

std::string segment_path(const std::string& directory, Offset first) {
  return fmt::format("{}/{:020}{}", directory, first, ending);
}

Result<std::vector<Segment>> list_segments(world::Disk& disk, const std::string& directory) {
  std::vector<Segment> all;
  TRY_ASSIGN(const bool there, disk.exists(directory));
  if (!there) return all;
  TRY_ASSIGN(const auto entries, disk.list(directory));
  for (const auto& entry : entries) {
    if (const auto first = first_of(entry.name)) all.push_back({*first, entry.size});
  }
  std::ranges::sort(all, {}, &Segment::first);
  for (std::size_t i = 1; i < all.size(); ++i) {
    if (all[i].first == all[i - 1].end()) continue;
    return fail(ErrorKind::permanent, "R0302",
                fmt::format("{} does not begin where the segment before it ends ({})",
                            segment_path(directory, all[i].first), all[i - 1].end()),
                "a segment is missing, cut or doubled: put the whole directory back from a backup");
  }
  return all;
}

Result<bool> Scanner::read_more() {
  const std::uint64_t next = at_ + (buffer_.size() - consumed_);
  if (next >= until_) return false;
  buffer_.erase(0, consumed_);
  consumed_ = 0;
  const auto wanted = std::min<std::uint64_t>(read_bytes, until_ - next);
  TRY_ASSIGN(const std::string more, file_->read_at(next, static_cast<std::size_t>(wanted)));
  buffer_ += more;
  return !more.empty();
}

Result<std::optional<Scanner::Step>> Scanner::next() {
  while (true) {
    const auto rest = std::string_view(buffer_).substr(consumed_);
    Step step{.at = at_};
    step.state = rest.empty() ? FrameState::incomplete : read_frame(rest, step.frame);
    if (step.state == FrameState::incomplete) {
      TRY_ASSIGN(const bool more, read_more());
      if (more) continue;
      if (buffer_.size() == consumed_) return std::optional<Step>{};
    }
    if (step.state == FrameState::whole) {
      consumed_ += step.frame.bytes();
      at_ += step.frame.bytes();
    }
    return std::optional<Step>{step};
  }
}

}  // namespace rondo::log
