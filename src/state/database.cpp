#include "state/database.h"

#include <fmt/core.h>

#include "base/check.h"
#include "state/sqlite_connection.h"

namespace rondo::state {
namespace {

struct Binder {
  sqlite3_stmt* statement;
  int index;

  int operator()(std::monostate) const { return sqlite3_bind_null(statement, index); }
  int operator()(std::int64_t value) const { return sqlite3_bind_int64(statement, index, value); }
  int operator()(double value) const { return sqlite3_bind_double(statement, index, value); }
  int operator()(const std::string& value) const {
    return sqlite3_bind_text64(statement, index, value.data(), value.size(), SQLITE_TRANSIENT,
                               SQLITE_UTF8);
  }
};

Result<void> bind_values(sqlite3_stmt* statement, const std::vector<Value>& values) {
  const int wanted = sqlite3_bind_parameter_count(statement);
  if (static_cast<std::size_t>(wanted) != values.size()) {
    return fail(ErrorKind::permanent, "R0222",
                fmt::format("the SQL has {} parameters and got {}", wanted, values.size()));
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    const int code = std::visit(Binder{statement, static_cast<int>(i + 1)}, values[i]);
    PROMISE(code == SQLITE_OK);  // the index is in range; a text beyond SQLite's 1 GB is a defect
  }
  return {};
}

class SqliteDatabase;

}  // namespace

class Statement::Implementation {
 public:
  Implementation(std::shared_ptr<SqliteConnection> connection, SqliteConnection::Prepared statement)
      : connection_(std::move(connection)), statement_(std::move(statement)) {}
  ~Implementation() { connection_->give_back(std::move(statement_)); }
  Implementation(const Implementation&) = delete;
  Implementation& operator=(const Implementation&) = delete;

  Result<bool> next() { return connection_->step(get(), sqlite3_sql(get())); }
  [[nodiscard]] sqlite3_stmt* get() const { return statement_.get(); }

 private:
  std::shared_ptr<SqliteConnection> connection_;
  SqliteConnection::Prepared statement_;
};

Statement::Statement(std::unique_ptr<Implementation> implementation)
    : implementation_(std::move(implementation)) {}
Statement::Statement(Statement&&) noexcept = default;
Statement::~Statement() = default;

Result<bool> Statement::next() { return implementation_->next(); }
bool Statement::is_null(int column) const {
  return sqlite3_column_type(implementation_->get(), column) == SQLITE_NULL;
}
std::int64_t Statement::int64(int column) const {
  return sqlite3_column_int64(implementation_->get(), column);
}
double Statement::float64(int column) const {
  return sqlite3_column_double(implementation_->get(), column);
}
std::string Statement::text(int column) const {
  const unsigned char* bytes = sqlite3_column_text(implementation_->get(), column);
  const int size = sqlite3_column_bytes(implementation_->get(), column);
  if (bytes == nullptr) return {};
  return {reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size)};
}

namespace {

class SqliteDatabase final : public Database {
 public:
  explicit SqliteDatabase(std::shared_ptr<SqliteConnection> connection)
      : connection_(std::move(connection)) {}

  Result<std::int64_t> execute(std::string_view sql, const std::vector<Value>& values) override {
    const sqlite3_int64 before = sqlite3_total_changes64(connection_->handle());
    while (!sql.empty()) {
      TRY_ASSIGN(const std::string_view rest, run_first(sql, values));
      sql = rest;
    }
    return sqlite3_total_changes64(connection_->handle()) - before;
  }

  Result<Statement> query(std::string_view sql, const std::vector<Value>& values) override {
    std::string_view rest;
    TRY_ASSIGN(auto statement, connection_->take(sql, rest));
    if (statement == nullptr || !rest.empty()) {
      return fail(ErrorKind::permanent, "R0222", "a query is one statement");
    }
    auto rows = std::make_unique<Statement::Implementation>(connection_, std::move(statement));
    TRY(bind_values(rows->get(), values));
    return Statement(std::move(rows));
  }

  Result<void> transaction(const std::function<Result<void>()>& body) override;

  [[nodiscard]] std::int64_t last_insert_id() const override {
    return sqlite3_last_insert_rowid(connection_->handle());
  }

 private:
  Result<void> commit();
  /// Runs the first statement of `sql` to its end; the rest of the text.
  Result<std::string_view> run_first(std::string_view sql, const std::vector<Value>& values) {
    std::string_view rest;
    TRY_ASSIGN(auto statement, connection_->take(sql, rest));
    if (statement == nullptr) return rest;  // blank, or a comment
    const Statement::Implementation run(connection_, std::move(statement));
    TRY(bind_values(run.get(), values));
    while (true) {
      TRY_ASSIGN(const bool row, connection_->step(run.get(), sql));
      if (!row) return rest;
    }
  }

  std::shared_ptr<SqliteConnection> connection_;
  bool in_transaction_ = false;
};

/// Undoes what was begun unless it was committed; whatever way it is left.
class Undo {
 public:
  Undo(sqlite3* handle, bool& flag) : handle_(handle), flag_(flag) { flag_ = true; }
  Undo(const Undo&) = delete;
  Undo& operator=(const Undo&) = delete;
  ~Undo() {
    flag_ = false;
    // SQLite has rolled back by itself after some failures: then there is nothing left to undo.
    if (sqlite3_get_autocommit(handle_) == 0) {
      sqlite3_exec(handle_, "ROLLBACK", nullptr, nullptr, nullptr);
    }
  }

 private:
  sqlite3* handle_;
  bool& flag_;
};

Result<void> SqliteDatabase::commit() {
  auto committed = execute("COMMIT", {});
  if (committed) return {};
  Error error = std::move(committed).error();
  // The log may hold the whole transaction or nothing of it: only the next start will tell.
  const int code = sqlite3_extended_errcode(connection_->handle());
  if (code == SQLITE_IOERR_FSYNC) error.kind = ErrorKind::unknown_outcome;
  return fail(std::move(error));
}

Result<void> SqliteDatabase::transaction(const std::function<Result<void>()>& body) {
  PROMISE(!in_transaction_);
  TRY(execute("BEGIN IMMEDIATE", {}));
  const Undo undo(connection_->handle(), in_transaction_);
  TRY(body());
  return commit();
}

}  // namespace

Result<std::unique_ptr<Database>> open_database(world::Disk& disk, const std::string& path) {
  TRY_ASSIGN(auto connection, SqliteConnection::open(disk, path));
  return std::unique_ptr<Database>(std::make_unique<SqliteDatabase>(std::move(connection)));
}

}  // namespace rondo::state
