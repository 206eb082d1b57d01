#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "base/position.h"

namespace rondo {

enum class Severity { error, warning, note };

[[nodiscard]] std::string_view name_of(Severity severity);

/// Something to say about a user's file. Collected, never thrown: all problems are shown at once.
struct Diagnostic {
  Severity severity = Severity::error;
  std::string code;           ///< documented, see codes.h; may be empty for notes
  std::string message;        ///< what is wrong, one line, no full stop
  Position where;             ///< an empty file: about the project as a whole
  std::string source_line{};  ///< the line of `where` as it stands in the file; may be empty
  std::string label{};        ///< beside the carets: what is wrong right there
  std::string hint{};         ///< what to do; a question or a sentence
};

/// The diagnostic that an error with a position amounts to; causes become part of the message.
[[nodiscard]] Diagnostic to_diagnostic(const Error& error, std::string_view source_line = {});

/// For a terminal, ends with a line feed:
///
///     error[R0103]: unknown field `scedule` in sync
///       --> syncs/paid_users.yaml:5:1
///       |
///     5 | scedule: every 15m
///       | ^^^^^^^ no such field
///       = did you mean `schedule`? `rondo explain R0103` tells more
///
/// The carets stand under the characters they mean: tabs are kept, and a character of several bytes
/// has one caret. With `colours` it is dressed in ANSI escapes and otherwise the same.
[[nodiscard]] std::string render(const Diagnostic& diagnostic, bool colours);

[[nodiscard]] Json to_json(const Diagnostic& diagnostic);

/// The line of that number (from 1) without its line feed; empty if there is none.
[[nodiscard]] std::string_view line_of(std::string_view text, std::uint32_t line);

/// What was found in one pass over a project.
class Diagnostics {
 public:
  static constexpr std::size_t shown_max = 100;

  void add(Diagnostic diagnostic);
  void add(std::vector<Diagnostic> more);

  [[nodiscard]] std::size_t error_count() const { return error_count_; }
  [[nodiscard]] std::size_t warning_count() const { return warning_count_; }
  [[nodiscard]] bool has_errors() const { return error_count_ > 0; }
  [[nodiscard]] bool empty() const { return all_.empty(); }

  /// By file, line and column; those at one place in the order of their adding.
  [[nodiscard]] std::vector<Diagnostic> sorted() const;
  /// The first `shown_max` of them with a blank line between, then "and N more" if there are more.
  [[nodiscard]] std::string render(bool colours) const;
  /// All of them, sorted.
  [[nodiscard]] Json to_json() const;

 private:
  std::vector<Diagnostic> all_;
  std::size_t error_count_ = 0;
  std::size_t warning_count_ = 0;
};

}  // namespace rondo
