#include "model/source.h"

#include <algorithm>
#include <array>

namespace rondo::model {
namespace {

constexpr std::array<EventColumn, 9> columns_of_events{{
    {"event_id", ColumnType::text},
    {"message_id", ColumnType::text},
    {"user_id", ColumnType::text},
    {"anonymous_id", ColumnType::text},
    {"group_id", ColumnType::text},
    {"identifier_type", ColumnType::text},
    {"identifier_value", ColumnType::text},
    {"occurred_at", ColumnType::timestamp},
    {"received_at", ColumnType::timestamp},
}};

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

void append_slug(std::string& table, std::string_view text) {
  bool gap = false;
  for (const char c : text) {
    if (!is_letter_or_digit(c)) {
      gap = true;
      continue;
    }
    if (gap) table += '_';
    gap = false;
    table += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
}

}  // namespace

std::string source_table(std::string_view source, std::string_view stream) {
  std::string table = "raw.";
  append_slug(table, source);
  table += '_';
  append_slug(table, stream);
  return table;
}

std::span<const EventColumn> event_columns() { return columns_of_events; }

std::string column_of_property(std::string_view property) {
  std::string column(property);
  std::replace(column.begin(), column.end(), '.', '_');
  return column;
}

}  // namespace rondo::model
