#include "control/stages.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "audience/audience.h"
#include "base/check.h"
#include "base/text.h"
#include "collect/file_source.h"
#include "collect/loader.h"
#include "consent/consent.h"
#include "enrich/enrich.h"
#include "identity/identity.h"
#include "log/log.h"
#include "outcome/outcome.h"
#include "sync/sync.h"
#include "verify/verify.h"
#include "world/disk.h"

namespace rondo::control {
namespace {

Json summary(std::initializer_list<Json::Member> counts) {
  return Json::object({{"counts", Json::object(counts)}});
}

template <class List>
const auto& named(const List& list, std::string_view name) {
  const auto found = std::find_if(list.begin(), list.end(),
                                  [name](const auto& item) { return item.name == name; });
  PROMISE(found != list.end());
  return *found;
}

// The project's own description of an API comes before ours.
Result<connector::Connector> find_connector(House& house, connector::YamlReader read_yaml,
                                            const std::string& name) {
  const std::string file = "connectors/" + name + ".yaml";
  const std::string path = house.project().root + "/" + file;
  TRY_ASSIGN(const bool own, house.world().disk.exists(path));
  std::string text;
  if (own) {
    TRY_ASSIGN(text, world::read_file(house.world().disk, path));
  } else if (const auto shipped = connector::shipped_connector(name)) {
    text = *shipped;
  } else {
    std::vector<std::string> known = connector::shipped_connectors();
    const auto near = nearest(name, known);
    return fail(ErrorKind::permanent, "R0404", "there is no connector `" + name + "`",
                near ? "did you mean `" + *near + "`?" : "it would stand in " + file);
  }
  TRY_ASSIGN(const Json json, read_yaml(text, file));
  return connector::Connector::from(json, file);
}

connector::ClientOptions client_options(const model::Project& project) {
  using std::chrono::duration_cast;
  using std::chrono::milliseconds;
  connector::ClientOptions options;
  options.retry.attempts_max = project.retries.attempts;
  options.retry.first_wait = duration_cast<milliseconds>(project.retries.first);
  options.retry.wait_max = duration_cast<milliseconds>(project.retries.wait_max);
  return options;
}

}  // namespace

Stages::Stages(House& house, StageOptions options)
    : house_(house),
      options_(std::move(options)),
      destinations_(
          house.world(),
          [&house, read_yaml = options_.read_yaml](const std::string& name) {
            return find_connector(house, read_yaml, name);
          },
          client_options(house.project())) {}

StepBody Stages::body() {
  return [this](const Asset& asset, const std::string& run_id, model::Progress& progress) {
    return make_asset(asset, run_id, progress);
  };
}

Task<Result<Json>> Stages::make_asset(const Asset& asset, const std::string& run_id,
                                      model::Progress& progress) {
  switch (asset.kind) {
    case AssetKind::enrichment: co_return co_await run_enrichment(asset, run_id, progress);
    case AssetKind::verify: co_return co_await verify_addresses(progress);
    case AssetKind::sync: co_return co_await run_sync(asset, run_id, progress);
    default: co_return make_here(asset, progress);
  }
}

Result<Json> Stages::make_here(const Asset& asset, model::Progress& progress) {
  switch (asset.kind) {
    case AssetKind::source: return load_source(asset, progress);
    case AssetKind::consent: return collect_consent();
    case AssetKind::identity: return resolve_identity();
    case AssetKind::outcome: return trace_outcome(asset);
    case AssetKind::feedback: return give_feedback(asset);
    case AssetKind::profiles: return build_profiles();
    case AssetKind::model: return build_sql(asset, model::SqlKind::model);
    case AssetKind::trait: return build_sql(asset, model::SqlKind::trait);
    case AssetKind::audience: return build_sql(asset, model::SqlKind::audience);
    default: break;
  }
  return fail(ErrorKind::permanent, "R0809", "nothing makes " + asset.id);
}

// All tracking sources share one log: the first one of a run takes in what is there, for all of
// them.
Result<Json> Stages::load_source(const Asset& asset, model::Progress& progress) {
  const collect::LoadContext context{house_.world(), house_.session(), house_.project(), progress};
  const auto& source = named(house_.project().sources, asset.name);
  if (source.type == "tracking") {
    const std::string directory = log_directory(house_.project());
    TRY_ASSIGN(const bool begun, house_.world().disk.exists(directory));
    log::Offset end = 0;
    if (begun) {
      TRY_ASSIGN(end, log::settled_end(house_.world().disk, directory));
    }
    TRY_ASSIGN(const auto report, collect::load_events(context, directory, end));
    return summary({{"events", report.events},
                    {"quarantined", report.quarantined},
                    {"repeated", report.repeated()}});
  }
  TRY_ASSIGN(const auto streams, collect::load_files(context, source));
  std::int64_t added = 0;
  std::int64_t replaced = 0;
  std::int64_t quarantined = 0;
  for (const auto& stream : streams) {
    added += stream.added;
    replaced += stream.replaced;
    quarantined += stream.quarantined;
  }
  return summary({{"rows", added}, {"rows replaced", replaced}, {"quarantined", quarantined}});
}

Result<Json> Stages::collect_consent() {
  TRY_ASSIGN(const auto report,
             consent::collect_signals(house_.session(), house_.project(), now()));
  return summary({{"consent signals", report.from_events + report.from_rows}});
}

Result<Json> Stages::resolve_identity() {
  TRY_ASSIGN(const auto report, identity::resolve(house_.session(), house_.project(), now()));
  return summary({{"profiles", report.profiles},
                  {"known", report.known},
                  {"anonymous", report.anonymous},
                  {"identifiers", report.identifiers},
                  {"merged", report.profiles_merged},
                  {"split", report.profiles_split},
                  {"joins refused", report.evidence_refused}});
}

Result<Json> Stages::build_profiles() {
  TRY_ASSIGN(const auto report,
             identity::build_profiles(house_.session(), house_.project(), now()));
  return summary({{"values changed", report.values_changed}, {"values stale", report.stale}});
}

Result<Json> Stages::build_sql(const Asset& asset, model::SqlKind kind) {
  const auto* sql = house_.project().sql_asset(kind, asset.name);
  PROMISE(sql != nullptr);
  TRY_ASSIGN(const auto report, audience::build_sql_asset(house_.session(), *sql));
  if (kind != model::SqlKind::audience)
    return summary({{std::string(model::name_of(kind)) + " rows", report.rows}});
  return summary(
      {{"in audiences", report.rows}, {"entered", report.entered}, {"left", report.left}});
}

Result<Json> Stages::trace_outcome(const Asset& asset) {
  const auto& rule = named(house_.project().outcomes, asset.name);
  TRY_ASSIGN(const auto report, outcome::trace_outcomes(house_.session(), house_.project(), rule));
  Json json = summary({{asset.name, report.outcomes}, {asset.name + " credited", report.credited}});
  return json.set("amount", report.amount).set("credited_amount", report.credited_amount);
}

Result<Json> Stages::give_feedback(const Asset& asset) {
  const auto& rule = named(house_.project().feedback, asset.name);
  TRY_ASSIGN(const auto report, outcome::give_back(house_.session(), house_.project(), rule));
  return summary({{"suppressed", report.suppressed}, {"marked stale", report.stale}});
}

Task<Result<Json>> Stages::run_enrichment(const Asset& asset, const std::string& run_id,
                                          model::Progress& progress) {
  const auto& enrichment = named(house_.project().enrichments, asset.name);
  enrich::Providers providers;
  for (const auto& name : enrichment.providers) {
    CO_TRY_ASSIGN(auto* open, destinations_.open(named(house_.project().destinations, name)));
    providers.push_back(enrich::make_provider(name, *open->client));
  }
  enrich::EnrichContext context{house_.world(),   house_.session(), house_.state(),
                                house_.project(), run_id,           progress};
  auto ended = co_await enrich::run_enrichment(context, enrichment, providers);
  CO_TRY_ASSIGN(const auto report, std::move(ended));
  if (report.asked > 0) CO_TRY(identity::build_profiles(house_.session(), house_.project(), now()));
  Json json = summary({{"asked", report.asked},
                       {"verified", report.verified},
                       {"unverified", report.unverified},
                       {"misses", report.misses},
                       {"unanswered", report.unknown},
                       {"without consent", report.plan.blocked},
                       {"stopped by the cap", report.not_asked}});
  Json out = Json::array();
  for (const auto& reason : report.providers_out) out.push(reason);
  json.set("money", Json::object({{enrichment.currency + " spent", report.cost_micros}}));
  json.set("price_max_micros", report.plan.price_max_micros);
  co_return json.set("providers_out", std::move(out));
}

Task<Result<Json>> Stages::verify_addresses(model::Progress& progress) {
  // Every address that a sync with verify_email could send: the match column, of the people in what
  // it sends from.
  std::string sql;
  for (const auto& sync : house_.project().syncs) {
    if (!sync.verify_email || !sync.from.starts_with("audience:")) continue;
    const auto& dialect = house_.session().dialect();
    sql +=
        (sql.empty() ? "" : " union ") +
        fmt::format(
            "select v.value from rondo.profile_values v join {} a on a.profile_id = v.profile_id "
            "where v.field = {}",
            dialect.table("audiences." + sync.from.substr(sync.from.find(':') + 1)),
            dialect.literal(sync.match_column));
  }
  if (sql.empty()) co_return summary({});
  auto ended = co_await verify::verify_addresses(house_.world(), house_.session(), sql,
                                                 options_.resolver, progress);
  CO_TRY_ASSIGN(const auto report, std::move(ended));
  co_return summary({{"addresses checked", report.checked},
                     {"undeliverable", report.undeliverable},
                     {"risky", report.risky},
                     {"undecided", report.unknown}});
}

Task<Result<Json>> Stages::run_sync(const Asset& asset, const std::string& run_id,
                                    model::Progress& progress) {
  const auto& order = named(house_.project().syncs, asset.name);
  sync::SyncContext context{house_.world(), house_.session(), house_.state(), house_.project(),
                            destinations_,  run_id,           progress};
  auto ended = co_await sync::run_sync(context, order);
  CO_TRY_ASSIGN(const auto report, std::move(ended));
  if (report.unknown > 0 && report.ok == 0) {
    // Green would be a lie: whoever looks only at the exit code must hear that nothing was proved.
    co_return fail(ErrorKind::unknown_outcome, "R0810",
                   fmt::format("{} changes were sent to {}, and not one was confirmed",
                               report.planned, report.destination),
                   "look at the answers of the tool; `rondo why " + asset.id + "` lists them");
  }
  Json json = summary({{"sent", report.planned},
                       {"ok", report.ok},
                       {"rejected", report.rejected},
                       {"unknown", report.unknown},
                       {"unchanged", report.unchanged},
                       {"blocked", report.blocked},
                       {"removed", report.removes}});
  Json blocked = Json::object();
  for (const auto& [reason, count] : report.blocked_by) blocked.set(reason, count);
  Json rejected = Json::object();
  for (const auto& [reason, count] : report.rejected_by) rejected.set(reason, count);
  co_return json.set("blocked_by", std::move(blocked)).set("rejected_by", std::move(rejected));
}

}  // namespace rondo::control
