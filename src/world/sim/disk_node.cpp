#include <algorithm>

#include "base/check.h"
#include "world/sim/sim_disk.h"

namespace rondo::world {
namespace {

void apply_to(std::string& content, const DiskNode::Write& write) {
  if (write.truncates) {
    content.resize(write.offset);
    return;
  }
  // A write beyond the end leaves a hole of zeros, as everywhere.
  if (content.size() < write.offset + write.bytes.size()) {
    content.resize(write.offset + write.bytes.size());
  }
  content.replace(write.offset, write.bytes.size(), write.bytes);
}

}  // namespace

void DiskNode::write(std::uint64_t offset, std::string_view what) {
  unsynced.push_back({++writes, offset, false, std::string(what)});
  apply_to(bytes, unsynced.back());
}

void DiskNode::truncate(std::uint64_t size) {
  unsynced.push_back({++writes, size, true, {}});
  apply_to(bytes, unsynced.back());
}

void DiskNode::make_safe(std::uint64_t number) {
  const auto later = std::find_if(unsynced.begin(), unsynced.end(),
                                  [number](const Write& write) { return write.number > number; });
  std::for_each(unsynced.begin(), later,
                [this](const Write& write) { apply_to(safe_bytes, write); });
  unsynced.erase(unsynced.begin(), later);
}

void DiskNode::lose(std::uint64_t number) {
  std::erase_if(unsynced, [number](const Write& write) { return write.number <= number; });
  bytes = safe_bytes;
  for (const Write& write : unsynced) apply_to(bytes, write);
}

void DiskNode::tear(SimRandom& random) {
  if (!unsynced.empty() && !unsynced.back().truncates) {
    Write last = std::move(unsynced.back());
    last.bytes.resize(random.below(last.bytes.size() + 1));
    if (!last.bytes.empty()) apply_to(safe_bytes, last);
  }
  unsynced.clear();
  bytes = safe_bytes;
}

void DiskNode::make_names_safe(std::size_t count) {
  PROMISE(count <= unsynced_names.size());
  const auto end = unsynced_names.begin() + static_cast<std::ptrdiff_t>(count);
  for (auto change = unsynced_names.begin(); change != end; ++change) {
    for (const auto& [name, node] : change->names) {
      if (node == nullptr) {
        safe_names.erase(name);
      } else {
        safe_names[name] = node;
      }
    }
  }
  unsynced_names.erase(unsynced_names.begin(), end);
}

}  // namespace rondo::world
