#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "connector/connector.h"
#include "control/house.h"
#include "control/runner.h"
#include "sync/destinations.h"

namespace rondo::control {

struct StageOptions {
  std::string resolver;  ///< DNS server "host:port" for mail checks; empty: the machine's own
  connector::YamlReader read_yaml = nullptr;
};

/// The one place that knows which stage makes which kind of asset. Holds the open destinations, so
/// that limits and breakers are shared by all steps. The house must outlive it.
class Stages {
 public:
  Stages(House& house, StageOptions options);

  /// The body of every step; the Stages must outlive it.
  [[nodiscard]] StepBody body();

 private:
  Task<Result<Json>> make_asset(const Asset& asset, const std::string& run_id,
                                model::Progress& progress);
  Result<Json> make_here(const Asset& asset, model::Progress& progress);

  Result<Json> load_source(const Asset& asset, model::Progress& progress);
  Result<Json> collect_consent();
  Result<Json> resolve_identity();
  Result<Json> build_profiles();
  Result<Json> build_sql(const Asset& asset, model::SqlKind kind);
  Result<Json> trace_outcome(const Asset& asset);
  Result<Json> give_feedback(const Asset& asset);
  Task<Result<Json>> run_enrichment(const Asset& asset, const std::string& run_id,
                                    model::Progress& progress);
  Task<Result<Json>> verify_addresses(model::Progress& progress);
  Task<Result<Json>> run_sync(const Asset& asset, const std::string& run_id,
                              model::Progress& progress);

  [[nodiscard]] Time now() const { return house_.world().clock.now(); }

  House& house_;
  StageOptions options_;
  sync::Destinations destinations_;
};

}  // namespace rondo::control
