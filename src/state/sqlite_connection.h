#pragma once

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include <sqlite3.h>

#include "state/database.h"
#include "state/sqlite_vfs.h"

namespace rondo::state {

/// One open SQLite file and its prepared statements; shared by a Database and its Statements.
class SqliteConnection {
 public:
  /// Closed in reverse order: statements, connection, file system, lock.
  static Result<std::shared_ptr<SqliteConnection>> open(world::Disk& disk, const std::string& path);
  ~SqliteConnection();
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  static constexpr std::size_t statements_max = 128;  ///< kept prepared

  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  using Prepared = std::unique_ptr<sqlite3_stmt, Finalize>;

  /// A statement that is nobody else's until it is given back. `rest` is what follows its ';'.
  Result<Prepared> take(std::string_view sql, std::string_view& rest);
  void give_back(Prepared statement);
  /// One step; true if there is a row.
  Result<bool> step(sqlite3_stmt* statement, std::string_view sql);

  [[nodiscard]] sqlite3* handle() const { return handle_; }
  /// What the last failed call was about.
  [[nodiscard]] Error error(int code, std::string_view sql) const;

 private:
  SqliteConnection() = default;
  Result<void> open_file(const std::string& path, const char* vfs_name);

  std::string path_;
  std::unique_ptr<world::File> lock_;
  std::unique_ptr<SqliteVfs> vfs_;
  sqlite3* handle_ = nullptr;
  std::unordered_map<std::string, Prepared> idle_;
};

}  // namespace rondo::state
