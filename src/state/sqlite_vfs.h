#pragma once

#include <optional>
#include <string>

#include <sqlite3.h>

#include "base/error.h"
#include "world/disk.h"

namespace rondo::state {

/// SQLite's view of a world::Disk (https://sqlite.org/vfs.html): every byte, name and sync goes
/// through it. Only for a database in exclusive locking mode: it has no shared memory, and its
/// locks are none, because `Disk::lock` has shut out every other process before.
///
/// Registered under `name()` while it lives; it must outlive the connection that uses it.
class SqliteVfs {
 public:
  explicit SqliteVfs(world::Disk& disk);
  ~SqliteVfs();
  SqliteVfs(const SqliteVfs&) = delete;
  SqliteVfs& operator=(const SqliteVfs&) = delete;

  [[nodiscard]] const char* name() const { return name_.c_str(); }
  [[nodiscard]] world::Disk& disk() { return disk_; }

  /// The disk's own words for the last failure, which SQLite turns into a number.
  [[nodiscard]] const std::optional<Error>& last_failure() const { return last_failure_; }
  void forget_failure() { last_failure_.reset(); }
  /// Keeps `error` and answers `code`, or SQLITE_FULL if that is what it is about.
  int failed(Error error, int code);

 private:
  world::Disk& disk_;
  std::string name_;
  std::optional<Error> last_failure_;
  sqlite3_vfs vfs_{};
};

}  // namespace rondo::state
