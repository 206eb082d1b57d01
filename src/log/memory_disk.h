#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/async.h"
#include "world/disk.h"

namespace rondo::log {

/// A disk for tests and benchmarks in memory, obedient until told otherwise. It keeps what is
/// visible and what was synced apart, so `lose_power` can forget the difference. Directories are
/// only names.
class MemoryDisk final : public world::Disk {
 public:
  struct Content {
    std::string bytes;
    std::string synced;
    bool is_lock = false;
  };

  // Faults, to be set at any time.
  std::optional<std::uint64_t>
      bytes_until_full{};   ///< a write beyond answers R0022 after a part of it
  bool sync_fails = false;  ///< answers R0023 and forgets what was not synced
  bool sync_waits = false;  ///< `sync_later` goes on only after `release_syncs`
  std::size_t syncs_begun = 0;

  void release_syncs();
  /// Every file is what was synced, and `kept` bytes of what was appended after that.
  void lose_power(std::size_t kept = 0);
  [[nodiscard]] Content& content(const std::string& path) { return *files_.at(path); }

  Result<std::unique_ptr<world::File>> open(const std::string& path, world::OpenMode mode) override;
  Result<bool> exists(const std::string& path) override;
  Result<std::vector<world::DirectoryEntry>> list(const std::string& directory) override;
  Result<void> make_directories(const std::string& path) override;
  Result<void> rename(const std::string& from, const std::string& to) override;
  Result<void> remove(const std::string& path) override;
  Result<void> sync_directory(const std::string&) override { return {}; }
  Result<std::unique_ptr<world::File>> lock(const std::string& path) override;

 private:
  friend class MemoryFile;
  std::map<std::string, std::shared_ptr<Content>> files_;
  std::set<std::string> directories_;
  std::set<std::string> locks_;
  std::shared_ptr<Signal> released_ = std::make_shared<Signal>();
};

}  // namespace rondo::log
