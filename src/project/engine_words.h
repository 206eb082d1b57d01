#pragma once

#include <string>
#include <string_view>

namespace rondo::project {

/// The engine's hint in this program's words: "Candidate bindings: "a", "b"" becomes "did you mean
/// `a`?" or "there are `a` and `b`", long lists of functions are cut, names stand in backticks.
/// `word` is what was not found.
[[nodiscard]] std::string plain_hint(std::string_view hint, std::string_view word);

}  // namespace rondo::project
