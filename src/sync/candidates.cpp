#include "sync/candidates.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "consent/consent.h"
#include "sync/outbox.h"

namespace rondo::sync {
namespace {

using Place = ResolvedColumn::Place;
using warehouse::Dialect;

/// Makes the SQL of sync_candidates piece by piece.
class CandidateSql {
 public:
  CandidateSql(SyncContext& context, const model::Sync& sync, const connector::Connector& connector,
               const std::vector<ResolvedColumn>& columns)
      : context_(context),
        sync_(sync),
        connector_(connector),
        dialect_(context.session.dialect()),
        columns_(columns) {}

  /// All rows with keys and fields, and why each may not be sent.
  [[nodiscard]] std::string select() const {
    return fmt::format(R"(
select profile_id, key, fingerprint, {fields}code,
       case when code is null then null
            when code in ('consent_missing', 'consent_withdrawn') then coalesce(consent_reason, '{unheard}')
            {reasons} end as reason
from (select *, case when blocked is not null then blocked
                     when row_number() over (partition by key, blocked order by profile_id) > 1
                       then 'duplicate_key' end as code
      from (select *, {blocked} as blocked from ({base}) base) judged) ranked)",
                       fmt::arg("fields", field_list()), fmt::arg("reasons", reasons()),
                       fmt::arg("unheard", "nobody asked: the profile has no identifier"),
                       fmt::arg("blocked", blocked()), fmt::arg("base", base()));
  }

 private:
  [[nodiscard]] std::string column_sql(const ResolvedColumn& column) const {
    const std::string name = dialect_.identifier(column.column);
    if (column.place == Place::rows) return "r." + name;
    if (column.place == Place::profile) return "p." + name;
    return dialect_.identifier("trait_" + column.trait) + "." + name;
  }

  [[nodiscard]] std::string as_text(const std::string& sql) const {
    return fmt::format("cast({} as {})", sql, dialect_.type_name(model::ColumnType::text));
  }

  [[nodiscard]] std::string key_sql() const {
    const std::string raw = as_text(column_sql(columns_[0]));
    const std::string canon = connector_.canon(sync_.object, sync_.match_field);
    if (canon == "lower_trim") return fmt::format("lower(trim({}))", raw);
    if (canon == "lower") return fmt::format("lower({})", raw);
    return canon == "trim" ? fmt::format("trim({})", raw) : raw;
  }

  [[nodiscard]] std::string field_list() const {
    std::string list;
    for (std::size_t i = 1; i < columns_.size(); ++i) list += fmt::format("f{}, ", i - 1);
    return list;
  }

  // Values and the names they go under: a renamed field is a change, too.
  [[nodiscard]] std::string fingerprint_sql() const {
    std::vector<std::string> parts{dialect_.literal(sync_.match_field)};
    for (std::size_t i = 1; i < columns_.size(); ++i) {
      parts.push_back(dialect_.literal(sync_.map[i - 1].destination_field));
      parts.push_back(as_text(column_sql(columns_[i])));
    }
    return dialect_.fingerprint(parts);
  }

  // The fields of the profile that are needed, each only where its source may be used for the
  // purpose.
  [[nodiscard]] std::string profile_pivot() const {
    std::string selected;
    std::vector<std::string> names;
    const std::string allowed =
        consent::source_allowed_sql(dialect_, context_.project, sync_.purpose, "v.source");
    for (const ResolvedColumn& column : columns_) {
      if (column.place != Place::profile || column.column == "profile_id" ||
          std::ranges::find(names, column.column) != names.end()) {
        continue;
      }
      names.push_back(column.column);
      selected +=
          fmt::format(", max(case when v.field = {} and {} then v.value end) as {}",
                      dialect_.literal(column.column), allowed, dialect_.identifier(column.column));
    }
    return fmt::format("select v.profile_id{} from rondo.profile_values v group by v.profile_id",
                       selected);
  }

  [[nodiscard]] std::string joins() const {
    std::string sql;
    const bool profile = std::ranges::any_of(
        columns_, [](const ResolvedColumn& one) { return one.place == Place::profile; });
    if (profile)
      sql += fmt::format(" left join ({}) p on p.profile_id = r.profile_id", profile_pivot());
    std::vector<std::string> traits;
    for (const ResolvedColumn& column : columns_) {
      if (column.place != Place::trait || std::ranges::find(traits, column.trait) != traits.end())
        continue;
      traits.push_back(column.trait);
      const std::string alias = dialect_.identifier("trait_" + column.trait);
      sql += fmt::format(" left join {} {} on {}.profile_id = r.profile_id",
                         dialect_.table("traits." + column.trait), alias, alias);
    }
    return sql;
  }

  [[nodiscard]] std::string base() const {
    std::string fields;
    for (std::size_t i = 1; i < columns_.size(); ++i) {
      fields += fmt::format(", {} as f{}", column_sql(columns_[i]), i - 1);
    }
    const model::Purpose* purpose = context_.project.consent.purpose(sync_.purpose);
    const bool by_default = purpose != nullptr && purpose->allowed_by_default();
    return fmt::format(
        "select r.profile_id, {} as key, {} as fingerprint{}, coalesce(u.allowed, {}) as allowed, "
        "u.reason_code as consent_code, u.reason as consent_reason, {} as identifier_value "
        "from {} r{} left join {} u on u.profile_id = r.profile_id",
        key_sql(), fingerprint_sql(), fields, by_default ? "true" : "false",
        identifier_of_profile(dialect_, sync_.identifier, "r.profile_id"),
        dialect_.table(table_of(sync_.from)), joins(), usable_table);
  }

  // The first that holds is the reason that is told.
  [[nodiscard]] std::string blocked() const {
    std::string sql = "case when not allowed then coalesce(consent_code, 'consent_missing')";
    const auto suppressed = [&](const char* value) {
      return consent::suppressed_sql(dialect_, sync_.identifier, value, sync_.purpose);
    };
    sql += " when " + suppressed("base.identifier_value") + " then 'suppressed'";
    if (columns_[0].name == sync_.identifier)
      sql += " when " + suppressed("base.key") + " then 'suppressed'";
    sql += " when key is null or key = '' then 'no_key'";
    const connector::Operation* upsert = connector_.operation(connector::OperationKind::upsert);
    if (upsert != nullptr && upsert->idempotent == connector::Idempotent::none) {
      sql += fmt::format(
          " when exists (select 1 from rondo.delivered d where d.sync = {} and d.key = "
          "base.key and d.fingerprint = '{}') then 'in_doubt'",
          dialect_.literal(sync_.name), fingerprint_in_doubt);
    }
    if (sync_.verify_email) {
      const bool by_key = sync_.match_field == "email";
      sql += fmt::format(
          " when exists (select 1 from rondo.verifications w where w.address = {} and "
          "w.verdict = 'undeliverable' and w.expires_at > $1) then 'undeliverable'",
          by_key ? "base.key" : "base.identifier_value");
    }
    if (sync_.holdout_share > 0) {
      sql += fmt::format(" when {} < {} then 'holdout'", dialect_.bucket("profile_id", sync_.name),
                         sync_.holdout_share);
    }
    return sql + " end";
  }

  [[nodiscard]] std::string reasons() const {
    const std::pair<const char*, std::string> words[] = {
        {"suppressed",
         fmt::format("this {} must not be used for {}", sync_.identifier, sync_.purpose)},
        {"no_key", fmt::format("{} is empty, or its source does not allow {}", sync_.match_column,
                               sync_.purpose)},
        {"in_doubt", "an earlier delivery ended unknown and the connector cannot find out"},
        {"undeliverable", "the last check of the address says that it takes no mail"},
        {"holdout", "left out on purpose, to measure what the sync achieves"},
        {"duplicate_key", fmt::format("another profile has the same {}", sync_.match_field)}};
    std::string sql;
    for (const auto& [code, reason] : words) {
      sql += fmt::format("when code = '{}' then {} ", code, dialect_.literal(reason));
    }
    return sql;
  }

  SyncContext& context_;
  const model::Sync& sync_;
  const connector::Connector& connector_;
  const Dialect& dialect_;
  const std::vector<ResolvedColumn>& columns_;
};

Result<void> write_blocked(SyncContext& context, const model::Sync& sync, Time now) {
  return context.session.transaction([&]() -> Result<void> {
    TRY(context.session.execute("delete from rondo.blocked where sync = $1", {sync.name}));
    // A profile can stand in several rows of a model: the table says each once.
    TRY(context.session.execute(
        fmt::format(
            "insert into rondo.blocked (sync, run_id, profile_id, key, reason_code, reason, "
            "blocked_at) select $1, $2, profile_id, min(key), min(code), min(reason), $3 from {} "
            "where code is not null and profile_id is not null group by profile_id",
            candidates_table),
        {sync.name, context.run_id, now}));
    return {};
  });
}

}  // namespace

std::int64_t Candidates::blocked() const {
  std::int64_t all = 0;
  for (const auto& [code, count] : blocked_by) all += count;
  return all;
}

std::string identifier_of_profile(const Dialect& dialect, const std::string& identifier,
                                  const std::string& profile_sql) {
  return fmt::format(
      "(select max(iv.value) from rondo.profile_values iv where iv.profile_id = {} and "
      "iv.field = {})",
      profile_sql, dialect.literal(identifier));
}

Result<Candidates> find_candidates(SyncContext& context, const model::Sync& sync,
                                   const connector::Connector& connector, Time now) {
  warehouse::Session& session = context.session;
  Candidates found;
  TRY_ASSIGN(const std::vector<ResolvedColumn> columns, resolve_columns(session, sync));
  TRY(consent::usable(session, context.project.consent, sync.purpose, now, usable_table));
  const CandidateSql sql(context, sync, connector, columns);
  TRY(session.execute(fmt::format("drop table if exists {}", candidates_table)));
  const std::string select = sql.select();
  const std::string make = fmt::format("create temporary table {} as {}", candidates_table, select);
  // The only parameter is the time, and not every engine takes parameters in CREATE TABLE AS.
  TRY(session.execute(
      replace_all(make, "$1",
                  fmt::format("cast('{}' as {})", to_text(now).substr(0, 26),
                              session.dialect().type_name(model::ColumnType::timestamp)))));
  TRY(write_blocked(context, sync, now));
  TRY_ASSIGN(auto rows, session.query(fmt::format("select code, count(*) from {} group by code",
                                                  candidates_table)));
  while (true) {
    TRY_ASSIGN(const bool more, rows.next());
    if (!more) break;
    found.rows += rows.int64(1);
    if (!rows.is_null(0)) found.blocked_by[std::string(rows.text(0))] += rows.int64(1);
  }
  found.fields.assign(columns.begin() + 1, columns.end());
  return found;
}

}  // namespace rondo::sync
