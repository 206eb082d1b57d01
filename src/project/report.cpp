#include "project/report.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"

namespace rondo::project {
namespace {

constexpr std::array<std::string_view, 7> codes_that_lose_names{"R0102", "R0103", "R0104", "R0105",
                                                                "R0108", "R0109", "R0110"};

bool contains(std::span<const std::string_view> codes, std::string_view code) {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

}  // namespace

void Report::add_file(std::string path, std::string text) {
  texts_.insert_or_assign(std::move(path), std::move(text));
}

std::string_view Report::text(const std::string& path) const {
  const auto found = texts_.find(path);
  return found == texts_.end() ? std::string_view{} : std::string_view(found->second);
}

void Report::add(const std::string& file, Finding finding) {
  if (contains(codes_that_lose_names, finding.code)) broken_.insert(file);
  Diagnostic diagnostic{finding.severity, std::move(finding.code), std::move(finding.message),
                        position(file, finding.where)};
  diagnostic.label = std::move(finding.label);
  diagnostic.hint = std::move(finding.hint);
  found_.push_back(std::move(diagnostic));
}

Diagnostics Report::take() {
  Diagnostics all;
  for (Diagnostic& diagnostic : found_) {
    const Position& where = diagnostic.where;
    if (!hidden_.contains({where.file, where.line})) {
      diagnostic.source_line = line_of(text(where.file), where.line);
    }
    all.add(std::move(diagnostic));
  }
  found_.clear();
  return all;
}

Position position(const std::string& file, Span where) {
  return {file, where.line, where.column, where.length};
}

std::string did_you_mean(std::string_view word, std::span<const std::string> known,
                         std::string otherwise) {
  if (const auto near = nearest(word, known)) return "did you mean `" + *near + "`?";
  return otherwise;
}

namespace {

std::string listed(std::span<const std::string> names, std::size_t shown_max,
                   std::string_view before_last) {
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < shown_max; ++i) {
    const bool last = i + 1 == names.size();
    if (i > 0) text += last ? before_last : ", ";
    text += "`" + names[i] + "`";
  }
  if (names.size() > shown_max) text += " …";
  return text;
}

}  // namespace

std::string one_of(std::span<const std::string> names, std::size_t shown_max) {
  return listed(names, shown_max, " or ");
}

std::string all_of(std::span<const std::string> names, std::size_t shown_max) {
  return listed(names, shown_max, " and ");
}

}  // namespace rondo::project
