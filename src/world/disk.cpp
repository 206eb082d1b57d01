#include "world/disk.h"

namespace rondo::world {
namespace {

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Result<void> write_new(Disk& disk, const std::string& path, std::string_view bytes) {
  TRY_ASSIGN(auto file, disk.open(path, OpenMode::create));
  TRY(file->truncate(0));  // an earlier life may have left one half written
  TRY(file->write_at(0, bytes));
  return file->sync();
}

}  // namespace

Result<void> make_safe_directories(Disk& disk, const std::string& path) {
  std::vector<std::string> missing;
  for (std::string folder = path; folder != "." && folder != "/"; folder = folder_of(folder)) {
    TRY_ASSIGN(const bool there, disk.exists(folder));
    if (there) break;
    missing.push_back(folder);
  }
  TRY(disk.make_directories(path));
  for (const std::string& folder : missing) TRY(disk.sync_directory(folder_of(folder)));
  return {};
}

Result<std::string> read_file(Disk& disk, const std::string& path) {
  TRY_ASSIGN(auto file, disk.open(path, OpenMode::read));
  TRY_ASSIGN(const std::uint64_t size, file->size());
  return file->read_at(0, size);
}

Result<void> write_file(Disk& disk, const std::string& path, std::string_view bytes) {
  const std::string new_path = path + ".new";
  if (auto written = write_new(disk, new_path, bytes); !written) {
    // The first error is the one to tell; whether the leftover goes does not matter.
    (void)disk.remove(new_path);
    return written;
  }
  TRY(disk.rename(new_path, path));
  return disk.sync_directory(folder_of(path));
}

}  // namespace rondo::world
