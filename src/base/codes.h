#pragma once

#include <span>
#include <string>
#include <string_view>

namespace rondo {

/// One documented error code. The entries live in base/codes/*.def, one file for each group of
/// rooms, one line `CODE("R0301", "short title", "what happened, why, what to do")` for each; a
/// code is never reused.
struct CodeEntry {
  std::string_view code;
  std::string_view title;        ///< a few words, lower case, no full stop
  std::string_view explanation;  ///< some sentences for the person who met it
};

/// All of them, in the order of their codes.
[[nodiscard]] std::span<const CodeEntry> all_codes();

/// The entry of a code, either case ("r0103" too); null if there is none.
[[nodiscard]] const CodeEntry* find_code(std::string_view code);

/// What `rondo explain CODE` prints; for an unknown code a sentence that names the nearest one.
[[nodiscard]] std::string explain(std::string_view code);

}  // namespace rondo
