#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace rondo::sqltest {

enum class StepKind {
  statement_ok,
  statement_count,
  statement_error,
  query,
  describe,
  ingest,
  system_tables,
  session,
  transaction,
  end_transaction,
};

/// One step of a script, as README.md describes it. Unused fields stay empty.
struct Step {
  StepKind kind = StepKind::statement_ok;
  std::size_t line = 0;             ///< of its first line in the file, from 1
  std::string sql{};                ///< fragments not yet put in
  std::int64_t count = 0;           ///< rows that a statement changes or an ingest brings
  std::string code{};               ///< of the error that must come
  std::string place{};              ///< "2:14", where the error must point; empty: anywhere
  std::string types{};              ///< a letter for each column of a query
  bool sorted = false;              ///< rows compare in any order
  std::string name{};               ///< of a session or a table; "rollback" of a transaction
  std::vector<std::string> rows{};  ///< expected, as they are written
};

struct Script {
  std::vector<std::string> requirements{};  ///< names of capabilities
  std::vector<Step> steps{};
};

/// Reads the text of a `.test` file. The error names the line.
[[nodiscard]] Result<Script> parse_script(std::string_view text);

}  // namespace rondo::sqltest
