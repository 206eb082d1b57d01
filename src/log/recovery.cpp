#include "log/recovery.h"

#include <fmt/core.h>

namespace rondo::log {

Result<Tail> examine(world::File& file, const std::string& path, std::uint64_t bytes) {
  Tail tail;
  Scanner scanner(file, 0, bytes);
  while (true) {
    TRY_ASSIGN(const auto step, scanner.next());
    if (!step) return tail;
    if (step->state != FrameState::whole) break;
    tail.good_bytes = step->at + step->frame.bytes();
    ++tail.frames;
  }
  TRY_ASSIGN(const std::string rest,
             file.read_at(tail.good_bytes, static_cast<std::size_t>(bytes - tail.good_bytes)));
  if (!later_group_stands(rest)) return tail;
  return fail(
      ErrorKind::permanent, "R0301",
      fmt::format("{} is damaged at byte {}, with good records behind it", path, tail.good_bytes),
      "nothing was changed; put this file back from a backup, or move it away to go on "
      "without its records");
}

}  // namespace rondo::log
