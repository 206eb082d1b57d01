#include <fmt/core.h>

#include "base/text.h"
#include "warehouse/duckdb/duck_error.h"
#include "warehouse/duckdb/duck_session.h"

namespace rondo::warehouse {
namespace duck {
namespace {

constexpr std::string_view pinned_version = "v1.5.5";

class DuckWarehouse final : public Warehouse {
 public:
  DuckWarehouse(std::shared_ptr<Database> database, std::string path)
      : database_(std::move(database)), path_(std::move(path)) {}

  Result<std::unique_ptr<Session>> connect() override {
    auto connection = std::make_shared<Connection>();
    connection->database = database_;
    if (duckdb_connect(database_->get(), connection->handle.out()) != DuckDBSuccess) {
      return fail(ErrorKind::permanent, "R0206", "the warehouse gives no connection");
    }
    // Times without a zone are UTC everywhere; errors as JSON carry their place in the SQL.
    TRY(connection->command("SET TimeZone = 'UTC'; SET errors_as_json = true"));
    return std::unique_ptr<Session>(std::make_unique<DuckSession>(std::move(connection)));
  }

  [[nodiscard]] std::string description() const override {
    return fmt::format("DuckDB {}, {}", pinned_version.substr(1),
                       path_.empty() ? "in memory" : path_);
  }

 private:
  std::shared_ptr<Database> database_;
  std::string path_;
};

Result<void> set(Config& config, const char* name, const std::string& value) {
  if (duckdb_set_config(config.get(), name, value.c_str()) == DuckDBSuccess) return {};
  return fail(ErrorKind::permanent, "R0206",
              fmt::format("the warehouse does not take {} = {}", name, value));
}

Result<Config> make_config(const DuckdbOptions& options) {
  Config config;
  if (duckdb_create_config(config.out()) != DuckDBSuccess) {
    return fail(ErrorKind::permanent, "R0206", "the warehouse gives no configuration");
  }
  const auto flag = [](bool value) { return std::string(value ? "true" : "false"); };
  TRY(set(config, "threads", fmt::format("{}", options.threads)));
  TRY(set(config, "enable_external_access", flag(options.reads_files)));
  if (options.memory_bytes_max > 0) {
    TRY(set(config, "memory_limit", fmt::format("{}B", options.memory_bytes_max)));
  }
  // What is not built in is never fetched: a warehouse must open the same way without a network.
  TRY(set(config, "autoinstall_known_extensions", "false"));
  TRY(set(config, "autoload_known_extensions", "false"));
  return config;
}

/// A file that this process has open already is shared with its first opener. DuckDB's own lock is
/// one of the whole process: two engines in it would both write the file and destroy it.
duckdb_state open_file(const std::string& path, const Config& config, Database& into, char** said) {
  if (path.empty()) return duckdb_open_ext(nullptr, into.out(), config.get(), said);
  static const duckdb_instance_cache cache = duckdb_create_instance_cache();
  return duckdb_get_or_create_from_cache(cache, path.c_str(), into.out(), config.get(), said);
}

}  // namespace
}  // namespace duck

Result<std::unique_ptr<Warehouse>> open_duckdb(const std::string& path,
                                               const DuckdbOptions& options) {
  if (const std::string_view found = duckdb_library_version(); found != duck::pinned_version) {
    return fail(
        ErrorKind::permanent, "R0208",
        fmt::format("the DuckDB library is {}, this program needs {}", found, duck::pinned_version),
        "libduckdb.so must stand beside the program as it was shipped");
  }
  TRY_ASSIGN(const duck::Config config, duck::make_config(options));
  auto database = std::make_shared<duck::Database>();
  char* said = nullptr;
  if (duck::open_file(path, config, *database, &said) != DuckDBSuccess) {
    return fail(duck::to_open_error(duck::take_text(said), path));
  }
  return std::unique_ptr<Warehouse>(
      std::make_unique<duck::DuckWarehouse>(std::move(database), path));
}

}  // namespace rondo::warehouse
