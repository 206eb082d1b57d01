#pragma once

#include <memory>

#include "warehouse/duckdb/connection.h"
#include "warehouse/warehouse.h"

namespace rondo::warehouse::duck {

class DuckSession final : public Session {
 public:
  explicit DuckSession(std::shared_ptr<Connection> connection)
      : connection_(std::move(connection)) {}

  Result<std::int64_t> execute(std::string_view sql, const Params& params) override;
  Result<Rows> query(std::string_view sql, const Params& params) override;
  Result<std::int64_t> ingest(std::string_view table, Batch batch, IngestMode mode) override;
  Result<void> transaction(const std::function<Result<void>()>& body) override;
  Result<std::vector<std::string>> tables(std::string_view schema) override;
  Result<std::vector<Column>> columns(std::string_view table) override;
  Result<std::vector<Column>> describe(std::string_view select) override;
  void cancel() override;
  [[nodiscard]] const Dialect& dialect() const override { return duckdb_dialect(); }
  [[nodiscard]] const Capabilities& capabilities() const override;

 private:
  /// Runs all statements but the last and prepares that one, its parameters bound.
  Result<Prepared> run_to_last(std::string_view sql, const Params& params);
  Result<std::int64_t> append(std::string_view table, Batch batch, IngestMode mode);

  std::shared_ptr<Connection> connection_;
  bool in_transaction_ = false;
};

}  // namespace rondo::warehouse::duck
