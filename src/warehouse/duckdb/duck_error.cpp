#include "warehouse/duckdb/duck_error.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/core.h>

#include "base/json.h"
#include "base/text.h"

namespace rondo::warehouse::duck {
namespace {

struct Said {
  std::string type;     ///< "Binder", "Constraint", … as DuckDB names its exceptions
  std::string message;  ///< without the type
  std::size_t offset = std::string_view::npos;  ///< in bytes from the start of the SQL
};

Said parse_plain(std::string_view said) {
  constexpr std::string_view mark = " Error: ";
  const std::size_t colon = said.find(mark);
  if (colon == std::string_view::npos) return {"", std::string(said)};
  return {std::string(said.substr(0, colon)), std::string(said.substr(colon + mark.size()))};
}

Said parse(std::string_view said) {
  const std::size_t brace = said.find(R"({"exception_type")");
  if (brace == std::string_view::npos) return parse_plain(said);
  const auto json = Json::parse(said.substr(brace));
  if (!json) return parse_plain(said);
  Said result{std::string((*json)["exception_type"].as_string()),
              std::string((*json)["exception_message"].as_string())};
  const std::string_view position = (*json)["position"].as_string();
  std::size_t offset = 0;
  const auto [end, error] =
      std::from_chars(position.data(), position.data() + position.size(), offset);
  if (!position.empty() && error == std::errc{}) result.offset = offset;
  return result;
}

struct Meaning {
  ErrorKind kind;
  std::string_view code;
};

constexpr Meaning wrong_sql{ErrorKind::permanent, "R0201"};
constexpr Meaning wrong_data{ErrorKind::rejected, "R0202"};
constexpr Meaning conflict{ErrorKind::transient, "R0203"};
constexpr Meaning cancelled{ErrorKind::transient, "R0204"};
constexpr Meaning exhausted{ErrorKind::transient, "R0205"};
constexpr Meaning other{ErrorKind::permanent, "R0206"};

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

Meaning meaning_of(const Said& said) {
  const std::string_view type = said.type;
  constexpr std::array<std::string_view, 6> sql{
      "Parser", "Syntax", "Binder", "Catalog", "Parameter Not Resolved", "Parameter Not Allowed"};
  constexpr std::array<std::string_view, 7> data{"Constraint", "Conversion",    "Out of Range",
                                                 "Decimal",    "Mismatch Type", "Divide by Zero",
                                                 "Object Size"};
  if (contains(type, "Transaction")) {
    if (contains(said.message, "onflict")) return conflict;
    return contains(said.message, "constraint") ? wrong_data : other;
  }
  if (std::ranges::find(sql, type) != sql.end()) return wrong_sql;
  if (std::ranges::find(data, type) != data.end()) return wrong_data;
  if (type == "INTERRUPT" || type == "Interrupt") return cancelled;
  if (type == "Out of Memory") return exhausted;
  if (type == "IO" && contains(said.message, "No space left")) return exhausted;
  // A JSON document that is none is reported as a wrong argument.
  if (type == "Invalid Input" && contains(said.message, "JSON")) return wrong_data;
  return other;
}

/// 'abc' becomes '…', and `"email: ada@x.org"` keeps the column's name alone.
std::string without_values(std::string_view message) {
  message = message.substr(0, message.find("Input: "));
  std::string clean;
  char quote = 0;
  for (std::size_t i = 0; i < message.size(); ++i) {
    const char c = message[i];
    if (quote == 0) {
      clean += c;
      if (c == '\'' || c == '"') quote = c;
      if (c == '\'') clean += "…";
    } else if (c == quote && (i + 1 == message.size() ||
                              !std::isalnum(static_cast<unsigned char>(message[i + 1])))) {
      clean += c;
      quote = 0;
    } else if (quote == '"') {
      clean += c;
    }
  }
  // "Duplicate key "type: email, value: ada@x.org" violates": everything after a colon is a value.
  const std::size_t colon =
      clean.find("key \"") == std::string::npos ? std::string::npos : clean.find(": ");
  const std::size_t end = clean.rfind('"');
  if (colon != std::string::npos && end != std::string::npos && colon < end) {
    clean.replace(colon, end - colon, ": …");
  }
  return std::string(trim(clean));
}

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

bool is_word(char c) {
  return c == '_' || std::isalnum(static_cast<unsigned char>(c)) ||
         static_cast<unsigned char>(c) >= 0x80U;
}

/// What stands at the place that DuckDB points to: a word, a quoted name or text, or one character.
std::size_t token_length(std::string_view rest) {
  if (rest.empty()) return 1;
  if (rest[0] == '"' || rest[0] == '\'') {
    const std::size_t end = rest.substr(0, rest.find('\n')).find(rest[0], 1);
    return end == std::string_view::npos ? 1 : count_characters(rest.substr(0, end + 1));
  }
  const auto end = std::ranges::find_if_not(rest, is_word);
  const auto word = rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
  return std::max<std::size_t>(count_characters(word), 1);
}

Position position_of(std::size_t offset, std::string_view sql) {
  offset = std::min(offset, sql.size());
  const std::string_view before = sql.substr(0, offset);
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  Position where;
  where.line = static_cast<std::uint32_t>(std::ranges::count(before, '\n') + 1);
  where.column = static_cast<std::uint32_t>(count_characters(before.substr(line_start)) + 1);
  where.length = static_cast<std::uint32_t>(token_length(sql.substr(offset)));
  return where;
}

std::string sentence(std::string_view text) {
  std::string clean = replace_all(std::string(trim(text)), "\n", " ");
  while (clean.ends_with('!') || clean.ends_with('.')) clean.pop_back();
  return clean;
}

}  // namespace

Error to_error(std::string_view raw, std::string_view sql) {
  const Said said = parse(raw);
  const Meaning meaning = meaning_of(said);
  const std::size_t line_end = std::min(said.message.find('\n'), said.message.size());
  const std::string first = said.message.substr(0, line_end);
  Error error{meaning.kind, std::string(meaning.code), ""};
  if (meaning.code == wrong_data.code) {
    error.message = sentence(without_values(said.message));
  } else {
    error.message = sentence(first);
    error.hint = sentence(std::string_view(said.message).substr(line_end));
  }
  if (error.message.empty()) error.message = "the warehouse gave no reason";
  if (meaning.code == conflict.code && error.hint.empty()) {
    error.hint = "another session wrote the same rows: run it again";
  }
  if (said.offset != std::string_view::npos) error.where = position_of(said.offset, sql);
  return error;
}

Error to_open_error(std::string_view raw, std::string_view path) {
  const Said said = parse(raw);
  if (!contains(said.message, "Could not set lock")) {
    return {ErrorKind::permanent, "R0206",
            fmt::format("cannot open the warehouse {}: {}", path, sentence(said.message))};
  }
  std::string holder = "another process";
  if (const std::size_t pid = said.message.find("(PID "); pid != std::string::npos) {
    const std::size_t end = said.message.find(')', pid);
    holder = "process " + said.message.substr(pid + 5, end - pid - 5);
  }
  return {ErrorKind::transient, "R0207",
          fmt::format("the warehouse {} is held by {}", path, holder),
          "stop it, or ask the running Rondo through its API"};
}

}  // namespace rondo::warehouse::duck
