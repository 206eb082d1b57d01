#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "world/sim/sim_disk.h"

namespace rondo::world {

/// An open file of a SimDisk. After a power cut every operation on it answers R0023.
class SimFile final : public File {
 public:
  struct Rights {
    bool may_write;
    bool holds_lock;
  };

  SimFile(SimDisk& disk, std::shared_ptr<DiskNode> node, std::string path, Rights rights);
  ~SimFile() override;

  Result<std::string> read_at(std::uint64_t offset, std::size_t count) override;
  Result<void> write_at(std::uint64_t offset, std::string_view bytes) override;
  Result<std::uint64_t> size() override;
  Result<void> truncate(std::uint64_t size) override;
  Result<void> sync() override;
  Task<Result<void>> sync_later() override;

 private:
  /// Refused after a power cut, and for writing if it was opened for reading.
  [[nodiscard]] Result<void> usable(bool to_write) const;
  Result<void> write_some(std::uint64_t offset, std::string_view bytes);

  SimDisk& disk_;
  std::shared_ptr<DiskNode> node_;
  std::string path_;
  Rights rights_;
  std::uint64_t life_;
};

}  // namespace rondo::world
