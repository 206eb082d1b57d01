#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/task.h"

namespace rondo::world {

/// One open file. Bytes written are safe from a power cut only after a `sync` that succeeded; a
/// sync that failed makes the file useless: the kernel may have dropped the pages, so it is never
/// tried again.
class File {
 public:
  virtual ~File() = default;
  /// Up to `count` bytes from `offset`; fewer only at the end of the file.
  virtual Result<std::string> read_at(std::uint64_t offset, std::size_t count) = 0;
  virtual Result<void> write_at(std::uint64_t offset, std::string_view bytes) = 0;
  virtual Result<std::uint64_t> size() = 0;
  virtual Result<void> truncate(std::uint64_t size) = 0;
  /// Blocks until what was written is safe.
  virtual Result<void> sync() = 0;
  /// The same without blocking the loop: covers exactly what was written before the call.
  virtual Task<Result<void>> sync_later() = 0;
};

struct DirectoryEntry {
  std::string name;
  bool is_directory = false;
  std::uint64_t size = 0;
};

enum class OpenMode {
  read,        ///< must exist
  read_write,  ///< must exist
  create,      ///< read and write, made if missing
  create_new,  ///< read and write, must not exist (error R0021)
};

/// Paths use '/'; relative ones are relative to where the program was started. Errors: R0020 not
/// found, R0021 exists already, R0022 no space left, R0023 any other, each with the path in its
/// message.
class Disk {
 public:
  virtual ~Disk() = default;
  virtual Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) = 0;
  virtual Result<bool> exists(const std::string& path) = 0;
  virtual Result<std::vector<DirectoryEntry>> list(const std::string& directory) = 0;  ///< by name
  virtual Result<void> make_directories(const std::string& path) = 0;
  virtual Result<void> rename(const std::string& from, const std::string& to) = 0;
  virtual Result<void> remove(const std::string& path) = 0;  ///< a file or an empty directory
  /// A new name is safe from a power cut only after its directory was synced.
  virtual Result<void> sync_directory(const std::string& directory) = 0;
  /// Holds `path` for this process until the returned file is closed. Error R0024 names the holder.
  virtual Result<std::unique_ptr<File>> lock(const std::string& path) = 0;
};

/// Makes the folders that are missing on the way to `path`, and makes their names safe from a power
/// cut: each is synced into the folder it stands in. Nothing is synced if all were there.
[[nodiscard]] Result<void> make_safe_directories(Disk& disk, const std::string& path);
/// Whole contents; for files that fit in memory.
[[nodiscard]] Result<std::string> read_file(Disk& disk, const std::string& path);
/// Temporary name, sync, rename, sync of the directory: after a crash there is the old file or the
/// new one.
[[nodiscard]] Result<void> write_file(Disk& disk, const std::string& path, std::string_view bytes);

}  // namespace rondo::world
