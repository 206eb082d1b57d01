#include "log/memory_disk.h"

#include <algorithm>
#include <utility>

namespace rondo::log {

class MemoryFile final : public world::File {
 public:
  MemoryFile(MemoryDisk& disk, std::string path, std::shared_ptr<MemoryDisk::Content> content)
      : disk_(disk), path_(std::move(path)), content_(std::move(content)) {}
  ~MemoryFile() override {
    if (content_->is_lock) disk_.locks_.erase(path_);
  }

  Result<std::string> read_at(std::uint64_t offset, std::size_t count) override {
    if (offset >= content_->bytes.size()) return std::string{};
    return content_->bytes.substr(static_cast<std::size_t>(offset), count);
  }

  Result<void> write_at(std::uint64_t offset, std::string_view bytes) override {
    std::size_t fits = bytes.size();
    if (disk_.bytes_until_full) {
      fits = std::min<std::size_t>(fits, static_cast<std::size_t>(*disk_.bytes_until_full));
      *disk_.bytes_until_full -= fits;
    }
    const auto at = static_cast<std::size_t>(offset);
    if (content_->bytes.size() < at + fits) content_->bytes.resize(at + fits);
    content_->bytes.replace(at, fits, bytes.substr(0, fits));
    if (fits == bytes.size()) return {};
    return fail(ErrorKind::transient, "R0022", "no space left for " + path_);
  }

  Result<std::uint64_t> size() override { return std::uint64_t{content_->bytes.size()}; }
  Result<void> truncate(std::uint64_t size) override {
    content_->bytes.resize(static_cast<std::size_t>(size));
    return {};
  }

  Result<void> sync() override {
    if (disk_.sync_fails) {
      return fail(ErrorKind::permanent, "R0023", "input/output error for " + path_);
    }
    content_->synced = content_->bytes;
    return {};
  }

  Task<Result<void>> sync_later() override {
    ++disk_.syncs_begun;
    if (disk_.sync_waits) co_await *std::shared_ptr<Signal>(disk_.released_);
    co_return sync();
  }

 private:
  MemoryDisk& disk_;
  std::string path_;
  std::shared_ptr<MemoryDisk::Content> content_;
};

void MemoryDisk::release_syncs() { std::exchange(released_, std::make_shared<Signal>())->set(); }

void MemoryDisk::lose_power(std::size_t kept) {
  for (auto& [path, content] : files_) {
    const std::size_t synced = content->synced.size();
    std::string after = content->synced;
    if (content->bytes.size() > synced) after += content->bytes.substr(synced, kept);
    content->bytes = content->synced = std::move(after);
  }
  locks_.clear();
}

Result<std::unique_ptr<world::File>> MemoryDisk::open(const std::string& path,
                                                      world::OpenMode mode) {
  using world::OpenMode;
  const auto found = files_.find(path);
  if (found == files_.end() && (mode == OpenMode::read || mode == OpenMode::read_write)) {
    return fail(ErrorKind::permanent, "R0020", path + " does not exist");
  }
  if (found != files_.end() && mode == OpenMode::create_new) {
    return fail(ErrorKind::permanent, "R0021", path + " exists already");
  }
  auto& content = files_[path];
  if (!content) content = std::make_shared<Content>();
  return std::unique_ptr<world::File>(new MemoryFile(*this, path, content));
}

Result<bool> MemoryDisk::exists(const std::string& path) {
  return files_.contains(path) || directories_.contains(path);
}

Result<std::vector<world::DirectoryEntry>> MemoryDisk::list(const std::string& directory) {
  std::vector<world::DirectoryEntry> entries;
  for (const auto& [path, content] : files_) {
    if (!path.starts_with(directory + "/")) continue;
    entries.push_back({path.substr(directory.size() + 1), false, content->bytes.size()});
  }
  return entries;
}

Result<void> MemoryDisk::make_directories(const std::string& path) {
  directories_.insert(path);
  return {};
}

Result<void> MemoryDisk::rename(const std::string& from, const std::string& to) {
  files_[to] = files_.at(from);
  files_.erase(from);
  return {};
}

Result<void> MemoryDisk::remove(const std::string& path) {
  files_.erase(path);
  return {};
}

Result<std::unique_ptr<world::File>> MemoryDisk::lock(const std::string& path) {
  if (!locks_.insert(path).second) {
    return fail(ErrorKind::transient, "R0024", path + " is held by this test");
  }
  auto content = std::make_shared<Content>();
  content->is_lock = true;
  return std::unique_ptr<world::File>(new MemoryFile(*this, path, std::move(content)));
}

}  // namespace rondo::log
