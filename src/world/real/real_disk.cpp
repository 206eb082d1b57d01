#include "world/real/real_disk.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "world/real/wait_for.h"

namespace rondo::world {
namespace {

constexpr std::size_t pid_bytes_max = 20;

Error disk_error(int number, std::string_view doing, const std::string& path) {
  auto message = fmt::format("cannot {} {}: {}", doing, path, std::strerror(number));
  switch (number) {
    case ENOENT:
    case ENOTDIR: return {ErrorKind::permanent, "R0020", std::move(message)};
    case EEXIST: return {ErrorKind::permanent, "R0021", std::move(message)};
    case ENOSPC:
    case EDQUOT:
      return {ErrorKind::transient, "R0022", std::move(message), "free some space on the disk"};
    default: return {ErrorKind::permanent, "R0023", std::move(message)};
  }
}

/// Closed with its last owner: a sync under way on the disk's thread is one of them.
struct Descriptor {
  explicit Descriptor(int opened) : number(opened) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { ::close(number); }
  int number;
};

template <class Call>
auto retry_interrupted(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

int sync_data(int descriptor) {
  return retry_interrupted([&] { return ::fdatasync(descriptor); }) == 0 ? 0 : errno;
}

class RealFile final : public File {
 public:
  RealFile(int descriptor, std::string path, Loop& loop, DiskThread& thread)
      : descriptor_(std::make_shared<Descriptor>(descriptor)),
        path_(std::move(path)),
        loop_(loop),
        thread_(thread) {}

  Result<std::string> read_at(std::uint64_t offset, std::size_t count) override;
  Result<void> write_at(std::uint64_t offset, std::string_view bytes) override;
  Result<std::uint64_t> size() override;
  Result<void> truncate(std::uint64_t size) override;
  Result<void> sync() override;
  Task<Result<void>> sync_later() override;

 private:
  Result<void> synced(int number);
  [[nodiscard]] Error useless() const {
    return {ErrorKind::permanent, "R0023",
            fmt::format("{} is not written: an earlier sync failed", path_)};
  }

  std::shared_ptr<Descriptor> descriptor_;
  std::string path_;
  Loop& loop_;
  DiskThread& thread_;
  bool useless_ = false;
};

Result<std::uint64_t> RealFile::size() {
  struct stat info {};
  if (::fstat(descriptor_->number, &info) != 0) return fail(disk_error(errno, "measure", path_));
  return static_cast<std::uint64_t>(info.st_size);
}

Result<std::string> RealFile::read_at(std::uint64_t offset, std::size_t count) {
  TRY_ASSIGN(const std::uint64_t all, size());
  if (offset >= all) return std::string();
  std::string bytes(static_cast<std::size_t>(std::min<std::uint64_t>(count, all - offset)), '\0');
  std::size_t have = 0;
  while (have < bytes.size()) {
    const ssize_t got = retry_interrupted([&] {
      return ::pread(descriptor_->number, bytes.data() + have, bytes.size() - have,
                     static_cast<off_t>(offset + have));
    });
    if (got < 0) return fail(disk_error(errno, "read", path_));
    if (got == 0) break;  // became shorter meanwhile
    have += static_cast<std::size_t>(got);
  }
  bytes.resize(have);
  return bytes;
}

Result<void> RealFile::write_at(std::uint64_t offset, std::string_view bytes) {
  if (useless_) return fail(useless());
  while (!bytes.empty()) {
    const ssize_t put = retry_interrupted([&] {
      return ::pwrite(descriptor_->number, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    });
    if (put < 0) return fail(disk_error(errno, "write", path_));
    bytes.remove_prefix(static_cast<std::size_t>(put));
    offset += static_cast<std::uint64_t>(put);
  }
  return {};
}

Result<void> RealFile::truncate(std::uint64_t size) {
  if (useless_) return fail(useless());
  const auto length = static_cast<off_t>(size);
  if (retry_interrupted([&] { return ::ftruncate(descriptor_->number, length); }) != 0) {
    return fail(disk_error(errno, "cut", path_));
  }
  return {};
}

Result<void> RealFile::synced(int number) {
  if (useless_) return fail(useless());
  if (number == 0) return {};
  useless_ = true;
  return fail(disk_error(number, "sync", path_));
}

Result<void> RealFile::sync() {
  if (useless_) return fail(useless());
  return synced(sync_data(descriptor_->number));
}

Task<Result<void>> RealFile::sync_later() {
  if (useless_) co_return fail(useless());
  auto answer = wait_for<int>([this](Done<int> done) {
    thread_.run([descriptor = descriptor_, done = std::move(done), &loop = loop_]() mutable {
      const int number = sync_data(descriptor->number);
      // The last owner of either must be the loop: moved, not copied.
      loop.post(
          [descriptor = std::move(descriptor), done = std::move(done), number] { done(number); });
    });
  });
  const int number = co_await answer;
  co_return synced(number);
}

int flags_of(OpenMode mode) {
  switch (mode) {
    case OpenMode::read: return O_RDONLY;
    case OpenMode::read_write: return O_RDWR;
    case OpenMode::create: return O_RDWR | O_CREAT;
    case OpenMode::create_new: return O_RDWR | O_CREAT | O_EXCL;
  }
  return O_RDONLY;
}

Result<int> open_descriptor(const std::string& path, int flags) {
  constexpr mode_t owner_and_group = 0640;
  const int descriptor =
      retry_interrupted([&] { return ::open(path.c_str(), flags | O_CLOEXEC, owner_and_group); });
  if (descriptor < 0) return fail(disk_error(errno, "open", path));
  return descriptor;
}

}  // namespace

Result<std::unique_ptr<File>> RealDisk::open(const std::string& path, OpenMode mode) {
  // O_NONBLOCK means nothing to a file, but a named pipe would be waited for without an end.
  TRY_ASSIGN(const int descriptor, open_descriptor(path, flags_of(mode) | O_NONBLOCK));
  auto file = std::make_unique<RealFile>(descriptor, path, loop_, thread_);
  struct stat info {};
  if (::fstat(descriptor, &info) == 0 && S_ISDIR(info.st_mode)) {
    return fail(disk_error(EISDIR, "open", path));  // else only the first read would say so
  }
  if (S_ISFIFO(info.st_mode) || S_ISSOCK(info.st_mode)) {
    return fail(disk_error(ESPIPE, "open", path));
  }
  return std::unique_ptr<File>(std::move(file));
}

Result<bool> RealDisk::exists(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0) return true;
  if (errno == ENOENT || errno == ENOTDIR) return false;
  return fail(disk_error(errno, "look at", path));
}

Result<std::vector<DirectoryEntry>> RealDisk::list(const std::string& directory) {
  std::error_code error;
  std::filesystem::directory_iterator entry(directory, error);
  std::vector<DirectoryEntry> all;
  while (!error && entry != std::filesystem::directory_iterator()) {
    std::error_code gone;  // an entry may vanish while we look: then it is not listed
    DirectoryEntry found{.name = entry->path().filename().string()};
    found.is_directory = entry->is_directory(gone);
    if (!gone && entry->is_regular_file(gone)) found.size = entry->file_size(gone);
    if (!gone) all.push_back(std::move(found));
    entry.increment(error);
  }
  if (error) return fail(disk_error(error.value(), "list", directory));
  std::ranges::sort(all, {}, &DirectoryEntry::name);
  return all;
}

Result<void> RealDisk::make_directories(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return fail(disk_error(error.value(), "make", path));
  return {};
}

Result<void> RealDisk::rename(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return fail(disk_error(errno, "rename", from));
  return {};
}

Result<void> RealDisk::remove(const std::string& path) {
  if (::remove(path.c_str()) != 0) {
    // POSIX lets a directory that is not empty be refused with EEXIST too: that is not R0021.
    return fail(disk_error(errno == EEXIST ? ENOTEMPTY : errno, "remove", path));
  }
  return {};
}

Result<void> RealDisk::sync_directory(const std::string& directory) {
  TRY_ASSIGN(const int descriptor, open_descriptor(directory, O_RDONLY | O_DIRECTORY));
  const Descriptor closed_at_end(descriptor);
  if (retry_interrupted([&] { return ::fsync(descriptor); }) != 0) {
    return fail(disk_error(errno, "sync", directory));
  }
  return {};
}

Result<std::unique_ptr<File>> RealDisk::lock(const std::string& path) {
  TRY_ASSIGN(const int descriptor, open_descriptor(path, O_RDWR | O_CREAT));
  auto held = std::make_unique<RealFile>(descriptor, path, loop_, thread_);
  if (retry_interrupted([&] { return ::flock(descriptor, LOCK_EX | LOCK_NB); }) != 0) {
    if (errno != EWOULDBLOCK) return fail(disk_error(errno, "lock", path));
    TRY_ASSIGN(const std::string holder, held->read_at(0, pid_bytes_max));
    return fail(ErrorKind::transient, "R0024",
                fmt::format("{} is held by process {}", path, trim(holder)),
                "another Rondo works here: wait until it ends, or stop it");
  }
  TRY(held->truncate(0));
  TRY(held->write_at(0, fmt::format("{}\n", ::getpid())));
  return std::unique_ptr<File>(std::move(held));
}

}  // namespace rondo::world
