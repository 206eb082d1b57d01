#include "world/sim/sim_file.h"

#include <fmt/format.h>

#include "base/hash.h"

namespace rondo::world {
namespace {

using Fate = SimCore::Fate;

Error file_error(const std::string& path, const std::string& why) {
  return {ErrorKind::permanent, "R0023", path + ": " + why};
}

/// The end of a sync: what was written up to `number` is safe or, if the disk fails, gone.
Result<void> end_sync(DiskNode& node, std::uint64_t number, bool fails, const std::string& path) {
  if (fails) {
    node.lose(number);
    return fail(file_error(path, "sync failed (input/output error)"));
  }
  node.make_safe(number);
  return {};
}

}  // namespace

SimFile::SimFile(SimDisk& disk, std::shared_ptr<DiskNode> node, std::string path, Rights rights)
    : disk_(disk),
      node_(std::move(node)),
      path_(std::move(path)),
      rights_(rights),
      life_(disk.life_) {}

SimFile::~SimFile() {
  // A lock of an earlier life went with the power; the node may be locked by the next one already.
  if (rights_.holds_lock && life_ == disk_.life_) node_->locked = false;
}

Result<void> SimFile::usable(bool to_write) const {
  if (life_ != disk_.life_) return fail(file_error(path_, "closed by a power cut"));
  if (to_write && !rights_.may_write) return fail(file_error(path_, "opened for reading only"));
  return {};
}

Result<std::string> SimFile::read_at(std::uint64_t offset, std::size_t count) {
  return disk_.operate(fmt::format("read {} @{} +{}", path_, offset, count),
                       [&](Fate) -> Result<std::string> {
                         TRY(usable(false));
                         if (offset >= node_->bytes.size()) return std::string{};
                         return node_->bytes.substr(offset, count);
                       });
}

Result<void> SimFile::write_at(std::uint64_t offset, std::string_view bytes) {
  const auto what =
      fmt::format("write {} @{} +{} {:08x}", path_, offset, bytes.size(), crc32c(bytes));
  return disk_.operate(what, [&](Fate) { return write_some(offset, bytes); });
}

Result<void> SimFile::write_some(std::uint64_t offset, std::string_view bytes) {
  TRY(usable(true));
  if (!disk_.random_.happens(disk_.core_.options.no_space)) {
    node_->write(offset, bytes);
    return {};
  }
  const auto part = bytes.substr(0, disk_.random_.below(bytes.size() + 1));
  if (!part.empty()) node_->write(offset, part);
  return fail(ErrorKind::transient, "R0022", path_ + ": no space left");
}

Result<std::uint64_t> SimFile::size() {
  return disk_.operate("size " + path_, [&](Fate) -> Result<std::uint64_t> {
    TRY(usable(false));
    return node_->bytes.size();
  });
}

Result<void> SimFile::truncate(std::uint64_t size) {
  return disk_.operate(fmt::format("truncate {} {}", path_, size), [&](Fate) -> Result<void> {
    TRY(usable(true));
    node_->truncate(size);
    return {};
  });
}

Result<void> SimFile::sync() {
  return disk_.operate("sync " + path_, [&](Fate fate) -> Result<void> {
    TRY(usable(false));
    const bool fails = disk_.random_.happens(disk_.core_.options.sync_fails);
    // Cut in its middle, a sync has reached the platter in whole or not at all.
    if (fate == Fate::cut && disk_.random_.happens(0.5)) return {};
    return end_sync(*node_, node_->writes, fails, path_);
  });
}

namespace {

struct LaterSync {
  SimCore& core;
  std::shared_ptr<DiskNode> node;
  std::string path;
  std::uint64_t number;
  Duration wait;
  bool fails;
};

Task<Result<void>> finish_later(LaterSync sync) {
  Pause pause(sync.core, sync.wait);
  co_await pause;
  auto result = end_sync(*sync.node, sync.number, sync.fails, sync.path);
  sync.core.note("disk synced " + sync.path + (result ? " ok" : " R0023"));
  co_return result;
}

Task<Result<void>> answer(Result<void> result) { co_return result; }

Task<Result<void>> never() {
  co_await Never{};
  co_return Result<void>{};
}

}  // namespace

Task<Result<void>> SimFile::sync_later() {
  const bool fails = disk_.random_.happens(disk_.core_.options.sync_fails);
  const Duration wait = disk_.random_.up_to(disk_.core_.options.sync_delay_max);
  const auto begun = disk_.operate("sync_later " + path_, [&](Fate fate) -> Result<void> {
    TRY(usable(false));
    if (fate == Fate::cut && disk_.random_.happens(0.5)) node_->make_safe(node_->writes);
    return {};
  });
  if (!disk_.core_.power()) return never();
  if (!begun) return answer(begun);
  return finish_later({disk_.core_, node_, path_, node_->writes, wait, fails});
}

}  // namespace rondo::world
