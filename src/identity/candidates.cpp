#include "identity/candidates.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "base/text.h"

namespace rondo::identity {
namespace {

using warehouse::BatchBuilder;
using warehouse::ColumnType;
using warehouse::Dialect;
using warehouse::IngestMode;
using warehouse::Session;

constexpr std::string_view rows_table = "rondo.working_rows";
constexpr std::string_view normal_table = "rondo.working_normal";

/// "crm.contacts.email", taken apart.
struct Origin {
  std::string label;
  std::string source;
  std::string stream;
  std::string column;
};

std::optional<Origin> origin_of(const std::string& label) {
  const auto first = label.find('.');
  if (first == std::string::npos) return std::nullopt;
  const auto second = label.find('.', first + 1);
  Origin origin{label, label.substr(0, first), label.substr(first + 1, second - first - 1), {}};
  if (second != std::string::npos) origin.column = label.substr(second + 1);
  return origin;
}

const model::FileStream* stream_of(const model::Project& project, const Origin& origin) {
  const auto* source = project.source(origin.source);
  if (source == nullptr) return nullptr;
  const auto found = std::find_if(source->streams.begin(), source->streams.end(),
                                  [&](const auto& stream) { return stream.name == origin.stream; });
  return found == source->streams.end() ? nullptr : &*found;
}

/// Who each row of a stream belongs to: the strongest identifier of it that identifies somebody.
Result<void> add_rows_of(Session& session, const model::IdentityRules& rules,
                         const std::string& stream_name, const std::string& table,
                         const model::FileStream& stream) {
  BatchBuilder owners({{"stream", ColumnType::text},
                       {"row_key", ColumnType::text},
                       {"type", ColumnType::text},
                       {"value", ColumnType::text}});
  std::vector<const model::IdentifierRule*> kinds;
  std::string list = "_row_key";
  for (const auto& rule : rules.identifiers) {
    const auto column = stream.identifiers.find(rule.type);
    if (column == stream.identifiers.end()) continue;
    kinds.push_back(&rule);
    list += ", " + session.dialect().identifier(column->second);
  }
  {
    TRY_ASSIGN(auto rows, session.query(fmt::format("select {} from {}", list, table)));
    while (true) {
      TRY_ASSIGN(const bool more, rows.next());
      if (!more) break;
      for (std::size_t i = 0; i < kinds.size(); ++i) {
        const auto value = model::normalise(kinds[i]->normalise, rows.text(i + 1));
        if (!value || !model::identifies(*kinds[i], *value)) continue;
        owners.text(stream_name).text(rows.text(0)).text(kinds[i]->type).text(*value);
        break;
      }
    }
  }
  TRY(session.ingest(rows_table, std::move(owners).finish(), IngestMode::append));
  return {};
}

/// The value as the field holds it; empty if it should not be there at all.
std::string field_value(const model::IdentifierRule& rule, std::string_view raw) {
  const auto value = model::normalise(rule.normalise, raw);
  // A national phone number identifies nobody, but a person can still call it.
  if (!value) return rule.normalise == model::Normaliser::e164 ? std::string(raw) : std::string{};
  model::IdentifierRule block_list = rule;
  block_list.block_roles = false;  // a role mailbox is a good address, it is only not a person
  return model::identifies(block_list, *value) ? *value : std::string{};
}

class Gatherer {
 public:
  Gatherer(Session& session, const model::Project& project)
      : session_(session), dialect_(session.dialect()), project_(project) {}

  Result<void> run() {
    TRY(session_.execute(R"(
create or replace table rondo.working_rows (stream text, row_key text, type text, value text);
create or replace table rondo.working_candidates (profile_id text, field text, value text,
  source text, source_rank bigint, record_id text, occurred_at timestamp,
  verified_at timestamp))"));
    for (const auto& field : project_.identity.profile) {
      std::int64_t rank = 0;
      for (const auto& label : field.from) TRY(add(field, label, rank++));
    }
    TRY(session_.execute("drop table rondo.working_rows"));
    return normalise_fields();
  }

 private:
  Result<void> add(const model::ProfileFieldRule& field, const std::string& label,
                   std::int64_t rank) {
    const auto origin = origin_of(label);
    if (origin && origin->source == "enrichment") return add_enrichment(field, *origin, rank);
    if (origin && !origin->column.empty()) {
      if (const auto* stream = stream_of(project_, *origin)) {
        return add_stream(field, *origin, *stream, rank);
      }
      const auto* source = project_.source(origin->source);
      if (source != nullptr && source->type == "tracking") return add_event(field, *origin, rank);
    }
    Error error{ErrorKind::permanent, "R0501",
                fmt::format("profile field `{}` comes from `{}`, which is no column of a source",
                            field.name, label),
                "write SOURCE.STREAM.COLUMN, SOURCE.identify.TRAIT or enrichment.NAME"};
    error.where = field.where;
    return fail(std::move(error));
  }

  // `select` answers: profile_id, value, source, record_id, occurred_at, verified_at.
  Result<void> insert(const std::string& field, std::int64_t rank, const std::string& select) {
    TRY(session_.execute(fmt::format(
        R"(insert into rondo.working_candidates
select c.profile_id, {}, c.value, c.source, {}, c.record_id, c.occurred_at, c.verified_at
from (select profile_id, trim(value) as value, source, record_id, occurred_at, verified_at
      from ({}) raw) c
where c.value <> '')",
        dialect_.literal(field), rank, select)));
    return {};
  }

  Result<void> add_stream(const model::ProfileFieldRule& field, const Origin& origin,
                          const model::FileStream& stream, std::int64_t rank) {
    const std::string table_name = model::source_table(origin.source, origin.stream);
    TRY_ASSIGN(const auto columns, session_.columns(table_name));
    if (columns.empty()) return {};  // nothing was ever loaded
    const std::string name = origin.source + "." + origin.stream;
    const std::string table = dialect_.table(table_name);
    if (owned_.insert(name).second) {
      TRY(add_rows_of(session_, project_.identity, name, table, stream));
    }
    return insert(field.name, rank,
                  fmt::format(R"(select i.profile_id, cast(r.{} as text) as value, {} as source,
  {} || r._row_key as record_id, r._updated_at as occurred_at,
  cast(null as timestamp) as verified_at
  from {} r
  join rondo.working_rows w on w.stream = {} and w.row_key = r._row_key
  join rondo.identifiers i on i.type = w.type and i.value = w.value)",
                              dialect_.identifier(origin.column), dialect_.literal(origin.label),
                              dialect_.literal(name + "#"), table, dialect_.literal(name)));
  }

  Result<void> add_event(const model::ProfileFieldRule& field, const Origin& origin,
                         std::int64_t rank) {
    const bool identify = origin.stream == "identify";
    std::string value = dialect_.json_text(identify ? "traits" : "properties", origin.column);
    if (origin.column == "user_id" || origin.column == "anonymous_id") {
      value = fmt::format("coalesce({}, {})", value, origin.column);
    }
    return insert(
        field.name, rank,
        fmt::format(R"(select profile_id, {} as value, {} as source, event_id as record_id,
  occurred_at, cast(null as timestamp) as verified_at
  from rondo.profile_events where source = {} and {} = {})",
                    value, dialect_.literal(origin.label), dialect_.literal(origin.source),
                    identify ? "type" : "name", dialect_.literal(origin.stream)));
  }

  // `enrichment.NAME` fills the field of its own name; `enrichment.NAME.FIELD` says another one.
  Result<void> add_enrichment(const model::ProfileFieldRule& field, const Origin& origin,
                              std::int64_t rank) {
    const std::string& bought = origin.column.empty() ? field.name : origin.column;
    return insert(
        field.name, rank,
        fmt::format(R"(select coalesce(x.merged_into, x.profile_id) as profile_id, e.value,
  {} || e.provider as source, cast(e.receipt_id as text) as record_id, e.asked_at as occurred_at,
  case when e.verdict = 'verified' then e.asked_at end as verified_at
  from rondo.enrichments e join rondo.profile_index x on x.profile_id = e.profile_id
  where e.enrichment = {} and e.field = {} and e.verdict in ('verified', 'unverified', 'unknown'))",
                    dialect_.literal("enrichment." + origin.stream + "/"),
                    dialect_.literal(origin.stream), dialect_.literal(bought)));
  }

  // A field that is an identifier is written as the identifier is, by the same code.
  Result<void> normalise_fields() {
    std::string fields;
    for (const auto& field : project_.identity.profile) {
      if (project_.identity.identifier(field.name) == nullptr) continue;
      fields += (fields.empty() ? "" : ", ") + dialect_.literal(field.name);
    }
    if (fields.empty()) return {};
    BatchBuilder normal(
        {{"field", ColumnType::text}, {"raw", ColumnType::text}, {"value", ColumnType::text}});
    {
      TRY_ASSIGN(auto rows,
                 session_.query(fmt::format("select distinct field, value from "
                                            "rondo.working_candidates where field in ({})",
                                            fields)));
      while (true) {
        TRY_ASSIGN(const bool more, rows.next());
        if (!more) break;
        const auto* rule = project_.identity.identifier(rows.text(0));
        const auto value = field_value(*rule, rows.text(1));
        if (value == rows.text(1)) continue;
        normal.text(rows.text(0)).text(rows.text(1)).text_or_null(value);
      }
    }
    if (normal.rows() == 0) return {};
    TRY(session_.ingest(normal_table, std::move(normal).finish(), IngestMode::replace));
    TRY(session_.execute(R"(update rondo.working_candidates set value = n.value
from rondo.working_normal n
where n.field = working_candidates.field and n.raw = working_candidates.value;
delete from rondo.working_candidates where value is null;
drop table rondo.working_normal)"));
    return {};
  }

  Session& session_;
  const Dialect& dialect_;
  const model::Project& project_;
  std::set<std::string> owned_;
};

}  // namespace

Result<void> gather_candidates(Session& session, const model::Project& project) {
  return Gatherer(session, project).run();
}

}  // namespace rondo::identity
