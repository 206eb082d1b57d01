#pragma once

#include "world/disk.h"
#include "world/real/disk_thread.h"
#include "world/real/loop.h"

namespace rondo::world {

/// POSIX files. Locks are flock(2): they hold against other processes and against a second lock in
/// this one, and the kernel frees them when the holder dies.
class RealDisk final : public Disk {
 public:
  explicit RealDisk(Loop& loop) : loop_(loop) {}

  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override;
  Result<bool> exists(const std::string& path) override;
  Result<std::vector<DirectoryEntry>> list(const std::string& directory) override;
  Result<void> make_directories(const std::string& path) override;
  Result<void> rename(const std::string& from, const std::string& to) override;
  Result<void> remove(const std::string& path) override;
  Result<void> sync_directory(const std::string& directory) override;
  Result<std::unique_ptr<File>> lock(const std::string& path) override;

 private:
  Loop& loop_;
  DiskThread thread_;  // last: joined before the loop's face is gone
};

}  // namespace rondo::world
