#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "world/disk.h"
#include "world/sim/sim_core.h"
#include "world/sim/sim_random.h"

namespace rondo::world {

/// A file or a folder as the disk keeps it, twice: as the program sees it, and as a power cut
/// leaves it.
struct DiskNode {
  using Names = std::map<std::string, std::shared_ptr<DiskNode>>;

  struct Write {
    std::uint64_t number;  ///< the how-manieth of this file
    std::uint64_t offset;  ///< for a truncation the new size
    bool truncates;
    std::string bytes;
  };
  /// One step that happens whole or not at all. Both halves of a rename between folders share a
  /// number.
  struct NameChange {
    std::uint64_t number;
    std::vector<std::pair<std::string, std::shared_ptr<DiskNode>>> names;  ///< null: the name goes
  };

  explicit DiskNode(bool directory) : is_directory(directory) {}

  const bool is_directory;
  // a file
  std::string bytes;
  std::string safe_bytes;
  std::vector<Write> unsynced;
  std::uint64_t writes = 0;
  bool locked = false;
  // a folder
  Names names;
  Names safe_names;
  std::vector<NameChange> unsynced_names;

  void write(std::uint64_t offset, std::string_view what);
  void truncate(std::uint64_t size);
  /// Writes up to `number` become safe, as a sync that succeeds makes them.
  void make_safe(std::uint64_t number);
  /// Writes up to `number` are gone, as after a sync that failed.
  void lose(std::uint64_t number);
  /// The power goes off: a random part of the last write may have come through.
  void tear(SimRandom& random);
  /// The first `count` changes become safe.
  void make_names_safe(std::size_t count);
};

[[nodiscard]] Error power_is_off();

/// A disk in memory that forgets what it may forget.
///
/// A power cut leaves of every file what was synced, and of its last write after that a random
/// prefix; of every folder the names that were synced, and of the changes since then a random
/// number from the first one on. A rename is whole or not at all, between folders too. The same
/// folder tree is there for both kinds of machines, but code of others should have no business
/// here.
class SimDisk final : public Disk {
 public:
  explicit SimDisk(SimCore& core);

  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override;
  Result<bool> exists(const std::string& path) override;
  Result<std::vector<DirectoryEntry>> list(const std::string& directory) override;
  Result<void> make_directories(const std::string& path) override;
  Result<void> rename(const std::string& from, const std::string& to) override;
  Result<void> remove(const std::string& path) override;
  Result<void> sync_directory(const std::string& directory) override;
  Result<std::unique_ptr<File>> lock(const std::string& path) override;

  /// What the power cut leaves; files that were open stay closed.
  void crash();

 private:
  friend class SimFile;
  using Node = std::shared_ptr<DiskNode>;

  struct Place {  ///< where a path leads: the node may be missing, its folder is there
    Node folder;
    std::string name;
    Node node;
  };

  [[nodiscard]] static std::vector<std::string> parts_of(const std::string& path);
  [[nodiscard]] Result<Place> find(const std::string& path) const;
  [[nodiscard]] Result<Node> find_folder(const std::string& path) const;
  void put(const Node& folder, const std::string& name, const Node& node);
  Result<Node> open_node(const std::string& path, OpenMode mode);
  Result<std::vector<DirectoryEntry>> list_found(const std::string& directory) const;
  Result<void> make_found(const std::string& path);
  Result<void> rename_found(const std::string& from, const std::string& to);
  Result<void> remove_found(const std::string& path);
  [[nodiscard]] std::vector<Node> all_folders() const;
  /// Of each folder the first `counts` changes become safe, and what hangs on them.
  static void keep_names(const std::vector<Node>& folders, std::vector<std::size_t> counts);

  /// Counts one operation, runs `body(fate)`, traces its result. Nothing happens while the power is
  /// off.
  template <class Body>
  auto operate(const std::string& what, Body body) -> decltype(body(SimCore::Fate::done));

  SimCore& core_;
  SimRandom random_;
  Node root_;
  std::uint64_t life_ = 1;  ///< files opened in an earlier one are closed
  std::uint64_t name_changes_ = 0;
};

template <class Body>
auto SimDisk::operate(const std::string& what, Body body) -> decltype(body(SimCore::Fate::done)) {
  const SimCore::Fate fate = core_.begin_operation();
  if (fate == SimCore::Fate::off) return fail(power_is_off());
  auto result = body(fate);
  core_.note("disk " + what + (result ? " ok" : " " + result.error().code));
  if (fate == SimCore::Fate::cut) return fail(power_is_off());
  return result;
}

}  // namespace rondo::world
