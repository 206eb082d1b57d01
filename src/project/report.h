#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/diagnostic.h"
#include "project/document.h"

namespace rondo::project {

/// What to say about one place; the rest (file, line, source text) the Report adds.
struct Finding {
  std::string code;
  std::string message;
  Span where{};
  std::string label{};
  std::string hint{};
  Severity severity = Severity::error;
};

/// Collects what is wrong with a project's files, and remembers their texts so that each diagnostic
/// can show its line. Also knows which files are broken, by syntax or by fields that are unknown,
/// missing or of a wrong type: what they were to declare is then unknown, so nobody is told that a
/// name of theirs does not exist.
class Report {
 public:
  void add_file(std::string path, std::string text);
  [[nodiscard]] std::string_view text(const std::string& path) const;

  void add(const std::string& file, Finding finding);
  /// About the project as a whole.
  void add(Finding finding) { add({}, std::move(finding)); }
  /// Lines that hold a secret in plain sight are never printed.
  void hide_line(const std::string& file, std::uint32_t line) { hidden_.emplace(file, line); }

  [[nodiscard]] bool is_broken(const std::string& file) const { return broken_.contains(file); }
  void set_broken(const std::string& file) { broken_.insert(file); }

  /// With the source lines filled in; the report is empty afterwards.
  [[nodiscard]] Diagnostics take();

 private:
  std::map<std::string, std::string> texts_;
  std::set<std::pair<std::string, std::uint32_t>> hidden_;
  std::set<std::string> broken_;
  std::vector<Diagnostic> found_;
};

[[nodiscard]] Position position(const std::string& file, Span where);
/// "did you mean `x`?", or what to say without a near name.
[[nodiscard]] std::string did_you_mean(std::string_view word, std::span<const std::string> known,
                                       std::string otherwise = {});
/// "`a`, `b` or `c`", at most `shown_max` of them.
[[nodiscard]] std::string one_of(std::span<const std::string> names, std::size_t shown_max = 12);
/// "`a`, `b` and `c`"
[[nodiscard]] std::string all_of(std::span<const std::string> names, std::size_t shown_max = 12);

}  // namespace rondo::project
