#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "world/disk.h"
#include "world/environment.h"

// Twins for this room's tests: files that are only read.
namespace rondo::project {

class MemoryFile final : public world::File {
 public:
  explicit MemoryFile(std::string bytes) : bytes_(std::move(bytes)) {}
  Result<std::string> read_at(std::uint64_t offset, std::size_t count) override {
    return offset >= bytes_.size() ? std::string{} : bytes_.substr(offset, count);
  }
  Result<void> write_at(std::uint64_t, std::string_view) override { return refuse(); }
  Result<std::uint64_t> size() override { return std::uint64_t{bytes_.size()}; }
  Result<void> truncate(std::uint64_t) override { return refuse(); }
  Result<void> sync() override { return refuse(); }
  Task<Result<void>> sync_later() override { co_return refuse(); }

 private:
  static Result<void> refuse() { return fail(ErrorKind::permanent, "R0023", "read only"); }
  std::string bytes_;
};

class MemoryDisk final : public world::Disk {
 public:
  explicit MemoryDisk(std::map<std::string, std::string> files) : files_(std::move(files)) {}
  std::string& operator[](const std::string& path) { return files_[path]; }

  Result<std::unique_ptr<world::File>> open(const std::string& path,
                                            world::OpenMode mode) override {
    const auto found = files_.find(path);
    if (mode != world::OpenMode::read || found == files_.end()) return fail(not_found(path));
    return std::unique_ptr<world::File>(std::make_unique<MemoryFile>(found->second));
  }
  Result<bool> exists(const std::string& path) override { return files_.contains(path); }
  Result<std::vector<world::DirectoryEntry>> list(const std::string& directory) override {
    std::map<std::string, world::DirectoryEntry> entries;
    const std::string prefix = directory.ends_with('/') ? directory : directory + "/";
    for (const auto& [path, bytes] : files_) {
      if (!path.starts_with(prefix)) continue;
      const std::string rest = path.substr(prefix.size());
      const std::size_t slash = rest.find('/');
      const std::string name = rest.substr(0, slash);
      entries[name] = {name, slash != std::string::npos, bytes.size()};
    }
    if (entries.empty()) return fail(not_found(directory));
    std::vector<world::DirectoryEntry> sorted;
    for (auto& [name, entry] : entries) sorted.push_back(std::move(entry));
    return sorted;
  }
  Result<void> make_directories(const std::string& path) override { return fail(not_found(path)); }
  Result<void> rename(const std::string& from, const std::string&) override {
    return fail(not_found(from));
  }
  Result<void> remove(const std::string& path) override { return fail(not_found(path)); }
  Result<void> sync_directory(const std::string& path) override { return fail(not_found(path)); }
  Result<std::unique_ptr<world::File>> lock(const std::string& path) override {
    return fail(not_found(path));
  }

 private:
  static Error not_found(const std::string& path) {
    return {ErrorKind::permanent, "R0020", "there is no " + path};
  }
  std::map<std::string, std::string> files_;
};

class MemoryEnvironment final : public world::Environment {
 public:
  explicit MemoryEnvironment(std::map<std::string, std::string> variables = {})
      : variables_(std::move(variables)) {}
  [[nodiscard]] std::optional<std::string> variable(const std::string& name) const override {
    const auto found = variables_.find(name);
    return found == variables_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  std::map<std::string, std::string> variables_;
};

}  // namespace rondo::project
