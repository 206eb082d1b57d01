#include "control/graph.h"

#include <algorithm>

#include <doctest/doctest.h>

namespace rondo::control {
namespace {

model::Project shop() {
  model::Project project;
  project.sources.resize(1);
  project.sources[0].name = "web";
  const auto sql = [&](model::SqlKind kind, const char* name, std::vector<std::string> reads) {
    model::SqlAsset asset;
    asset.kind = kind;
    asset.name = name;
    asset.reads = std::move(reads);
    project.sql_assets.push_back(asset);
  };
  sql(model::SqlKind::audience, "rich", {"trait:value", "profiles"});
  sql(model::SqlKind::trait, "value", {"model:orders"});
  sql(model::SqlKind::model, "orders", {"source:web.Order Completed", "identifiers"});
  model::OutcomeRule bounces;
  bounces.name = "bounces";
  bounces.from = "source:web.Email Bounced";
  project.outcomes.push_back(bounces);
  model::FeedbackRule feedback;
  feedback.name = "stop";
  feedback.outcome = "bounces";
  project.feedback.push_back(feedback);
  model::Sync sync;
  sync.name = "crm";
  sync.from = "audience:rich";
  sync.verify_email = true;
  project.syncs.push_back(sync);
  return project;
}

std::ptrdiff_t place(const std::vector<std::string>& ids, const char* id) {
  const auto found = std::find(ids.begin(), ids.end(), id);
  REQUIRE_MESSAGE(found != ids.end(), id);
  return found - ids.begin();
}

TEST_CASE(
    "every asset runs after all that it reads, and what was measured stops a delivery before it "
    "starts") {
  const auto graph = AssetGraph::of(shop()).value();
  const auto ids = graph.select("").value();
  CHECK(ids.size() == graph.assets().size());
  for (const Asset& asset : graph.assets()) {
    for (const auto& read : asset.upstream)
      CHECK(place(ids, read.c_str()) < place(ids, asset.id.c_str()));
  }
  CHECK(place(ids, "feedback:stop") < place(ids, "sync:crm"));
  CHECK(place(ids, "verify") < place(ids, "sync:crm"));
}

TEST_CASE("a selection takes names, kinds, upstream and downstream") {
  const auto graph = AssetGraph::of(shop()).value();
  using Ids = std::vector<std::string>;
  CHECK(graph.select("model:orders").value() == Ids{"model:orders"});
  CHECK(graph.select("orders").value() == Ids{"model:orders"});
  CHECK(graph.select("trait:*").value() == Ids{"trait:value"});
  CHECK(graph.select("+trait:value").value() ==
        Ids{"source:web", "identity", "model:orders", "trait:value"});
  CHECK(graph.select("audience:rich+").value() == Ids{"audience:rich", "verify", "sync:crm"});
  const auto wrong = graph.select("sync:cmr");
  REQUIRE(!wrong);
  CHECK(wrong.error().code == "R0801");
  CHECK(wrong.error().hint.find("sync:crm") != std::string::npos);
}

TEST_CASE("assets that wait for each other are refused by name") {
  auto project = shop();
  project.outcomes[0].from = "model:loop";
  model::SqlAsset asset;
  asset.name = "loop";
  asset.reads = {"profiles"};
  project.sql_assets.push_back(asset);
  const auto graph = AssetGraph::of(project);
  REQUIRE(!graph);
  CHECK(graph.error().code == "R0802");
  CHECK(graph.error().message.find("model:loop") != std::string::npos);
}

}  // namespace
}  // namespace rondo::control
