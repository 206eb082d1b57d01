#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "world/disk.h"

namespace rondo::state {

using Value = std::variant<std::monostate, std::int64_t, double, std::string>;

/// The rows of one statement; valid until the next use of the same Database.
class Statement {
 public:
  class Implementation;
  explicit Statement(std::unique_ptr<Implementation> implementation);
  Statement(Statement&&) noexcept;
  ~Statement();
  Result<bool> next();
  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] std::int64_t int64(int column) const;
  [[nodiscard]] double float64(int column) const;
  [[nodiscard]] std::string text(int column) const;

 private:
  std::unique_ptr<Implementation> implementation_;
};

/// Rondo's own small truths: journal, outbox, spend. SQLite, write-ahead log, synchronous=FULL:
/// what a transaction returned is safe from a power cut. One connection, one thread, one process
/// (R0224 names it).
///
/// Errors: R0221 the file cannot be opened or is damaged, R0222 a statement failed, R0223 no space
/// left, R0225 the file was written by a newer version.
class Database {
 public:
  virtual ~Database() = default;
  virtual Result<std::int64_t> execute(std::string_view sql,
                                       const std::vector<Value>& values = {}) = 0;
  virtual Result<Statement> query(std::string_view sql, const std::vector<Value>& values = {}) = 0;
  /// All or nothing, on disk when it returns. Not nested.
  virtual Result<void> transaction(const std::function<Result<void>()>& body) = 0;
  [[nodiscard]] virtual std::int64_t last_insert_id() const = 0;

  /// Brings the tables of `part` ("outbox", "journal") to `steps.size()`, running the missing ones
  /// in order, each once, in one transaction. Steps are never edited after a release, only added.
  Result<void> migrate(std::string_view part, const std::vector<std::string_view>& steps);
};

/// Through the World's disk in every byte (a SQLite VFS over world::Disk), so that a simulated
/// power cut hits it too. `disk` must outlive the database. An empty path is a database in memory.
[[nodiscard]] Result<std::unique_ptr<Database>> open_database(world::Disk& disk,
                                                              const std::string& path);

}  // namespace rondo::state
