#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace rondo::project {

enum class TokenKind {
  word,         ///< keyword or name
  quoted_name,  ///< "name"
  text,         ///< 'text', E'text', $$text$$, $tag$text$tag$
  number,
  mark,  ///< one character of anything else
};

struct SqlToken {
  TokenKind kind = TokenKind::mark;
  std::size_t begin = 0;  ///< byte offset
  std::size_t size = 0;
  std::string_view text{};  ///< as written, quotes included

  [[nodiscard]] std::size_t end() const { return begin + size; }
};

/// The tokens of a statement without blanks and comments (`--`, `/* nested */`), as DuckDB and
/// PostgreSQL scan them. Never fails: what is opened and not closed reaches to the end, and the
/// engine's parser says so better.
[[nodiscard]] std::vector<SqlToken> sql_tokens(std::string_view sql);

/// What a 'text' token says, '' undone; the other forms without their quotes.
[[nodiscard]] std::string_view raw_text(const SqlToken& token);

}  // namespace rondo::project
