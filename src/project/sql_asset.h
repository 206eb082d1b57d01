#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/project.h"
#include "project/files.h"
#include "project/report.h"

namespace rondo::project {

/// One `ref('orders')` or `source('web', 'Order Completed')`, as written.
struct SqlCall {
  bool is_source = false;
  std::string first;                           ///< of ref: the name; of source: the source
  std::string second;                          ///< of source: event or stream
  std::size_t begin = 0, end = 0;              ///< the call, byte offsets
  std::size_t first_begin = 0, first_end = 0;  ///< its arguments, quotes included
  std::size_t second_begin = 0, second_end = 0;
};

/// A text with pieces replaced, and the way back from a place in the new text to one in the old.
class CompiledSql {
 public:
  explicit CompiledSql(std::string_view original) : original_(original) {}
  /// In the order of the text. Line breaks inside the piece are kept after the new text, so lines
  /// keep their numbers.
  void replace(std::size_t begin, std::size_t end, std::string_view with);
  void finish();
  [[nodiscard]] const std::string& text() const { return text_; }
  /// Inside a replaced piece: the piece's begin.
  [[nodiscard]] std::size_t original_offset(std::size_t compiled_offset) const;

 private:
  struct Piece {
    std::size_t compiled_begin, compiled_end, original_begin, original_end;
  };
  std::string_view original_;
  std::string text_;
  std::size_t copied_ = 0;
  std::vector<Piece> pieces_;
};

/// What of a SQL file is known before its names are resolved. Strings, comments and quoted names
/// are never taken for a call.
struct SqlCalls {
  std::vector<SqlCall> calls;
  std::optional<std::size_t>
      last_semicolon;       ///< to be left out: an asset is part of a larger statement
  bool well_formed = true;  ///< false: something was reported
};
/// Reports malformed calls, more than one statement, a statement that is no query, and templates of
/// other tools.
[[nodiscard]] SqlCalls find_calls(const std::string& file, std::string_view sql, Report& report);

/// A SQL asset on its way: the noun, and what later checks need.
struct CompiledAsset {
  model::SqlAsset asset;
  CompiledSql sql;
  std::vector<std::pair<std::string, Span>>
      places{};          ///< of each name in `asset.reads`: where it stands
  bool complete = true;  ///< false: a name or a call in it is unknown, so its SQL cannot be checked
};

/// Compiles all SQL files of a project, in an order in which each comes after what it reads.
/// Unknown names and cycles are reported; assets of a cycle, and what reads them, come last.
[[nodiscard]] std::vector<CompiledAsset> compile_sql(const ProjectFiles& files,
                                                     const model::Project& project, Report& report);

/// "models.orders", "traits.x", "audiences.x"
[[nodiscard]] std::string table_of(model::SqlKind kind, std::string_view name);

}  // namespace rondo::project
