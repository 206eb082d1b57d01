#include "base/diagnostic.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace rondo {
namespace {

constexpr std::string_view bold = "\x1b[1m";
constexpr std::string_view blue = "\x1b[1;34m";
constexpr std::string_view plain = "\x1b[0m";

std::string_view colour_of(Severity severity) {
  switch (severity) {
    case Severity::error: return "\x1b[1;31m";
    case Severity::warning: return "\x1b[1;33m";
    case Severity::note: return "\x1b[1;32m";
  }
  __builtin_unreachable();
}

class Dress {
 public:
  explicit Dress(bool colours) : colours_(colours) {}
  std::string operator()(std::string_view colour, std::string_view text) const {
    if (!colours_ || text.empty()) return std::string(text);
    return std::string(colour).append(text).append(plain);
  }

 private:
  bool colours_;
};

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

/// What to print before the first caret: a space for each character, but tabs stay tabs, so that
/// the caret stands right whatever width the terminal gives them.
std::string space_before(std::string_view line, std::uint32_t column) {
  std::string space;
  std::uint32_t at = 1;
  for (const char c : line) {
    if (continues_character(c)) continue;
    if (at++ == column) return space;
    space += c == '\t' ? '\t' : ' ';
  }
  space.append(column - std::min(column, at), ' ');
  return space;
}

std::uint32_t characters_in(std::string_view line) {
  const auto count =
      std::count_if(line.begin(), line.end(), [](char c) { return !continues_character(c); });
  return static_cast<std::uint32_t>(count);
}

/// At least one caret, and none beyond the place after the line's last character.
std::string carets(const Diagnostic& diagnostic) {
  const std::uint32_t behind = characters_in(diagnostic.source_line) + 1;
  const std::uint32_t column = diagnostic.where.column;
  const std::uint32_t room = column < behind ? behind - column : 1;
  return std::string(std::clamp<std::uint32_t>(diagnostic.where.length, 1, room), '^');
}

std::string footer(const Diagnostic& diagnostic) {
  std::string text = diagnostic.hint;
  if (diagnostic.code.empty()) return text;
  if (!text.empty()) {
    const bool ended = std::string_view(".?!").find(text.back()) != std::string_view::npos;
    text += ended ? " " : "; ";
  }
  return text + "`rondo explain " + diagnostic.code + "` tells more";
}

std::string snippet(const Diagnostic& diagnostic, const std::string& gutter,
                    const std::string& number, const Dress& dress) {
  const std::string bar = dress(blue, gutter + " |");
  std::string out = bar + "\n" + dress(blue, number + " |") + " " + diagnostic.source_line + "\n";
  out += bar + " " + space_before(diagnostic.source_line, diagnostic.where.column);
  out += dress(colour_of(diagnostic.severity),
               carets(diagnostic) + (diagnostic.label.empty() ? "" : " " + diagnostic.label));
  return out + "\n";
}

}  // namespace

std::string_view name_of(Severity severity) {
  switch (severity) {
    case Severity::error: return "error";
    case Severity::warning: return "warning";
    case Severity::note: return "note";
  }
  __builtin_unreachable();
}

Diagnostic to_diagnostic(const Error& error, std::string_view source_line) {
  Diagnostic diagnostic{Severity::error, error.code, error.text(),
                        error.where.value_or(Position{})};
  diagnostic.source_line = source_line;
  diagnostic.hint = error.hint;
  return diagnostic;
}

std::string render(const Diagnostic& diagnostic, bool colours) {
  const Dress dress(colours);
  const Position& where = diagnostic.where;
  const std::string code = diagnostic.code.empty() ? "" : "[" + diagnostic.code + "]";
  std::string out =
      dress(colour_of(diagnostic.severity), std::string(name_of(diagnostic.severity)) + code);
  out += dress(bold, ": " + diagnostic.message) + "\n";

  const std::string number = std::to_string(where.line);
  const std::string gutter(number.size(), ' ');
  if (!where.file.empty()) {
    out += gutter + dress(blue, " -->") + " " + where.file + ":" + number + ":" +
           std::to_string(where.column) + "\n";
    if (!diagnostic.source_line.empty()) out += snippet(diagnostic, gutter, number, dress);
  }
  const std::string last = footer(diagnostic);
  if (!last.empty()) out += gutter + dress(blue, " =") + " " + last + "\n";
  return out;
}

Json to_json(const Diagnostic& diagnostic) {
  return Json::object({{"severity", name_of(diagnostic.severity)},
                       {"code", diagnostic.code},
                       {"message", diagnostic.message},
                       {"file", diagnostic.where.file},
                       {"line", std::int64_t{diagnostic.where.line}},
                       {"column", std::int64_t{diagnostic.where.column}},
                       {"length", std::int64_t{diagnostic.where.length}},
                       {"source_line", diagnostic.source_line},
                       {"label", diagnostic.label},
                       {"hint", diagnostic.hint}});
}

std::string_view line_of(std::string_view text, std::uint32_t line) {
  for (; line > 1; --line) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  text = text.substr(0, text.find('\n'));
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

void Diagnostics::add(Diagnostic diagnostic) {
  if (diagnostic.severity == Severity::error) ++error_count_;
  if (diagnostic.severity == Severity::warning) ++warning_count_;
  all_.push_back(std::move(diagnostic));
}

void Diagnostics::add(std::vector<Diagnostic> more) {
  for (Diagnostic& diagnostic : more) add(std::move(diagnostic));
}

std::vector<Diagnostic> Diagnostics::sorted() const {
  std::vector<Diagnostic> in_order = all_;
  const auto place = [](const Diagnostic& diagnostic) {
    return std::tie(diagnostic.where.file, diagnostic.where.line, diagnostic.where.column);
  };
  std::stable_sort(in_order.begin(), in_order.end(),
                   [&](const Diagnostic& a, const Diagnostic& b) { return place(a) < place(b); });
  return in_order;
}

std::string Diagnostics::render(bool colours) const {
  std::string out;
  std::size_t shown = 0;
  for (const Diagnostic& diagnostic : sorted()) {
    if (shown == shown_max) break;
    if (shown++ > 0) out += '\n';
    out += rondo::render(diagnostic, colours);
  }
  if (all_.size() > shown) out += "\nand " + std::to_string(all_.size() - shown) + " more\n";
  return out;
}

Json Diagnostics::to_json() const {
  Json all = Json::array();
  for (const Diagnostic& diagnostic : sorted()) all.push(rondo::to_json(diagnostic));
  return all;
}

}  // namespace rondo
