#include <optional>

#include <fmt/core.h>

#include "base/hash.h"
#include "base/text.h"
#include "identity/evidence.h"

namespace rondo::identity {
namespace {

using warehouse::Dialect;
using warehouse::GrowsBy;
using warehouse::NewRows;
using warehouse::Session;

/// Where in raw.events each kind of identifier stands: an expression per value.
struct Columns {
  std::vector<std::uint32_t> kinds;
  std::vector<std::string> sqls;
};

Columns columns_of_events(const Dialect& dialect, const model::IdentityRules& rules) {
  Columns columns;
  for (std::uint32_t kind = 0; kind < rules.identifiers.size(); ++kind) {
    const std::string& type = rules.identifiers[kind].type;
    const auto add = [&](std::string sql) {
      columns.kinds.push_back(kind);
      columns.sqls.push_back(std::move(sql));
    };
    if (type == "user_id") {
      add("user_id");
    } else if (type == "anonymous_id") {
      add("anonymous_id");
      add("case when type = 'alias' then previous_id end");
    } else {
      // The traits of a group call are those of a company.
      add(fmt::format("case when type <> 'group' then coalesce({}, {}) end",
                      dialect.json_text("traits", type),
                      dialect.json_text("context", "traits." + type)));
    }
  }
  return columns;
}

// Grouped where the data is: a visitor's thousand page views are one row here.
std::string events_select(const Columns& columns, const std::string& condition) {
  std::string list;
  std::string places;
  for (std::size_t i = 0; i < columns.sqls.size(); ++i) {
    list += fmt::format(", {} as v{}", columns.sqls[i], i);
    places += fmt::format(", v{}", i);
  }
  return fmt::format(R"(
select source, rule, min_by(event_id, row(occurred_at, event_id)), min(occurred_at),
       max(occurred_at){1}
from (select source, case when type = 'alias' then 'alias' else 'same_event' end as rule, event_id,
             occurred_at{0}
      from raw.events where {2}) e
group by source, rule{1})",
                     list, places, condition);
}

Result<void> read_events(Session& session, const model::IdentityRules& rules,
                         const std::string& condition, Sightings& into) {
  const Columns columns = columns_of_events(session.dialect(), rules);
  TRY_ASSIGN(auto rows, session.query(events_select(columns, condition)));
  std::vector<std::string> values(columns.kinds.size());
  constexpr std::size_t values_from = 5;
  while (true) {
    TRY_ASSIGN(const bool more, rows.next());
    if (!more) return {};
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = rows.text(values_from + i);
    const std::string source(rows.text(0));
    const std::string rule(rows.text(1));
    const std::string record(rows.text(2));
    into.add({source, rule, record, rows.timestamp(3), rows.timestamp(4)}, columns.kinds, values);
  }
}

Result<void> read_stream(Session& session, const model::IdentityRules& rules,
                         const model::Source& source, const model::FileStream& stream,
                         const std::string& condition, Sightings& into) {
  const Dialect& dialect = session.dialect();
  Columns columns;
  std::string list = "_row_key, _updated_at";
  for (std::uint32_t kind = 0; kind < rules.identifiers.size(); ++kind) {
    const auto column = stream.identifiers.find(rules.identifiers[kind].type);
    if (column == stream.identifiers.end()) continue;
    columns.kinds.push_back(kind);
    list += ", " + dialect.identifier(column->second);
  }
  TRY_ASSIGN(auto rows,
             session.query(fmt::format("select {} from {} where {}", list,
                                       dialect.table(model::source_table(source.name, stream.name)),
                                       condition)));
  const std::string label = source.name + "." + stream.name;
  std::vector<std::string> values(columns.kinds.size());
  while (true) {
    TRY_ASSIGN(const bool more, rows.next());
    if (!more) return {};
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = rows.text(2 + i);
    const std::string record = fmt::format("{}#{}", label, rows.text(0));
    into.add({label, "same_row", record, rows.timestamp(1), rows.timestamp(1)}, columns.kinds,
             values);
  }
}

// What was read under other rules is read again under these: the rules are part of the reader's
// name.
std::string reader_of(std::string_view what, const model::IdentityRules& rules,
                      const std::string& more = {}) {
  std::string text = more;
  for (const auto& rule : rules.identifiers) {
    text += fmt::format("{}\n{}\n{}\n{}\n", rule.type, static_cast<int>(rule.normalise),
                        rule.block_roles, join(rule.block, "\t"));
  }
  constexpr std::size_t digits = 8;
  return fmt::format("identity:{}@{}", what, content_hash(text).hex().substr(0, digits));
}

Result<NewRows> what_to_read(Session& session, const std::string& reader, const std::string& table,
                             std::string_view column, GrowsBy grows, bool everything) {
  TRY_ASSIGN(auto fresh, warehouse::new_rows(session, reader, table, column, grows));
  TRY_ASSIGN(const auto found, session.columns(table));
  if (everything && !found.empty()) fresh.condition = "true";
  return fresh;
}

}  // namespace

Result<Reads> read_sightings(Session& session, const model::Project& project, bool everything,
                             Sightings& into) {
  const auto& rules = project.identity;
  Reads reads;
  TRY_ASSIGN(auto events, what_to_read(session, reader_of("events", rules), "raw.events",
                                       "log_offset", GrowsBy::number, everything));
  if (events.condition != "false") {
    TRY(read_events(session, rules, events.condition, into));
    reads.positions.push_back(std::move(events));
  }
  for (const auto& source : project.sources) {
    for (const auto& stream : source.streams) {
      if (stream.identifiers.empty()) continue;
      std::string columns;
      for (const auto& [type, column] : stream.identifiers) columns += type + "=" + column + "\n";
      TRY_ASSIGN(auto fresh,
                 what_to_read(session, reader_of(source.name + "." + stream.name, rules, columns),
                              model::source_table(source.name, stream.name), "_loaded_at",
                              GrowsBy::time, everything));
      if (fresh.condition == "false") continue;
      TRY(read_stream(session, rules, source, stream, fresh.condition, into));
      reads.positions.push_back(std::move(fresh));
    }
  }
  reads.anything = !reads.positions.empty();
  return reads;
}

}  // namespace rondo::identity
