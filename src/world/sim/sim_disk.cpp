#include "world/sim/sim_disk.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "world/sim/sim_file.h"

namespace rondo::world {
namespace {

using Fate = SimCore::Fate;

Error not_found(const std::string& path) {
  return {ErrorKind::permanent, "R0020", path + ": not found"};
}

Error disk_error(const std::string& path, const std::string& why) {
  return {ErrorKind::permanent, "R0023", path + ": " + why};
}

}  // namespace

Error power_is_off() { return {ErrorKind::permanent, "R0023", "the power is off"}; }

SimDisk::SimDisk(SimCore& core)
    : core_(core), random_(core.options.seed, "disk"), root_(std::make_shared<DiskNode>(true)) {}

std::vector<std::string> SimDisk::parts_of(const std::string& path) {
  std::vector<std::string> parts;
  for (const auto part : split(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      parts.emplace_back(part);
    } else if (!parts.empty()) {
      parts.pop_back();
    }
  }
  return parts;
}

Result<SimDisk::Place> SimDisk::find(const std::string& path) const {
  const auto parts = parts_of(path);
  if (parts.empty()) return Place{nullptr, "", root_};
  Node folder = root_;
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    const auto next = folder->names.find(parts[i]);
    if (next == folder->names.end()) return fail(not_found(path));
    folder = next->second;
    if (!folder->is_directory) return fail(disk_error(path, parts[i] + " is not a folder"));
  }
  const auto found = folder->names.find(parts.back());
  return Place{folder, parts.back(), found != folder->names.end() ? found->second : nullptr};
}

Result<SimDisk::Node> SimDisk::find_folder(const std::string& path) const {
  TRY_ASSIGN(const Place place, find(path));
  if (place.node == nullptr) return fail(not_found(path));
  if (!place.node->is_directory) return fail(disk_error(path, "not a folder"));
  return place.node;
}

void SimDisk::put(const Node& folder, const std::string& name, const Node& node) {
  folder->names[name] = node;
  folder->unsynced_names.push_back({++name_changes_, {{name, node}}});
}

Result<SimDisk::Node> SimDisk::open_node(const std::string& path, OpenMode mode) {
  TRY_ASSIGN(const Place place, find(path));
  const bool may_create = mode == OpenMode::create || mode == OpenMode::create_new;
  if (place.node != nullptr) {
    if (place.node->is_directory) return fail(disk_error(path, "is a folder"));
    if (mode != OpenMode::create_new) return place.node;
    return fail(ErrorKind::permanent, "R0021", path + ": exists already");
  }
  if (!may_create) return fail(not_found(path));
  auto made = std::make_shared<DiskNode>(false);
  put(place.folder, place.name, made);
  return made;
}

Result<std::unique_ptr<File>> SimDisk::open(const std::string& path, OpenMode mode) {
  return operate("open " + path, [&](Fate) -> Result<std::unique_ptr<File>> {
    TRY_ASSIGN(Node node, open_node(path, mode));
    const SimFile::Rights rights{mode != OpenMode::read, false};
    return std::make_unique<SimFile>(*this, std::move(node), path, rights);
  });
}

Result<std::unique_ptr<File>> SimDisk::lock(const std::string& path) {
  return operate("lock " + path, [&](Fate) -> Result<std::unique_ptr<File>> {
    TRY_ASSIGN(Node node, open_node(path, OpenMode::create));
    if (node->locked) {
      return fail(ErrorKind::transient, "R0024", path + ": held by this process already");
    }
    node->locked = true;
    return std::make_unique<SimFile>(*this, std::move(node), path, SimFile::Rights{true, true});
  });
}

Result<bool> SimDisk::exists(const std::string& path) {
  return operate("exists " + path, [&](Fate) -> Result<bool> {
    const auto place = find(path);
    return place && place->node != nullptr;
  });
}

Result<std::vector<DirectoryEntry>> SimDisk::list_found(const std::string& directory) const {
  TRY_ASSIGN(const Node folder, find_folder(directory));
  std::vector<DirectoryEntry> entries;
  for (const auto& [name, node] : folder->names) {
    entries.push_back({name, node->is_directory, node->bytes.size()});
  }
  return entries;
}

Result<std::vector<DirectoryEntry>> SimDisk::list(const std::string& directory) {
  return operate("list " + directory, [&](Fate) { return list_found(directory); });
}

Result<void> SimDisk::make_found(const std::string& path) {
  Node folder = root_;
  for (const std::string& part : parts_of(path)) {
    const auto next = folder->names.find(part);
    if (next == folder->names.end()) put(folder, part, std::make_shared<DiskNode>(true));
    folder = folder->names.at(part);
    if (!folder->is_directory) return fail(disk_error(path, part + " is not a folder"));
  }
  return {};
}

Result<void> SimDisk::make_directories(const std::string& path) {
  return operate("make_directories " + path, [&](Fate) { return make_found(path); });
}

Result<void> SimDisk::rename_found(const std::string& from, const std::string& to) {
  TRY_ASSIGN(const Place source, find(from));
  TRY_ASSIGN(const Place target, find(to));
  if (source.node == nullptr) return fail(not_found(from));
  if (source.folder == nullptr || target.folder == nullptr) {
    return fail(disk_error(from, "the root cannot be renamed"));
  }
  if (source.node == target.node) return {};
  const auto outer = parts_of(from);
  const auto inner = parts_of(to);
  if (std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end()) {
    return fail(disk_error(to, "lies inside " + from));
  }
  if (target.node != nullptr) {
    if (target.node->is_directory != source.node->is_directory || !target.node->names.empty()) {
      return fail(disk_error(to, "is in the way"));
    }
  }
  source.folder->names.erase(source.name);
  target.folder->names[target.name] = source.node;
  ++name_changes_;
  if (source.folder == target.folder) {
    source.folder->unsynced_names.push_back(
        {name_changes_, {{source.name, nullptr}, {target.name, source.node}}});
  } else {
    source.folder->unsynced_names.push_back({name_changes_, {{source.name, nullptr}}});
    target.folder->unsynced_names.push_back({name_changes_, {{target.name, source.node}}});
  }
  return {};
}

Result<void> SimDisk::rename(const std::string& from, const std::string& to) {
  return operate("rename " + from + " " + to, [&](Fate) { return rename_found(from, to); });
}

Result<void> SimDisk::remove_found(const std::string& path) {
  TRY_ASSIGN(const Place place, find(path));
  if (place.node == nullptr) return fail(not_found(path));
  if (place.folder == nullptr || !place.node->names.empty()) {
    return fail(disk_error(path, "folder is not empty"));
  }
  place.folder->names.erase(place.name);
  place.folder->unsynced_names.push_back({++name_changes_, {{place.name, nullptr}}});
  return {};
}

Result<void> SimDisk::remove(const std::string& path) {
  return operate("remove " + path, [&](Fate) { return remove_found(path); });
}

Result<void> SimDisk::sync_directory(const std::string& directory) {
  return operate("sync_directory " + directory, [&](Fate fate) -> Result<void> {
    TRY_ASSIGN(const Node folder, find_folder(directory));
    if (fate == Fate::cut && random_.happens(0.5)) return {};
    const auto folders = all_folders();
    std::vector<std::size_t> counts(folders.size());
    const auto at = std::find(folders.begin(), folders.end(), folder) - folders.begin();
    counts[static_cast<std::size_t>(at)] = folder->unsynced_names.size();
    keep_names(folders, counts);
    return {};
  });
}

namespace {

void add_folder(const std::shared_ptr<DiskNode>& node, std::set<const DiskNode*>& seen,
                std::vector<std::shared_ptr<DiskNode>>& into) {
  if (node == nullptr || !node->is_directory || !seen.insert(node.get()).second) return;
  into.push_back(node);
}

}  // namespace

// By both trees, in an order that does not depend on addresses.
std::vector<SimDisk::Node> SimDisk::all_folders() const {
  std::set<const DiskNode*> seen;
  std::vector<Node> folders;
  add_folder(root_, seen, folders);
  for (std::size_t i = 0; i < folders.size(); ++i) {
    const Node folder = folders[i];
    for (const auto& [name, node] : folder->safe_names) add_folder(node, seen, folders);
    for (const auto& [name, node] : folder->names) add_folder(node, seen, folders);
    for (const auto& change : folder->unsynced_names) {
      for (const auto& [name, node] : change.names) add_folder(node, seen, folders);
    }
  }
  return folders;
}

void SimDisk::keep_names(const std::vector<Node>& folders, std::vector<std::size_t> counts) {
  // Half of a rename is never kept alone: its other folder keeps as much as that needs, and so on.
  std::set<std::uint64_t> kept;
  for (bool grown = true; grown;) {
    grown = false;
    for (std::size_t i = 0; i < folders.size(); ++i) {
      const auto& changes = folders[i]->unsynced_names;
      for (std::size_t k = 0; k < changes.size(); ++k) {
        if (kept.contains(changes[k].number)) counts[i] = std::max(counts[i], k + 1);
      }
      for (std::size_t k = 0; k < counts[i]; ++k) grown |= kept.insert(changes[k].number).second;
    }
  }
  for (std::size_t i = 0; i < folders.size(); ++i) folders[i]->make_names_safe(counts[i]);
}

void SimDisk::crash() {
  ++life_;
  const auto before = all_folders();
  std::vector<std::size_t> counts;
  for (const Node& folder : before) {
    counts.push_back(random_.below(folder->unsynced_names.size() + 1));
  }
  keep_names(before, counts);
  for (const Node& folder : before) {
    folder->unsynced_names.clear();
    folder->names = folder->safe_names;
  }
  for (const Node& folder : all_folders()) {
    for (const auto& [name, node] : folder->names) {
      node->locked = false;
      node->tear(random_);
    }
  }
}

}  // namespace rondo::world
