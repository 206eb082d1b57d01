#pragma once

#include <memory>
#include <string>

#include "world/disk.h"

namespace rondo::simtest {

/// For a control: a disk that says "it is safe" and does nothing, for files whose path holds
/// `word`.
class CarelessDisk final : public world::Disk {
 public:
  CarelessDisk(world::Disk& disk, std::string word) : disk_(disk), word_(std::move(word)) {}

  Result<std::unique_ptr<world::File>> open(const std::string& path, world::OpenMode mode) override;
  Result<bool> exists(const std::string& path) override { return disk_.exists(path); }
  Result<std::vector<world::DirectoryEntry>> list(const std::string& directory) override {
    return disk_.list(directory);
  }
  Result<void> make_directories(const std::string& path) override {
    return disk_.make_directories(path);
  }
  Result<void> rename(const std::string& from, const std::string& to) override {
    return disk_.rename(from, to);
  }
  Result<void> remove(const std::string& path) override { return disk_.remove(path); }
  Result<void> sync_directory(const std::string& directory) override {
    return disk_.sync_directory(directory);
  }
  Result<std::unique_ptr<world::File>> lock(const std::string& path) override {
    return disk_.lock(path);
  }

 private:
  world::Disk& disk_;
  std::string word_;
};

}  // namespace rondo::simtest
