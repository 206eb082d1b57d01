#include "collect/event_intake.h"

#include <array>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "base/json.h"
#include "base/json_text.h"
#include "base/text.h"
#include "collect/quarantine.h"

namespace rondo::collect {
namespace {

using model::ColumnType;
using warehouse::Column;

std::vector<Column> event_table_columns() {
  return {{"event_id", ColumnType::text},
          {"source", ColumnType::text},
          {"message_id", ColumnType::text},
          {"type", ColumnType::text},
          {"name", ColumnType::text},
          {"user_id", ColumnType::text},
          {"anonymous_id", ColumnType::text},
          {"group_id", ColumnType::text},
          {"previous_id", ColumnType::text},
          {"identifier_type", ColumnType::text},
          {"identifier_value", ColumnType::text},
          {"occurred_at", ColumnType::timestamp},
          {"received_at", ColumnType::timestamp},
          {"properties", ColumnType::json},
          {"traits", ColumnType::json},
          {"context", ColumnType::json},
          {"log_offset", ColumnType::int64}};
}

std::string text_of(const Json& value) {
  if (value.is_string()) return std::string(value.as_string());
  return value.is_number() ? value.text() : std::string{};
}

std::optional<std::string> usable(const model::IdentifierRule& rule, std::string_view raw) {
  if (raw.empty()) return std::nullopt;
  auto value = model::normalise(rule.normalise, raw);
  if (value && !model::identifies(rule, *value)) value.reset();
  return value;
}

/// Reads the JSON parts of an event only when a rule first needs them.
class Parts {
 public:
  explicit Parts(const RawEvent& event) : event_(event) {}
  std::optional<std::string> find(const model::IdentifierRule& rule) {
    if (!read_) read();
    const Json& traits_of_context = std::as_const(context_)["traits"];
    for (const Json* part :
         std::initializer_list<const Json*>{&traits_, &traits_of_context, &properties_}) {
      if (auto value = usable(rule, text_of((*part)[rule.type]))) return value;
    }
    return std::nullopt;
  }

 private:
  void read() {
    read_ = true;
    if (auto parsed = Json::parse(event_.traits)) traits_ = std::move(*parsed);
    if (auto parsed = Json::parse(event_.context)) context_ = std::move(*parsed);
    if (auto parsed = Json::parse(event_.properties)) properties_ = std::move(*parsed);
  }
  const RawEvent& event_;
  bool read_ = false;
  Json traits_;
  Json context_;
  Json properties_;
};

std::optional<std::string_view> own_id(const RawEvent& event, std::string_view type) {
  if (type == "user_id") return event.user_id;
  if (type == "anonymous_id") return event.anonymous_id;
  if (type == "group_id") return event.group_id;
  return std::nullopt;
}

constexpr std::string_view events_arriving = "rondo.working_events";

// One event of a batch may be there twice when the log holds a resend that the collector had
// already forgotten.
std::string insert_new_events(const warehouse::Dialect& dialect) {
  std::string names;
  for (const auto& column : event_table_columns()) {
    names += (names.empty() ? "" : ", ") + dialect.identifier(column.name);
  }
  return fmt::format(
      R"(insert into raw.events ({0}) select {0} from (
  select *, row_number() over (partition by event_id order by log_offset) as copy_number from {1}
) a where copy_number = 1 and not exists (select 1 from raw.events e where e.event_id = a.event_id))",
      names, dialect.table(events_arriving));
}

}  // namespace

model::Identifier strongest_identifier(const RawEvent& event, const model::IdentityRules& rules) {
  Parts parts(event);
  for (const auto& rule : rules.identifiers) {
    const auto own = own_id(event, rule.type);
    auto value = own ? usable(rule, *own) : parts.find(rule);
    if (value) return {rule.type, std::move(*value)};
  }
  return {};
}

std::string merged_context(const LogRecord& record, std::string_view own_context) {
  if (record.batch_context.empty() && !record.gpc) return std::string(own_context);
  Json merged = Json::object();
  for (const auto text : {record.batch_context, own_context}) {
    if (text.empty()) continue;
    const auto part = Json::parse(text);
    if (!part) continue;
    for (const auto& [key, value] : part->as_object()) merged.set(key, value);
  }
  if (record.gpc) merged.set("gpc", true);
  return merged.text();
}

std::string quarantine_payload(const LogRecord& record, log::Offset offset) {
  std::string payload = fmt::format(
      R"({{"message_id":{},"received_at":"{}","occurred_at":"{}","type":"{}","gpc":{},"log_offset":{})",
      json_quoted(record.message_id), to_text(record.received_at), to_text(record.occurred_at),
      record.type ? name_of(*record.type) : "", record.gpc, offset);
  if (!record.batch_context.empty())
    payload += fmt::format(R"(,"context":{})", record.batch_context);
  payload += fmt::format(R"(,"event":{}}})", record.event);
  return payload;
}

EventIntake::EventIntake(const model::IdentityRules& identity)
    : identity_(identity), events_(event_table_columns()), quarantine_(quarantine_columns()) {}

std::int64_t EventIntake::rows() const { return events_.rows() + quarantine_.rows(); }

Result<void> EventIntake::add(const LogRecord& record, log::Offset offset) {
  if (record.is_quarantined()) {
    add_to_quarantine(record, offset);
    return {};
  }
  text_ = record.event;
  TRY_ASSIGN(const RawEvent event, parser_.parse_event(text_, record.type));
  const auto identifier = strongest_identifier(event, identity_);
  events_.text(record.event_id.hex())
      .text(record.source)
      .text(record.message_id)
      .text(name_of(record.type.value_or(model::EventType::track)))
      .text_or_null(event.name)
      .text_or_null(event.user_id)
      .text_or_null(event.anonymous_id)
      .text_or_null(event.group_id)
      .text_or_null(event.previous_id)
      .text_or_null(identifier.type)
      .text_or_null(identifier.value)
      .timestamp(record.occurred_at)
      .timestamp(record.received_at)
      .text_or_null(event.properties)
      .text_or_null(event.traits)
      .text_or_null(merged_context(record, event.context))
      .int64(static_cast<std::int64_t>(offset));
  return {};
}

void EventIntake::add_to_quarantine(const LogRecord& record, log::Offset offset) {
  // The stream is the name under which the source would declare the event.
  std::string stream = record.type ? std::string(name_of(*record.type)) : "unknown";
  text_ = record.event;
  if (const auto event = parser_.parse_event(text_, record.type)) {
    if (record.type == model::EventType::track && !event->name.empty()) stream = event->name;
  }
  add_quarantined(quarantine_, {.id = record.event_id.hex(),
                                .source = std::string(record.source),
                                .stream = stream,
                                .contract = std::string(record.contract),
                                .reason_code = std::string(record.reason_code),
                                .reason = std::string(record.reason),
                                .payload = quarantine_payload(record, offset),
                                .received_at = record.received_at});
}

Result<Intake> EventIntake::store(warehouse::Session& session) && {
  Intake intake;
  if (events_.rows() > 0) {
    TRY(session.ingest(events_arriving, std::move(events_).finish(),
                       warehouse::IngestMode::replace));
    TRY_ASSIGN(intake.events, session.execute(insert_new_events(session.dialect())));
    TRY(session.execute("drop table " + session.dialect().table(events_arriving)));
  }
  TRY_ASSIGN(intake.quarantined, store_quarantined(session, std::move(quarantine_)));
  return intake;
}

}  // namespace rondo::collect
