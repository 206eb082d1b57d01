#include "outcome/records.h"

#include <algorithm>
#include <optional>
#include <vector>

#include <fmt/core.h>

#include "base/text.h"

namespace rondo::outcome {
namespace {

using warehouse::BatchBuilder;
using warehouse::Column;
using warehouse::ColumnType;
using warehouse::Dialect;
using warehouse::IngestMode;
using warehouse::Session;

/// Where a rule's rows stand, and which of their columns say what.
struct Origin {
  std::string table;
  std::string record_id;
  std::string occurred_at;
  bool events = false;
};

tl::unexpected<Error> refuse(const model::OutcomeRule& rule, std::string code, std::string message,
                             std::string hint) {
  Error error{ErrorKind::permanent, std::move(code), std::move(message), std::move(hint)};
  error.where = rule.where;
  return fail(std::move(error));
}

std::optional<Origin> origin_of(const model::Project& project, std::string_view from) {
  if (from.starts_with("model:")) {
    return Origin{"models." + std::string(from.substr(6)), "record_id", "occurred_at"};
  }
  if (!from.starts_with("source:")) return std::nullopt;
  from.remove_prefix(7);
  const auto dot = from.find('.');
  const auto* source = project.source(from.substr(0, dot));
  if (dot == std::string_view::npos || source == nullptr) return std::nullopt;
  const std::string table = model::source_table(source->name, from.substr(dot + 1));
  if (source->type == "tracking") return Origin{table, "event_id", "occurred_at", true};
  return Origin{table, "_row_key", "_updated_at"};
}

bool has(const std::vector<Column>& columns, std::string_view name) {
  return std::any_of(columns.begin(), columns.end(),
                     [&](const Column& column) { return column.name == name; });
}

Result<void> check_columns(const model::OutcomeRule& rule, const Origin& origin,
                           const std::vector<Column>& columns) {
  for (const auto& name :
       {origin.record_id, origin.occurred_at, rule.identifier_column, rule.value_column}) {
    if (name.empty() || has(columns, name)) continue;
    return refuse(rule, "R0710",
                  fmt::format("outcome `{}` needs a column `{}`, and `{}` has none", rule.name,
                              name, rule.from),
                  "columns of a source are those of its contract or file");
  }
  if (rule.identifier_column.empty() && !origin.events && !has(columns, "profile_id")) {
    return refuse(
        rule, "R0711",
        fmt::format("outcome `{}` does not say how `{}` leads to a profile", rule.name, rule.from),
        "add `profile: { email: COLUMN }`, or select profile_id in the model");
  }
  return {};
}

struct Finder {
  std::string type = "cast(null as text)";
  std::string raw = "cast(null as text)";
  std::string profile_id = "cast(null as text)";
};

Finder finder_of(const Dialect& dialect, const model::OutcomeRule& rule, const Origin& origin,
                 const std::vector<Column>& columns) {
  Finder finder;
  if (!rule.identifier_column.empty()) {
    finder.type = dialect.literal(rule.identifier_type);
    finder.raw = fmt::format("cast({} as text)", dialect.identifier(rule.identifier_column));
  } else if (has(columns, "profile_id")) {
    finder.profile_id = "profile_id";
  } else if (origin.events) {
    finder.type = "identifier_type";
    finder.raw = "identifier_value";
  }
  return finder;
}

std::string records_select(const Dialect& dialect, const model::OutcomeRule& rule,
                           const Origin& origin, const Finder& finder) {
  const std::string amount =
      rule.value_column.empty()
          ? std::string("cast(null as double)")
          : dialect.safe_cast(dialect.identifier(rule.value_column), ColumnType::float64);
  // The filter on lines of its own: a comment at its end must not swallow what follows.
  const std::string filter =
      rule.where_sql.empty() ? std::string{} : "\nwhere (\n" + rule.where_sql + "\n)";
  return fmt::format(
      "select cast({} as text) as record_id, {} as occurred_at, {} as amount, {} as type, "
      "{} as value, {} as profile_id from {}{}",
      dialect.identifier(origin.record_id), dialect.identifier(origin.occurred_at), amount,
      finder.type, finder.raw, finder.profile_id, dialect.table(origin.table), filter);
}

// Raw values become comparable by the same code as everywhere; what cannot be one finds nobody.
Result<void> normalise_values(Session& session, const model::IdentityRules& rules,
                              const model::OutcomeRule& rule) {
  const auto* identifier = rules.identifier(rule.identifier_type);
  if (rule.identifier_column.empty() || identifier == nullptr) return {};
  BatchBuilder normal({{"raw", ColumnType::text}, {"value", ColumnType::text}});
  {
    TRY_ASSIGN(auto rows, session.query("select distinct value from rondo.working_records "
                                        "where value is not null"));
    while (true) {
      TRY_ASSIGN(const bool more, rows.next());
      if (!more) break;
      const auto value = model::normalise(identifier->normalise, rows.text(0));
      if (value && *value == rows.text(0)) continue;
      normal.text(rows.text(0)).text_or_null(value.value_or(""));
    }
  }
  if (normal.rows() == 0) return {};
  TRY(session.ingest("rondo.working_normal", std::move(normal).finish(), IngestMode::replace));
  TRY(session.execute(R"(update rondo.working_records set value = n.value
from rondo.working_normal n where n.raw = working_records.value;
drop table rondo.working_normal)"));
  return {};
}

Result<void> check_unique(Session& session, const model::OutcomeRule& rule) {
  TRY_ASSIGN(
      const auto twice,
      session.count("select count(*) - count(distinct record_id) from rondo.working_records"));
  if (twice == 0) return {};
  return refuse(rule, "R0712",
                fmt::format("outcome `{}`: {} rows of `{}` have no record_id of their own",
                            rule.name, with_commas(twice), rule.from),
                "one row per outcome, each with its own record_id");
}

}  // namespace

Result<void> gather_records(Session& session, const model::Project& project,
                            const model::OutcomeRule& rule) {
  const Dialect& dialect = session.dialect();
  TRY(session.execute(R"(create or replace table rondo.working_records (record_id text,
  occurred_at timestamp, amount double, type text, value text, profile_id text))"));
  const auto origin = origin_of(project, rule.from);
  if (!origin) {
    return refuse(
        rule, "R0710",
        fmt::format("outcome `{}` reads `{}`, which is not declared", rule.name, rule.from),
        "write source:SOURCE.EVENT, source:SOURCE.STREAM or model:NAME");
  }
  TRY_ASSIGN(const auto columns, session.columns(origin->table));
  if (columns.empty()) return {};
  TRY(check_columns(rule, *origin, columns));
  auto added = session.execute(
      "insert into rondo.working_records " +
      records_select(dialect, rule, *origin, finder_of(dialect, rule, *origin, columns)));
  if (!added) {
    Error error = std::move(added).error();
    error.where = rule.where;
    return fail(std::move(error));
  }
  TRY(check_unique(session, rule));
  return normalise_values(session, project.identity, rule);
}

}  // namespace rondo::outcome
