#include "collect/release.h"

#include <map>
#include <optional>

#include <fmt/core.h>

#include "base/json.h"
#include "collect/event_intake.h"
#include "collect/event_time.h"
#include "collect/file_reader.h"
#include "collect/judge.h"
#include "collect/row_check.h"
#include "collect/row_merge.h"
#include "guard/contract.h"

namespace rondo::collect {
namespace {

using model::ColumnType;
using warehouse::Session;

struct Held {
  std::string id;
  std::string source;
  std::string stream;
  std::string payload;
  Time received_at{};
};

Result<Held> held_record(Session& session, const std::string& id) {
  TRY_ASSIGN(auto rows,
             session.query("select source, stream, payload, received_at from rondo.quarantine "
                           "where quarantine_id = $1 and state = 'held'",
                           {id}));
  TRY_ASSIGN(const bool found, rows.next());
  if (!found) {
    return fail(ErrorKind::rejected, "R0340", fmt::format("nothing is held under the id {}", id));
  }
  return Held{id, std::string(rows.text(0)), std::string(rows.text(1)), std::string(rows.text(2)),
              rows.timestamp(3)};
}

Result<void> mark_released(Session& session, const std::string& id, Time now) {
  TRY(
      session.execute("update rondo.quarantine set state = 'released', released_at = $2 "
                      "where quarantine_id = $1",
                      {id, now}));
  return {};
}

/// What became of one held record: why it stays, or how many rows it brought.
struct Outcome {
  std::string stays;
  std::int64_t rows = 0;
};

Time time_or(const Json& value, Time otherwise) {
  const auto parsed = parse_time(value.as_string());
  return parsed ? *parsed : otherwise;
}

Result<Outcome> release_event(const LoadContext& context, const model::Source& source,
                              const Json& payload) {
  RequestParser parser;
  std::string text = payload["event"].text();
  const auto type = event_type_of(payload["type"].as_string());
  const auto event = parser.parse_event(text, type);
  if (!event) return Outcome{event.error().text()};
  const SourceRules rules(context.project, source);
  const Verdict verdict = judge(*event, rules);
  if (verdict.ruling != Ruling::accept) return Outcome{verdict.problem.reason};
  const Time received_at = time_or(payload["received_at"], context.world.clock.now());
  // What the collector made of the sender's clock then stays true; an unreadable time stays a
  // reason.
  if (const auto happened = occurred_at(*event, "", received_at); !happened) {
    return Outcome{happened.error().text()};
  }
  const std::string batch_context = payload["context"].is_object() ? payload["context"].text() : "";
  LogRecord record{.received_at = received_at,
                   .occurred_at = time_or(payload["occurred_at"], received_at),
                   .type = event->type,
                   .gpc = payload["gpc"].as_bool(),
                   .source = source.name,
                   .message_id = payload["message_id"].as_string(),
                   .batch_context = batch_context,
                   .event = text};
  record.event_id = event_id_of(record.source, record.message_id);
  EventIntake intake(context.project.identity);
  TRY(intake.add(record, static_cast<log::Offset>(payload["log_offset"].as_int())));
  TRY_ASSIGN(const Intake stored, std::move(intake).store(context.session));
  return Outcome{{}, stored.events};
}

Result<std::vector<warehouse::Column>> stage_row(Session& session, const Json& payload) {
  std::vector<warehouse::Column> columns;
  for (const auto& [name, value] : payload["row"].as_object()) {
    columns.push_back({name, ColumnType::text});
  }
  auto all = columns;
  all.push_back({"_file", ColumnType::text});
  all.push_back({"_row", ColumnType::int64});
  warehouse::BatchBuilder batch(all);
  for (const auto& [name, value] : payload["row"].as_object()) {
    if (value.is_null()) {
      batch.null();
    } else {
      batch.text(value.is_string() ? std::string(value.as_string()) : value.text());
    }
  }
  batch.text(payload["_file"].as_string()).int64(payload["_row"].as_int());
  TRY(session.ingest(rows_arriving, std::move(batch).finish(), warehouse::IngestMode::replace));
  return columns;
}

// A row that came in after this one was set aside is the later one.
Result<bool> is_superseded(Session& session, const std::string& table,
                           const model::FileStream& stream, const Json& row, Time received_at) {
  const Json& key = row[stream.key];
  if (stream.key.empty() || key.is_null()) return false;
  TRY_ASSIGN(const auto columns, session.columns(table));
  if (columns.empty()) return false;
  TRY_ASSIGN(
      const auto later,
      session.count(fmt::format("select count(*) from {} where _row_key = $1 and "
                                "_loaded_at > $2",
                                session.dialect().table(table)),
                    {key.is_string() ? std::string(key.as_string()) : key.text(), received_at}));
  return later > 0;
}

Result<Outcome> release_row(const LoadContext& context, const model::Source& source,
                            const model::FileStream& stream, const Json& payload,
                            Time received_at) {
  if (!payload["row"].is_object()) return Outcome{"the line is not a row"};
  auto& session = context.session;
  const auto* contract = context.project.contract(stream.contract);
  const std::string table = model::source_table(source.name, stream.name);
  TRY_ASSIGN(const bool superseded,
             is_superseded(session, table, stream, payload["row"], received_at));
  if (superseded) return Outcome{};
  TRY_ASSIGN(const auto columns, stage_row(session, payload));
  TRY_ASSIGN(const auto bad, take_out_bad_rows(session, columns, stream, contract));
  Outcome outcome;
  if (!bad.empty()) {
    outcome.stays = bad.front().reason;
  } else {
    TRY_ASSIGN(const MergeCounts merged,
               merge_rows(session, table, columns, stream, contract, context.world.clock.now()));
    outcome.rows = merged.added + merged.replaced;
  }
  TRY(session.execute("drop table " + session.dialect().table(rows_arriving)));
  return outcome;
}

Result<Outcome> release_one(const LoadContext& context, const Held& held) {
  const auto* source = context.project.source(held.source);
  if (source == nullptr) return Outcome{"the source " + held.source + " is no more"};
  const auto payload = Json::parse(held.payload);
  if (!payload) return Outcome{payload.error().text()};
  if (source->type == "tracking") return release_event(context, *source, *payload);
  for (const auto& stream : source->streams) {
    if (stream.name == held.stream) {
      return release_row(context, *source, stream, *payload, held.received_at);
    }
  }
  return Outcome{"the stream " + held.stream + " is no more"};
}

}  // namespace

Result<ReleaseReport> release(const LoadContext& context,
                              const std::vector<std::string>& quarantine_ids) {
  ReleaseReport report;
  const Time now = context.world.clock.now();
  TRY(context.session.transaction([&]() -> Result<void> {
    for (const auto& id : quarantine_ids) {
      TRY_ASSIGN(const Held held, held_record(context.session, id));
      TRY_ASSIGN(const Outcome outcome, release_one(context, held));
      if (!outcome.stays.empty()) {
        report.still_held.emplace_back(id, outcome.stays);
        continue;
      }
      TRY(mark_released(context.session, id, now));
      ++report.released;
      report.repeated += outcome.rows == 0 ? 1 : 0;
    }
    return {};
  }));
  return report;
}

}  // namespace rondo::collect
