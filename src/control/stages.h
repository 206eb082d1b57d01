#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/result.h"
#include "connector/client.h"
#include "control/house.h"
#include "control/runner.h"

namespace rondo::control {

struct StageOptions {
  std::string resolver;  ///< DNS server "host:port" for mail checks; empty: the machine's own
  connector::YamlReader read_yaml = nullptr;
};

/// The one place that knows which stage makes which kind of asset. Holds a client per destination,
/// so that limits and breakers are shared by all steps. The house must outlive it.
class Stages {
 public:
  /// Makes no connection. Errors: those of connectors and their settings, with the destination's
  /// place.
  static Result<std::unique_ptr<Stages>> make(House& house, StageOptions options);

  /// The body of every step; the Stages must outlive it.
  [[nodiscard]] StepBody body();

 private:
  Stages(House& house, StageOptions options) : house_(house), options_(std::move(options)) {}
  Result<void> connect(const model::Destination& destination);
  [[nodiscard]] connector::Client& client(const std::string& destination);

  Task<Result<Json>> make_asset(const Asset& asset, const std::string& run_id,
                                model::Progress& progress);
  Result<Json> load_source(const Asset& asset, model::Progress& progress);
  Result<Json> collect_consent();
  Result<Json> resolve_identity();
  Result<Json> build_profiles();
  Result<Json> build_sql(const Asset& asset);
  Result<Json> join_outcome(const Asset& asset);
  Result<Json> give_feedback(const Asset& asset);
  Task<Result<Json>> enrich(const Asset& asset, const std::string& run_id,
                            model::Progress& progress);
  Task<Result<Json>> verify(model::Progress& progress);
  Task<Result<Json>> sync(const Asset& asset, const std::string& run_id, model::Progress& progress);

  House& house_;
  StageOptions options_;
  std::map<std::string, std::unique_ptr<connector::Client>> clients_;
};

}  // namespace rondo::control
