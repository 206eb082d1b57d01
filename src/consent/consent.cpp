#include "consent/consent.h"

#include <algorithm>

#include <fmt/core.h>

namespace rondo::consent {
namespace {

using warehouse::Dialect;
using warehouse::Session;

// Does a denial count? Otherwise the basis alone decides.
bool listens(const model::Purpose& purpose) {
  return purpose.basis == model::Basis::consent || purpose.opt_out;
}

std::string quoted_like_prefix(const Dialect& dialect, const std::string& source,
                               const std::string& prefix) {
  return fmt::format("substr({}, 1, {}) = {}", source, prefix.size(), dialect.literal(prefix));
}

bool contains(const std::vector<std::string>& list, std::string_view item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

std::string usable_select(const Dialect& dialect, const model::Purpose& purpose) {
  const std::string by_default = purpose.allowed_by_default() ? "true" : "false";
  const std::string name = dialect.literal(purpose.name);
  const std::string counts = listens(purpose) ? "true" : "false";
  // At the same instant false comes before true: the denial wins.
  return fmt::format(R"(
with said as (
  select i.profile_id, l.allowed, l.source,
         row_number() over (partition by i.profile_id
                            order by l.occurred_at desc, l.allowed, l.source) as place
  from rondo.consent_ledger l
  join rondo.identifiers i on i.type = l.identifier_type and i.value = l.identifier_value
  where l.purpose = {0} and l.occurred_at <= $1 and {2}),
people as (select distinct profile_id from rondo.identifiers)
select p.profile_id,
       coalesce(s.allowed, {1}) as allowed,
       case when coalesce(s.allowed, {1}) then null
            when s.profile_id is null then 'consent_missing'
            else 'consent_withdrawn' end as reason_code,
       case when coalesce(s.allowed, {1}) then null
            when s.profile_id is null then 'never said yes to ' || {0}
            else 'last word on ' || {0} || ' was no, by ' || s.source end as reason
from people p left join said s on s.profile_id = p.profile_id and s.place = 1)",
                     name, by_default, counts);
}

}  // namespace

Result<void> usable(Session& session, const model::ConsentRules& rules, std::string_view purpose,
                    Time as_of, std::string_view into) {
  const auto* rule = rules.purpose(purpose);
  if (rule == nullptr) {
    return fail(ErrorKind::permanent, "R0701", fmt::format("no purpose is named `{}`", purpose),
                "declare it in consent.yaml");
  }
  const std::string table = session.dialect().identifier(into);
  const std::string select = usable_select(session.dialect(), *rule);
  TRY(session.execute("drop table if exists " + table));
  // The table first, then its rows: parameters and CREATE TABLE AS do not go together everywhere.
  TRY(session.execute("create temporary table " + table +
                      " (profile_id text, allowed boolean, reason_code text, reason text)"));
  TRY(session.execute("insert into " + table + " " + select, {as_of}));
  return {};
}

std::string suppressed_sql(const Dialect& dialect, std::string_view identifier_type,
                           std::string_view value_sql, std::string_view purpose) {
  return fmt::format(
      "exists (select 1 from rondo.suppressions suppressed where suppressed.identifier_type = {} "
      "and suppressed.identifier_value = {} and suppressed.purpose in ('*', {}))",
      dialect.literal(identifier_type), value_sql, dialect.literal(purpose));
}

std::vector<std::string> allowed_sources(const model::Project& project, std::string_view purpose) {
  std::vector<std::string> allowed;
  for (const auto& source : project.sources) {
    if (contains(source.purposes, purpose)) allowed.push_back(source.name);
  }
  for (const auto& enrichment : project.enrichments) {
    if (enrichment.purpose == purpose) allowed.push_back("enrichment." + enrichment.name);
  }
  return allowed;
}

std::string source_allowed_sql(const Dialect& dialect, const model::Project& project,
                               std::string_view purpose, std::string_view source_sql) {
  const std::string source(source_sql);
  std::string sql;
  for (const auto& label : allowed_sources(project, purpose)) {
    // A name is followed by '.' or '/' in a label: "crm" is not the beginning of "crm_old".
    const bool bought = label.starts_with("enrichment.");
    if (!sql.empty()) sql += " or ";
    if (bought) sql += source + " = " + dialect.literal(label) + " or ";
    sql += quoted_like_prefix(dialect, source, label + (bought ? "/" : "."));
  }
  return sql.empty() ? "false" : "(" + sql + ")";
}

Result<std::vector<Statement>> statements(Session& session, std::string_view profile_id,
                                          Time as_of) {
  TRY_ASSIGN(auto rows, session.query(R"(
select purpose, allowed, occurred_at, source, evidence from (
  select l.*, row_number() over (partition by l.purpose
                                 order by l.occurred_at desc, l.allowed, l.source) as place
  from rondo.consent_ledger l
  join rondo.identifiers i on i.type = l.identifier_type and i.value = l.identifier_value
  where i.profile_id = $1 and l.occurred_at <= $2) latest
where place = 1 order by purpose)",
                                      {std::string(profile_id), as_of}));
  std::vector<Statement> found;
  while (true) {
    TRY_ASSIGN(const bool more, rows.next());
    if (!more) return found;
    found.push_back({std::string(rows.text(0)), rows.boolean(1), rows.timestamp(2),
                     std::string(rows.text(3)), std::string(rows.text(4))});
  }
}

}  // namespace rondo::consent
