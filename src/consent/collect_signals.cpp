#include <map>
#include <optional>
#include <set>

#include <fmt/core.h>

#include "base/hash.h"
#include "base/text.h"
#include "consent/consent.h"
#include "warehouse/new_rows.h"

namespace rondo::consent {
namespace {

using warehouse::BatchBuilder;
using warehouse::Column;
using warehouse::ColumnType;
using warehouse::Dialect;
using warehouse::GrowsBy;
using warehouse::IngestMode;
using warehouse::NewRows;
using warehouse::Session;

constexpr std::string_view words_table = "rondo.working_consent_words";
constexpr std::string_view entries_table = "rondo.working_consent_entries";

std::string context_text(const Dialect& dialect, std::string_view path) {
  return dialect.json_text("e.context", path);
}

// What one set of preferences says about each purpose; of two categories for one purpose no wins.
std::map<std::string, bool> said_by(const model::ConsentRules& rules, const Json& preferences) {
  std::map<std::string, bool> said;
  for (const auto& [category, purpose] : rules.segment_categories) {
    const Json* word = preferences.find(category);
    if (word == nullptr || !word->is_bool()) continue;
    const auto [entry, first] = said.emplace(purpose, word->as_bool());
    if (!first) entry->second = entry->second && word->as_bool();
  }
  return said;
}

// Many events carry the same preferences: each distinct text is read once, then joined by itself.
Result<void> ingest_words(Session& session, const model::ConsentRules& rules,
                          const std::string& condition) {
  const std::string preferences = context_text(session.dialect(), "consent.categoryPreferences");
  BatchBuilder words({Column{"preferences", ColumnType::text}, Column{"purpose", ColumnType::text},
                      Column{"allowed", ColumnType::boolean}});
  {
    TRY_ASSIGN(auto rows, session.query(fmt::format("select distinct {0} from raw.events e "
                                                    "where {1} and {0} is not null",
                                                    preferences, condition)));
    while (true) {
      TRY_ASSIGN(const bool more, rows.next());
      if (!more) break;
      const auto parsed = Json::parse(rows.text(0));
      if (!parsed) continue;  // not an object: says nothing
      for (const auto& [purpose, allowed] : said_by(rules, *parsed)) {
        words.text(rows.text(0)).text(purpose).boolean(allowed);
      }
    }
  }
  TRY(session.ingest(words_table, std::move(words).finish(), IngestMode::replace));
  return {};
}

std::string insert_new(std::string_view select) {
  return fmt::format(
      R"(insert into rondo.consent_ledger (identifier_type, identifier_value, purpose,
  allowed, occurred_at, source, evidence, recorded_at)
select n.* from ({}) n where not exists (
  select 1 from rondo.consent_ledger l
  where l.identifier_type = n.identifier_type and l.identifier_value = n.identifier_value
    and l.purpose = n.purpose and l.evidence = n.evidence))",
      select);
}

Result<std::int64_t> add_preferences(Session& session, const model::ConsentRules& rules,
                                     const std::string& condition, Time now) {
  if (rules.segment_categories.empty()) return 0;
  TRY(ingest_words(session, rules, condition));
  const std::string preferences = context_text(session.dialect(), "consent.categoryPreferences");
  TRY_ASSIGN(
      const auto added,
      session.execute(
          insert_new(fmt::format(
              R"(select e.identifier_type, e.identifier_value, w.purpose, w.allowed, e.occurred_at,
  e.source, e.event_id as evidence, $1 as recorded_at
  from raw.events e join {} w on w.preferences = {}
  where {} and e.identifier_value is not null)",
              session.dialect().table(words_table), preferences, condition)),
          {now}));
  TRY(session.execute("drop table " + session.dialect().table(words_table)));
  return added;
}

Result<std::int64_t> add_gpc(Session& session, const model::ConsentRules& rules,
                             const std::string& condition, Time now) {
  std::int64_t added = 0;
  for (const auto& purpose : rules.gpc_denies) {
    // Its own evidence, for the same event may also carry a yes in its preferences.
    TRY_ASSIGN(
        const auto rows,
        session.execute(
            insert_new(fmt::format(
                R"(select e.identifier_type, e.identifier_value, {} as purpose, false as allowed,
  e.occurred_at, e.source, e.event_id || '#gpc' as evidence, $1 as recorded_at
  from raw.events e
  where {} and e.identifier_value is not null and {} in ('true', '1'))",
                session.dialect().literal(purpose), condition,
                context_text(session.dialect(), "gpc"))),
            {now}));
    added += rows;
  }
  return added;
}

// Only what is surely a yes is one: `unsubscribed` or `N` must not leave an earlier yes standing.
bool is_yes(std::string_view text) {
  const std::string word = lower(trim(text));
  return word == "true" || word == "yes" || word == "1";
}

// An empty cell says nothing, but it takes back the yes that stood in this cell before.
std::string drop_empty_without_a_yes(std::string_view working) {
  return fmt::format(R"(delete from {} n where n.is_empty and not exists (
  select 1 from rondo.consent_ledger l
  where l.identifier_type = n.identifier_type and l.identifier_value = n.identifier_value
    and l.purpose = n.purpose and l.allowed and l.occurred_at < n.occurred_at
    and starts_with(l.evidence, n.row_name) and not exists (
      select 1 from rondo.consent_ledger m
      where m.identifier_type = l.identifier_type and m.identifier_value = l.identifier_value
        and m.purpose = l.purpose and not m.allowed and starts_with(m.evidence, n.row_name)
        and m.occurred_at > l.occurred_at and m.occurred_at < n.occurred_at)))",
                     working);
}

// The columns of a stream that are read: row key, time, then identifiers and consent in map order.
std::string stream_select(const Dialect& dialect, const model::Source& source,
                          const model::FileStream& stream, const std::string& condition) {
  std::string columns = "_row_key, _updated_at";
  for (const auto& [type, column] : stream.identifiers)
    columns += ", " + dialect.identifier(column);
  for (const auto& [purpose, column] : stream.consent) columns += ", " + dialect.identifier(column);
  return fmt::format("select {} from {} where {}", columns,
                     dialect.table(model::source_table(source.name, stream.name)), condition);
}

std::optional<model::Identifier> strongest(const model::IdentityRules& rules,
                                           const model::FileStream& stream,
                                           const warehouse::Rows& row) {
  for (const auto& rule : rules.identifiers) {
    const auto found = stream.identifiers.find(rule.type);
    if (found == stream.identifiers.end()) continue;
    const auto place = std::distance(stream.identifiers.begin(), found);
    const auto value =
        model::normalise(rule.normalise, row.text(2 + static_cast<std::size_t>(place)));
    if (value && model::identifies(rule, *value)) return model::Identifier{rule.type, *value};
  }
  return std::nullopt;
}

const std::vector<Column>& entry_columns() {
  static const std::vector<Column> columns{
      {"identifier_type", ColumnType::text},  {"identifier_value", ColumnType::text},
      {"purpose", ColumnType::text},          {"allowed", ColumnType::boolean},
      {"occurred_at", ColumnType::timestamp}, {"source", ColumnType::text},
      {"evidence", ColumnType::text},         {"recorded_at", ColumnType::timestamp},
      {"row_name", ColumnType::text},         {"is_empty", ColumnType::boolean}};
  return columns;
}

// What was read under other rules is read again under these: the rules are part of the reader's
// name.
std::string reader_name(std::string_view what, const std::string& rules) {
  constexpr std::size_t digits = 8;
  return fmt::format("consent:{}@{}", what, content_hash(rules).hex().substr(0, digits));
}

std::string rules_text(const model::ConsentRules& rules) {
  std::string text;
  for (const auto& [category, purpose] : rules.segment_categories) {
    text += category + '\n' + purpose + '\n';
  }
  for (const auto& purpose : rules.gpc_denies) text += '\t' + purpose;
  return text;
}

std::string rules_text(const model::IdentityRules& rules, const model::FileStream& stream) {
  std::string text;
  for (const auto& [purpose, column] : stream.consent) text += purpose + '\n' + column + '\n';
  for (const auto& rule : rules.identifiers) {
    const auto column = stream.identifiers.find(rule.type);
    if (column == stream.identifiers.end()) continue;
    text += fmt::format("{}\t{}\t{}\t{}\t{}\n", rule.type, column->second,
                        static_cast<int>(rule.normalise), rule.block_roles, join(rule.block, "\t"));
  }
  return text;
}

struct StreamOf {
  const model::Source& source;
  const model::FileStream& stream;
  [[nodiscard]] std::string label() const { return source.name + "." + stream.name; }
};

Result<warehouse::Batch> entries_of(Session& session, const model::IdentityRules& rules,
                                    const StreamOf& of, const std::string& condition, Time now) {
  BatchBuilder entries(entry_columns());
  TRY_ASSIGN(auto rows,
             session.query(stream_select(session.dialect(), of.source, of.stream, condition)));
  while (true) {
    TRY_ASSIGN(const bool more, rows.next());
    if (!more) break;
    const auto who = strongest(rules, of.stream, rows);
    if (!who) continue;
    const std::string row_name = fmt::format("{}#{}@", of.label(), rows.text(0));
    std::size_t column = 2 + of.stream.identifiers.size();
    for (const auto& [purpose, name] : of.stream.consent) {
      const auto word = rows.text(column++);
      // With its time: a person may say yes, no and yes again in the same row of the same file.
      entries.text(who->type).text(who->value).text(purpose).boolean(is_yes(word));
      entries.timestamp(rows.timestamp(1)).text(of.source.name);
      entries.text(fmt::format("{}{}", row_name, rows.text(1))).timestamp(now);
      entries.text(row_name).boolean(trim(word).empty());
    }
  }
  return std::move(entries).finish();
}

Result<std::int64_t> add_rows(Session& session, const model::Project& project, const StreamOf& of,
                              Time now) {
  const std::string table = model::source_table(of.source.name, of.stream.name);
  const auto reader = reader_name(of.label(), rules_text(project.identity, of.stream));
  TRY_ASSIGN(const auto fresh,
             warehouse::new_rows(session, reader, table, "_loaded_at", GrowsBy::time));
  if (fresh.condition == "false") return 0;
  TRY_ASSIGN(auto entries, entries_of(session, project.identity, of, fresh.condition, now));
  TRY(session.ingest(entries_table, std::move(entries), IngestMode::replace));
  const std::string working = session.dialect().table(entries_table);
  TRY(session.execute(drop_empty_without_a_yes(working)));
  TRY(session.execute(fmt::format(R"(delete from {} n where exists (
  select 1 from rondo.consent_ledger l
  where l.identifier_type = n.identifier_type and l.identifier_value = n.identifier_value
    and l.purpose = n.purpose and l.evidence = n.evidence and l.allowed = n.allowed))",
                                  working)));
  const std::vector<std::string> keys{"identifier_type", "identifier_value", "purpose", "evidence"};
  const std::vector<std::string> others{"allowed", "occurred_at", "source", "recorded_at"};
  TRY_ASSIGN(const auto changed, session.execute(session.dialect().upsert(
                                     "rondo.consent_ledger", entries_table, keys, others)));
  TRY(session.execute("drop table " + working));
  TRY(warehouse::remember(session, fresh));
  return changed;
}

Result<std::int64_t> add_events(Session& session, const model::ConsentRules& rules, Time now) {
  TRY_ASSIGN(const NewRows fresh,
             warehouse::new_rows(session, reader_name("events", rules_text(rules)), "raw.events",
                                 "log_offset", GrowsBy::number));
  if (fresh.condition == "false") return 0;
  TRY_ASSIGN(const auto said, add_preferences(session, rules, fresh.condition, now));
  TRY_ASSIGN(const auto denied, add_gpc(session, rules, fresh.condition, now));
  TRY(warehouse::remember(session, fresh));
  return said + denied;
}

}  // namespace

Result<CollectReport> collect_signals(Session& session, const model::Project& project, Time now) {
  CollectReport report;
  TRY(session.transaction([&]() -> Result<void> {
    TRY_ASSIGN(report.from_events, add_events(session, project.consent, now));
    for (const auto& source : project.sources) {
      for (const auto& stream : source.streams) {
        if (stream.consent.empty()) continue;
        TRY_ASSIGN(const auto added, add_rows(session, project, {source, stream}, now));
        report.from_rows += added;
      }
    }
    return {};
  }));
  return report;
}

}  // namespace rondo::consent
