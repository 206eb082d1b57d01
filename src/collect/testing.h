// What the tests of this room share.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "collect/collector.h"
#include "collect/record.h"
#include "log/log.h"
#include "log/reader.h"
#include "model/project.h"
#include "world/sim/sim_world.h"

namespace rondo::collect::testing {

inline const std::string log_folder = "state/log";

inline model::ContractColumn column(std::string name, model::ColumnType type, bool required) {
  model::ContractColumn made;
  made.name = std::move(name);
  made.type = type;
  made.required = required;
  return made;
}

/// A shop: source web (key "k1") with two contracts, source app (key "wk_id:secret") that refuses
/// unknown events.
inline model::Project shop() {
  using model::ColumnType;
  model::Project project;
  model::Contract order;
  order.name = "order_completed";
  order.columns = {column("order_id", ColumnType::text, true),
                   column("total", ColumnType::float64, true),
                   column("address.city", ColumnType::text, false)};
  order.columns[1].minimum = 0;
  model::Contract signup;
  signup.name = "signup";
  signup.columns = {column("email", ColumnType::text, true)};
  project.contracts = {order, signup};
  model::Source web;
  web.name = "web";
  web.type = "tracking";
  web.write_keys = {"k1", "k1-second"};
  web.events = {{"Order Completed", "order_completed", {}},
                {"Product Viewed", "", {}},
                {"identify", "signup", {}}};
  web.unknown_events = model::UnknownEvents::quarantine;
  model::Source app;
  app.name = "app";
  app.type = "tracking";
  app.write_keys = {"wk_id:secret"};
  app.events = {{"Opened", "", {}}};
  app.unknown_events = model::UnknownEvents::reject;
  model::Source open;
  open.name = "open";
  open.type = "tracking";
  open.write_keys = {"k3"};
  project.sources = {web, app, open};
  model::IdentifierRule user_id;
  user_id.type = "user_id";
  model::IdentifierRule email;
  email.type = "email";
  email.normalise = model::Normaliser::email;
  email.block = {"test@*"};
  model::IdentifierRule anonymous_id;
  anonymous_id.type = "anonymous_id";
  project.identity.identifiers = {user_id, email, anonymous_id};
  return project;
}

/// A collector with its log in a simulated world.
class Station {
 public:
  explicit Station(world::SimOptions options = {}, CollectorOptions collecting = {},
                   std::uint64_t segment_bytes_max = 1U << 20)
      : sim_(options), collecting_(collecting), segment_bytes_max_(segment_bytes_max) {
    start();
  }

  void start() {
    auto opened = log::Log::open(
        sim_.view().disk, {.directory = log_folder, .segment_bytes_max = segment_bytes_max_});
    REQUIRE_MESSAGE(opened, opened.error().text());
    log_ = std::move(*opened);
    collector_ = std::make_unique<Collector>(sim_.view(), *log_, project_, collecting_);
    REQUIRE(collector_->remember(log_folder, log_->durable_end()));
  }
  void start_again() {
    collector_.reset();
    log_.reset();
    start();
  }

  world::HttpResponse ask(world::HttpRequest request) {
    auto answer = sim_.run(collector_->handle(std::move(request)));
    REQUIRE(answer);
    return std::move(*answer);
  }
  world::HttpResponse post(const std::string& path, std::string body, world::Headers headers = {}) {
    world::HttpRequest request{.method = "POST", .url = path, .body = std::move(body)};
    request.headers = std::move(headers);
    return ask(std::move(request));
  }
  /// To /v1/batch with the first key of source web.
  world::HttpResponse post_batch(std::string body) {
    return post("/v1/batch", std::move(body), {{"X-Write-Key", "k1"}});
  }

  struct Kept {
    log::Offset offset = 0;
    std::string bytes;
    LogRecord record;
  };
  /// Every record of the log, decoded.
  std::vector<std::unique_ptr<Kept>> records() {
    std::vector<std::unique_ptr<Kept>> all;
    auto reader = log::Reader::open(sim_.view().disk, log_folder, 0, log_->durable_end());
    REQUIRE(reader);
    while (true) {
      const auto found = reader->next();
      REQUIRE(found);
      if (!*found) return all;
      auto kept = std::make_unique<Kept>();
      kept->offset = (*found)->offset;
      kept->bytes = (*found)->payload;
      const auto decoded = decode(kept->bytes);
      REQUIRE(decoded);
      kept->record = *decoded;
      all.push_back(std::move(kept));
    }
  }
  const Counters& counters(const std::string& source) {
    return collector_->counters().sources.at(source);
  }
  Collector& collector() { return *collector_; }
  log::Log& log() { return *log_; }
  world::SimWorld& sim() { return sim_; }
  model::Project& project() { return project_; }

 private:
  world::SimWorld sim_;
  model::Project project_ = shop();
  CollectorOptions collecting_;
  std::uint64_t segment_bytes_max_;
  std::unique_ptr<log::Log> log_;
  std::unique_ptr<Collector> collector_;
};

}  // namespace rondo::collect::testing
