#include "state/sqlite_connection.h"

#include <fmt/core.h>

#include "base/check.h"
#include "base/text.h"

namespace rondo::state {
namespace {

struct Meaning {
  ErrorKind kind;
  std::string_view code;
  std::string_view hint;
};

Meaning meaning_of(int code) {
  switch (code & 0xFF) {
    case SQLITE_FULL:
      return {ErrorKind::transient, "R0223", "make room on the disk and start again"};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {ErrorKind::permanent, "R0221",
              "keep the damaged file and restore it from a backup; never delete its -wal file"};
    case SQLITE_CANTOPEN: return {ErrorKind::permanent, "R0221", ""};
    case SQLITE_CONSTRAINT: return {ErrorKind::rejected, "R0222", ""};
    default: return {ErrorKind::permanent, "R0222", ""};
  }
}

/// SQLite quotes tables and columns, never values.
std::string said_about(sqlite3* handle, int code) {
  const char* said = handle == nullptr ? nullptr : sqlite3_errmsg(handle);
  return said != nullptr && sqlite3_errcode(handle) != SQLITE_OK ? said : sqlite3_errstr(code);
}

std::string first_words(std::string_view sql) {
  constexpr std::size_t characters_max = 60;
  const std::string_view shown = trim(sql).substr(0, characters_max);
  return replace_all(std::string(shown), "\n", " ");
}

}  // namespace

Error SqliteConnection::error(int code, std::string_view sql) const {
  const Meaning meaning = meaning_of(code);
  Error error{meaning.kind, std::string(meaning.code), "", std::string(meaning.hint)};
  const std::string said = said_about(handle_, code);
  error.message = sql.empty() ? fmt::format("{}: {}", path_, said)
                              : fmt::format("{} (in: {})", said, first_words(sql));
  if (vfs_ != nullptr && vfs_->last_failure()) {
    error.cause = std::make_shared<const Error>(*vfs_->last_failure());
  }
  return error;
}

Result<void> SqliteConnection::open_file(const std::string& path, const char* vfs_name) {
  constexpr int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  if (const int code = sqlite3_open_v2(path.c_str(), &handle_, flags, vfs_name);
      code != SQLITE_OK) {
    return fail(error(code, ""));
  }
  sqlite3_extended_result_codes(handle_, 1);
  // Exclusive before the first touch of the log: then SQLite needs no shared memory for it.
  // The count reads the file's first page, so a file that is none shows now.
  for (const char* sql :
       {"PRAGMA locking_mode = EXCLUSIVE", "PRAGMA temp_store = MEMORY",
        "PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA trusted_schema = OFF",
        "PRAGMA cell_size_check = ON", "SELECT count(*) FROM sqlite_schema"}) {
    const int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return fail(error(code, ""));
  }
  return {};
}

Result<std::shared_ptr<SqliteConnection>> SqliteConnection::open(world::Disk& disk,
                                                                 const std::string& path) {
  std::shared_ptr<SqliteConnection> connection(new SqliteConnection());
  connection->path_ = path.empty() ? "the database in memory" : path;
  connection->vfs_ = std::make_unique<SqliteVfs>(disk);
  if (path.empty()) {
    TRY(connection->open_file(":memory:", connection->vfs_->name()));
    return connection;
  }
  auto lock = disk.lock(path + ".lock");
  if (!lock && lock.error().code != "R0024") {
    return fail(wrap(std::move(lock).error(), "R0221", path + " cannot be opened"));
  }
  if (!lock) return fail(wrap(std::move(lock).error(), "R0224", path + " is in use"));
  connection->lock_ = *std::move(lock);
  TRY(connection->open_file(path, connection->vfs_->name()));
  return connection;
}

SqliteConnection::~SqliteConnection() {
  idle_.clear();
  PROMISE(sqlite3_close(handle_) == SQLITE_OK);  // refused only while a statement is alive
}

Result<SqliteConnection::Prepared> SqliteConnection::take(std::string_view sql,
                                                          std::string_view& rest) {
  rest = {};
  if (const auto found = idle_.find(std::string(sql)); found != idle_.end()) {
    Prepared statement = std::move(found->second);
    idle_.erase(found);
    return statement;
  }
  sqlite3_stmt* made = nullptr;
  const char* tail = nullptr;
  const int code =
      sqlite3_prepare_v2(handle_, sql.data(), static_cast<int>(sql.size()), &made, &tail);
  Prepared statement(made);
  if (code != SQLITE_OK) return fail(error(code, sql));
  rest = trim(sql.substr(static_cast<std::size_t>(tail - sql.data())));
  return statement;
}

void SqliteConnection::give_back(Prepared statement) {
  if (statement == nullptr) return;
  sqlite3_reset(statement.get());
  sqlite3_clear_bindings(statement.get());
  if (idle_.size() >= statements_max) idle_.clear();
  std::string sql = sqlite3_sql(statement.get());
  idle_[std::move(sql)] = std::move(statement);
}

Result<bool> SqliteConnection::step(sqlite3_stmt* statement, std::string_view sql) {
  if (vfs_ != nullptr) vfs_->forget_failure();
  const int code = sqlite3_step(statement);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return fail(error(code, sql));
}

}  // namespace rondo::state
