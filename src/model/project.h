#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "base/position.h"
#include "base/time.h"
#include "model/consent.h"
#include "model/contract.h"
#include "model/identity.h"
#include "model/source.h"

namespace rondo::model {

/// What a piece of SQL in the project makes.
enum class SqlKind { model, trait, audience };

[[nodiscard]] std::string_view name_of(SqlKind kind);

/// One SQL asset: `models/x.sql`, `traits/x.sql`, `audiences/x.sql`. Its table is models.x,
/// traits.x, audiences.x.
struct SqlAsset {
  SqlKind kind = SqlKind::model;
  std::string name;
  std::string sql;       ///< as written, with ref() and source()
  std::string compiled;  ///< with table names in place; byte positions stay line by line
  std::vector<std::string>
      reads;  ///< assets it refers to: "model:orders", "source:web.Order Completed", "profiles"
  Position where{};  ///< first line of the file
};

struct RetryDefaults {
  std::uint32_t attempts = 5;
  Duration first = std::chrono::seconds{10};
  Duration wait_max = std::chrono::minutes{15};
};

/// destinations/x.yaml
struct Destination {
  std::string name;
  std::string connector;                        ///< hubspot | webhook | csv | the user's own
  std::map<std::string, std::string> settings;  ///< url, path …; secrets already put in
  std::vector<std::string> secret_settings;     ///< names in `settings` that are never printed
  Position where{};
};

enum class SyncMode { insert, update, upsert, mirror, append };

struct FieldMapping {
  std::string destination_field;
  std::string column;  ///< of the audience, a profile field, or a trait
  Position where{};
};

/// What may trigger an asset. Nothing set: by hand only.
struct Trigger {
  std::string schedule{};  ///< cron, five fields
  Duration every{0};       ///< interval; 0: none
  bool after_upstream = false;
  Position where{};
};

/// syncs/x.yaml: a standing order.
struct Sync {
  std::string name;
  std::string from;         ///< "audience:high_value" or "model:orders"
  std::string destination;  ///< name of a destination
  std::string object;       ///< "contacts"; empty where the connector has one only
  SyncMode mode = SyncMode::upsert;
  std::string match_field;   ///< key on the destination's side
  std::string match_column;  ///< our column that fills it
  std::vector<FieldMapping> map;
  std::string purpose;
  std::string identifier = "email";          ///< identifier whose suppression stops a record
  bool verify_email = false;                 ///< deliver.verify_email: at_delivery
  bool confirm_read_back = false;            ///< deliver.confirm: read_back
  std::optional<double> change_share_max{};  ///< guard.change_at_most, 0..1
  std::optional<double> delete_share_max{};  ///< guard.delete_at_most, 0..1
  double holdout_share = 0;                  ///< 0..1, by hash of profile id and sync name
  Trigger trigger{};
  Position where{};
};

/// enrichment/x.yaml
struct Enrichment {
  std::string name;
  std::string audience;             ///< whom
  std::vector<std::string> fields;  ///< what: work_email …
  std::vector<std::string>
      providers;  ///< names of destinations/ entries that are providers, in order
  std::string purpose;
  std::string stop_when = "verified";  ///< verified | found
  Duration refresh = std::chrono::hours{24 * 7};
  std::int64_t budget_run_micros =
      0;  ///< cap per run in millionths of `currency`; 0: nothing may be spent
  std::int64_t budget_record_micros = 0;  ///< 0: no cap of its own
  std::string currency = "EUR";
  Trigger trigger{};
  Position where{};
};

/// outcomes/x.yaml: what happened afterwards, traced back.
struct OutcomeRule {
  std::string name;
  std::string from;             ///< "source:web.Order Completed", "source:esp.bounces" or "model:x"
  std::string identifier_type;  ///< how the profile is found …
  std::string identifier_column;  ///< … by this column; both empty: rows hold profile_id
  std::string value_column;       ///< amount; empty: none
  std::string currency = "EUR";
  std::string where_sql;  ///< optional filter on the rows
  Duration window = std::chrono::hours{24 * 30};
  std::string credit_model = "last_touch";  ///< last_touch | first_touch | linear
  Position where{};
};

enum class FeedbackAction { suppress, stale };

/// feedback/x.yaml: what was measured goes back in.
struct FeedbackRule {
  std::string name;
  std::string outcome;  ///< name of the outcome rule it hears
  struct Step {
    FeedbackAction action = FeedbackAction::suppress;
    std::string identifier;             ///< suppress: type whose value is suppressed
    std::vector<std::string> purposes;  ///< suppress: empty means all
    std::vector<std::string> fields;    ///< stale: profile fields
    Position where{};
  };
  std::vector<Step> steps;
  Position where{};
};

struct WarehouseSettings {
  std::string type = "duckdb";
  std::string path = ".rondo/warehouse.duckdb";  ///< duckdb: relative to the project's folder
};

/// A whole project, compiled: every name resolved, every secret put in. Immutable once made.
struct Project {
  std::string name;
  std::string root;         ///< folder as given
  std::string environment;  ///< "local"
  std::string timezone = "UTC";
  WarehouseSettings warehouse;
  RetryDefaults retries;
  Duration timeout = std::chrono::minutes{30};
  ConsentRules consent;
  IdentityRules identity;
  std::vector<Contract> contracts;
  std::vector<Source> sources;
  std::vector<SqlAsset> sql_assets;
  std::vector<Destination> destinations;
  std::vector<Sync> syncs;
  std::vector<Enrichment> enrichments;
  std::vector<OutcomeRule> outcomes;
  std::vector<FeedbackRule> feedback;
  Hash128 fingerprint;  ///< of all files that made it

  [[nodiscard]] const Contract* contract(std::string_view name) const;
  [[nodiscard]] const Source* source(std::string_view name) const;
  [[nodiscard]] const SqlAsset* sql_asset(SqlKind kind, std::string_view name) const;
  [[nodiscard]] const Destination* destination(std::string_view name) const;
  [[nodiscard]] const Sync* sync(std::string_view name) const;
};

}  // namespace rondo::model
