#include "collect/views.h"

#include <array>
#include <set>
#include <string>

#include <fmt/core.h>

#include "collect/route.h"

namespace rondo::collect {
namespace {

using model::EventType;
using warehouse::Dialect;

std::string_view described_part(EventType type) {
  return type == EventType::identify || type == EventType::group ? "traits" : "properties";
}

std::string columns_of(const Dialect& dialect, const model::Contract* contract,
                       std::string_view part) {
  std::string columns;
  std::set<std::string, std::less<>> taken;
  for (const auto& column : model::event_columns()) {
    columns += (columns.empty() ? "" : ", ") + dialect.identifier(column.name);
    taken.emplace(column.name);
  }
  if (contract == nullptr) return columns + ", " + dialect.identifier(part);
  for (const auto& column : contract->columns) {
    const std::string name = model::column_of_property(column.name);
    if (!taken.insert(name).second) continue;
    const std::string text = dialect.json_text(dialect.identifier(part), column.name);
    columns += ", ";
    columns += column.type == model::ColumnType::text ? text : dialect.safe_cast(text, column.type);
    columns += " as " + dialect.identifier(name);
  }
  return columns;
}

std::string view_sql(const Dialect& dialect, const model::Source& source, std::string_view stream,
                     const model::Contract* contract) {
  const auto call = event_type_of(stream);
  const auto type = call.value_or(EventType::track);
  std::string condition = fmt::format("source = {} and type = {}", dialect.literal(source.name),
                                      dialect.literal(name_of(type)));
  if (!call) condition += " and name = " + dialect.literal(stream);
  return fmt::format("create or replace view {} as select {} from raw.events where {}",
                     dialect.table(model::source_table(source.name, stream)),
                     columns_of(dialect, contract, described_part(type)), condition);
}

Result<void> ensure_views_of(warehouse::Session& session, const model::Project& project,
                             const model::Source& source) {
  std::set<std::string, std::less<>> made;
  for (const auto& event : source.events) {
    made.insert(event.name);
    const auto* contract = project.contract(event.contract);
    TRY(session.execute(view_sql(session.dialect(), source, event.name, contract)));
  }
  for (const auto type : {EventType::identify, EventType::page, EventType::screen, EventType::group,
                          EventType::alias}) {
    if (made.contains(name_of(type))) continue;
    TRY(session.execute(view_sql(session.dialect(), source, name_of(type), nullptr)));
  }
  return {};
}

}  // namespace

Result<void> ensure_event_views(warehouse::Session& session, const model::Project& project) {
  for (const auto& source : project.sources) {
    if (source.type == "tracking") TRY(ensure_views_of(session, project, source));
  }
  return {};
}

}  // namespace rondo::collect
