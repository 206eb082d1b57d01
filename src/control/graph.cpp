#include "control/graph.h"

#include <algorithm>
#include <map>
#include <queue>
#include <set>

#include "base/text.h"

namespace rondo::control {
namespace {

using model::Project;
using model::SqlKind;

std::string id_of(std::string_view kind, std::string_view name) {
  return std::string(kind) + ":" + std::string(name);
}

// What SQL reads is written as "model:x", "source:web.Order Completed", "profiles", "events",
// "identifiers".
std::string asset_behind(const std::string& read) {
  if (read.starts_with("source:")) return read.substr(0, read.find('.'));
  if (read == "events" || read == "identifiers") return "identity";
  return read;
}

std::vector<std::string> sorted_unique(std::vector<std::string> ids) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

class Builder {
 public:
  explicit Builder(const Project& project) : project_(project) {
    add_collect_and_consolidate();
    add_measure();
    add_sql();
    add_activate();
  }

  Result<std::vector<Asset>> in_run_order() {
    std::map<std::string, std::size_t> open;
    std::map<std::string, std::vector<const Asset*>> readers;
    for (const Asset& asset : assets_) {
      open[asset.id] = asset.upstream.size();
      for (const auto& id : asset.upstream) readers[id].push_back(&asset);
    }
    const auto later = [](const Asset* a, const Asset* b) {
      return std::pair(a->kind, a->name) > std::pair(b->kind, b->name);
    };
    std::priority_queue<const Asset*, std::vector<const Asset*>, decltype(later)> ready(later);
    for (const Asset& asset : assets_) {
      if (asset.upstream.empty()) ready.push(&asset);
    }
    std::vector<Asset> order;
    while (!ready.empty()) {
      const Asset* next = ready.top();
      ready.pop();
      order.push_back(*next);
      for (const Asset* reader : readers[next->id]) {
        if (--open[reader->id] == 0) ready.push(reader);
      }
    }
    if (order.size() == assets_.size()) return order;
    std::vector<std::string> waiting;
    for (const auto& [id, count] : open) {
      if (count > 0) waiting.push_back(id);
    }
    return fail(ErrorKind::permanent, "R0802", "assets wait for each other: " + join(waiting, ", "),
                "an outcome cannot be made from a model that reads `profiles`");
  }

 private:
  void add(AssetKind kind, std::string name, std::vector<std::string> upstream) {
    std::string id = name.empty() ? std::string(name_of(kind)) : id_of(name_of(kind), name);
    assets_.push_back({std::move(id), kind, std::move(name), sorted_unique(std::move(upstream))});
  }

  void add_collect_and_consolidate() {
    std::vector<std::string> sources;
    for (const auto& source : project_.sources) {
      add(AssetKind::source, source.name, {});
      sources.push_back(id_of("source", source.name));
    }
    add(AssetKind::consent, "", sources);
    add(AssetKind::identity, "", sources);
  }

  void add_measure() {
    std::vector<std::string> settled{"identity", "consent"};
    for (const auto& outcome : project_.outcomes) {
      std::vector<std::string> reads{"identity"};
      reads.push_back(asset_behind(outcome.from));
      add(AssetKind::outcome, outcome.name, reads);
    }
    for (const auto& feedback : project_.feedback) {
      add(AssetKind::feedback, feedback.name, {id_of("outcome", feedback.outcome)});
      settled.push_back(id_of("feedback", feedback.name));
    }
    add(AssetKind::profiles, "", settled);
  }

  void add_sql() {
    for (const auto& asset : project_.sql_assets) {
      std::vector<std::string> reads;
      for (const auto& read : asset.reads) reads.push_back(asset_behind(read));
      const auto kind = asset.kind == SqlKind::model   ? AssetKind::model
                        : asset.kind == SqlKind::trait ? AssetKind::trait
                                                       : AssetKind::audience;
      add(kind, asset.name, reads);
    }
  }

  void add_activate() {
    for (const auto& enrichment : project_.enrichments) {
      add(AssetKind::enrichment, enrichment.name,
          {id_of("audience", enrichment.audience), "profiles", "consent"});
    }
    std::vector<std::string> verified{"profiles"};
    for (const auto& sync : project_.syncs) {
      if (!sync.verify_email) continue;
      verified.push_back(sync.from);
      add_enrichments_behind(sync.match_column, verified);
    }
    if (verified.size() > 1) add(AssetKind::verify, "", verified);
    for (const auto& sync : project_.syncs) {
      std::vector<std::string> reads = all_traits();
      reads.insert(reads.end(), {sync.from, "profiles", "consent"});
      add_enrichments_behind(sync.match_column, reads);
      for (const auto& mapping : sync.map) add_enrichments_behind(mapping.column, reads);
      if (sync.verify_email) reads.push_back("verify");
      add(AssetKind::sync, sync.name, reads);
    }
  }

  // A field of the golden record may be bought: whoever sends it waits for the purchase.
  void add_enrichments_behind(const std::string& column, std::vector<std::string>& reads) const {
    constexpr std::string_view bought = "enrichment.";
    for (const auto& field : project_.identity.profile) {
      if (field.name != column) continue;
      for (const auto& from : field.from) {
        if (!from.starts_with(bought)) continue;
        const auto name = from.substr(bought.size(), from.find('.', bought.size()) - bought.size());
        reads.push_back(id_of("enrichment", name));
      }
    }
  }

  // A mapped column may be any trait's: which one is known only where the columns are, in the
  // warehouse.
  [[nodiscard]] std::vector<std::string> all_traits() const {
    std::vector<std::string> ids;
    for (const auto& asset : project_.sql_assets) {
      if (asset.kind == SqlKind::trait) ids.push_back(id_of("trait", asset.name));
    }
    return ids;
  }

  const Project& project_;
  std::vector<Asset> assets_;
};

}  // namespace

std::string_view name_of(AssetKind kind) {
  switch (kind) {
    case AssetKind::source: return "source";
    case AssetKind::consent: return "consent";
    case AssetKind::identity: return "identity";
    case AssetKind::outcome: return "outcome";
    case AssetKind::feedback: return "feedback";
    case AssetKind::profiles: return "profiles";
    case AssetKind::model: return "model";
    case AssetKind::trait: return "trait";
    case AssetKind::audience: return "audience";
    case AssetKind::enrichment: return "enrichment";
    case AssetKind::verify: return "verify";
    case AssetKind::sync: return "sync";
  }
  __builtin_unreachable();
}

Result<AssetGraph> AssetGraph::of(const Project& project) {
  TRY_ASSIGN(auto assets, Builder(project).in_run_order());
  return AssetGraph(std::move(assets));
}

const Asset* AssetGraph::find(std::string_view id) const {
  const auto found = std::find_if(assets_.begin(), assets_.end(),
                                  [id](const Asset& asset) { return asset.id == id; });
  return found == assets_.end() ? nullptr : &*found;
}

std::vector<std::string> AssetGraph::downstream(std::string_view id) const {
  std::set<std::string, std::less<>> reached{std::string(id)};
  std::vector<std::string> ids;
  for (const Asset& asset : assets_) {  // run order: whatever feeds an asset was seen before it
    const bool reads_one = std::any_of(asset.upstream.begin(), asset.upstream.end(),
                                       [&](const auto& read) { return reached.contains(read); });
    if (!reads_one) continue;
    reached.insert(asset.id);
    ids.push_back(asset.id);
  }
  return ids;
}

std::vector<std::string> AssetGraph::upstream(std::string_view id) const {
  std::set<std::string, std::less<>> wanted{std::string(id)};
  std::vector<std::string> ids;
  for (auto asset = assets_.rbegin(); asset != assets_.rend(); ++asset) {
    if (!wanted.contains(asset->id)) continue;
    if (asset->id != id) ids.push_back(asset->id);
    wanted.insert(asset->upstream.begin(), asset->upstream.end());
  }
  std::reverse(ids.begin(), ids.end());
  return ids;
}

Result<std::vector<std::string>> AssetGraph::select(std::string_view selection) const {
  std::set<std::string, std::less<>> chosen;
  bool any_term = false;
  for (std::string_view term : split(selection, ' ')) {
    if (trim(term).empty()) continue;
    any_term = true;
    const bool with_upstream = term.starts_with('+');
    if (with_upstream) term.remove_prefix(1);
    const bool with_downstream = term.ends_with('+');
    if (with_downstream) term.remove_suffix(1);
    bool matched = false;
    for (const Asset& asset : assets_) {
      const bool whole_kind = term == std::string(name_of(asset.kind)) + ":*";
      if (asset.id != term && asset.name != term && !whole_kind) continue;
      matched = true;
      chosen.insert(asset.id);
      if (with_upstream) {
        for (auto& id : upstream(asset.id)) chosen.insert(std::move(id));
      }
      if (with_downstream) {
        for (auto& id : downstream(asset.id)) chosen.insert(std::move(id));
      }
    }
    if (matched) continue;
    std::vector<std::string> names;
    for (const Asset& asset : assets_) names.push_back(asset.id);
    const auto near = nearest(term, names);
    return fail(ErrorKind::permanent, "R0801", "nothing is named `" + std::string(term) + "`",
                near ? "did you mean `" + *near + "`?" : "`rondo status` lists all assets");
  }
  std::vector<std::string> ids;
  for (const Asset& asset : assets_) {
    if (!any_term || chosen.contains(asset.id)) ids.push_back(asset.id);
  }
  return ids;
}

}  // namespace rondo::control
