#include "distant_warehouse.h"

#include <utility>

#include "base/check.h"
#include "base/hash.h"

namespace rondo::simtest {
namespace {

using warehouse::Batch;
using warehouse::Column;
using warehouse::IngestMode;
using warehouse::Params;
using warehouse::Rows;
using warehouse::Session;

class WireSession final : public Session {
 public:
  WireSession(std::unique_ptr<Session> there, world::World world)
      : there_(std::move(there)), world_(world) {}

  Result<std::int64_t> execute(std::string_view sql, const Params& params) override {
    return both_ways(sql, [&] { return there_->execute(sql, params); });
  }
  Result<Rows> query(std::string_view sql, const Params& params) override {
    return both_ways(sql, [&] { return there_->query(sql, params); });
  }
  Result<std::int64_t> ingest(std::string_view table, Batch batch, IngestMode mode) override {
    return both_ways(table, [&] { return there_->ingest(table, std::move(batch), mode); });
  }
  Result<void> transaction(const std::function<Result<void>()>& body) override {
    return both_ways("transaction", [&] {
      return there_->transaction([&]() -> Result<void> {
        TRY(body());
        return travel("commit");
      });
    });
  }
  Result<std::vector<std::string>> tables(std::string_view schema) override {
    return both_ways(schema, [&] { return there_->tables(schema); });
  }
  Result<std::vector<Column>> columns(std::string_view table) override {
    return both_ways(table, [&] { return there_->columns(table); });
  }
  Result<std::vector<Column>> describe(std::string_view select) override {
    return both_ways(select, [&] { return there_->describe(select); });
  }
  void cancel() override { there_->cancel(); }
  [[nodiscard]] const warehouse::Dialect& dialect() const override { return there_->dialect(); }
  [[nodiscard]] const warehouse::Capabilities& capabilities() const override {
    return there_->capabilities();
  }

 private:
  // The disk knows whether there is power; a look at it is the cheapest operation of the world.
  Result<void> travel(std::string_view what) {
    auto looked = world_.disk.exists("/to-the-warehouse/" + content_hash(what).hex().substr(0, 8));
    if (!looked) return fail(looked.error());
    return {};
  }

  template <class Work>
  auto both_ways(std::string_view what, Work work) -> decltype(work()) {
    TRY(travel(what));
    auto answer = work();
    TRY(travel("back"));
    return answer;
  }

  std::unique_ptr<Session> there_;
  world::World world_;
};

class Wire final : public warehouse::Warehouse {
 public:
  Wire(DatabaseServer& server, world::World world) : server_(server), world_(world) {}
  Result<std::unique_ptr<Session>> connect() override {
    TRY_ASSIGN(auto session, server_.warehouse().connect());
    // With a few dozen rows planning costs more than running.
    TRY(session->execute("PRAGMA disable_optimizer"));
    return std::unique_ptr<Session>(std::make_unique<WireSession>(std::move(session), world_));
  }
  [[nodiscard]] std::string description() const override {
    return server_.warehouse().description();
  }

 private:
  DatabaseServer& server_;
  world::World world_;
};

}  // namespace

DatabaseServer::DatabaseServer() {
  warehouse::DuckdbOptions options;
  options.threads = 1;
  auto opened = warehouse::open_duckdb("", options);
  PROMISE(opened.has_value());
  warehouse_ = std::move(*opened);
}

void DatabaseServer::wipe() {
  auto session = warehouse_->connect();
  PROMISE(session.has_value());
  for (const char* schema : {"audiences", "traits", "models", "raw", "rondo"}) {
    const auto dropped =
        (*session)->execute(std::string("drop schema if exists ") + schema + " cascade");
    PROMISE(dropped.has_value());
  }
}

Result<std::vector<std::string>> DatabaseServer::rows(std::string_view sql) {
  TRY_ASSIGN(const auto session, warehouse_->connect());
  TRY_ASSIGN(auto answer, session->query(sql));
  std::vector<std::string> found;
  while (true) {
    TRY_ASSIGN(const bool more, answer.next());
    if (!more) return found;
    std::string line;
    for (std::size_t i = 0; i < answer.columns().size(); ++i) {
      if (i > 0) line += " | ";
      line += answer.is_null(i) ? "-" : std::string(answer.text(i));
    }
    found.push_back(std::move(line));
  }
}

std::unique_ptr<warehouse::Warehouse> over_the_wire(DatabaseServer& server, world::World world) {
  return std::make_unique<Wire>(server, world);
}

}  // namespace rondo::simtest
