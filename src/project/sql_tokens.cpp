#include "project/sql_tokens.h"

namespace rondo::project {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool starts_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         (static_cast<unsigned char>(c) & 0x80U) != 0;
}
bool continues_word(char c) { return starts_word(c) || is_digit(c) || c == '$'; }

class Scanner {
 public:
  explicit Scanner(std::string_view sql) : sql_(sql) {}

  std::vector<SqlToken> all() {
    std::vector<SqlToken> tokens;
    while (skip_blanks_and_comments()) {
      const std::size_t begin = at_;
      const TokenKind kind = take();
      tokens.push_back({kind, begin, at_ - begin, sql_.substr(begin, at_ - begin)});
    }
    return tokens;
  }

 private:
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < sql_.size() ? sql_[at_ + ahead] : '\0';
  }
  [[nodiscard]] bool sees(std::string_view text) const {
    return sql_.substr(at_).starts_with(text);
  }
  [[nodiscard]] bool at_end() const { return at_ >= sql_.size(); }

  bool skip_blanks_and_comments() {
    while (!at_end()) {
      if (is_blank(peek())) {
        ++at_;
      } else if (sees("--")) {
        while (!at_end() && peek() != '\n') ++at_;
      } else if (sees("/*")) {
        skip_block_comment();
      } else {
        return true;
      }
    }
    return false;
  }

  void skip_block_comment() {
    std::size_t depth = 0;
    do {
      if (sees("/*")) {
        ++depth;
        at_ += 2;
      } else if (sees("*/")) {
        --depth;
        at_ += 2;
      } else {
        ++at_;
      }
    } while (depth > 0 && !at_end());
  }

  TokenKind take() {
    const char c = peek();
    if (c == '\'') return take_quoted('\'', false), TokenKind::text;
    if (c == '"') return take_quoted('"', false), TokenKind::quoted_name;
    if ((c == 'e' || c == 'E') && peek(1) == '\'') {
      ++at_;
      return take_quoted('\'', true), TokenKind::text;
    }
    if (c == '$' && take_dollar_quoted()) return TokenKind::text;
    if (starts_word(c)) return take_while(continues_word), TokenKind::word;
    if (is_digit(c))
      return take_while([](char d) { return continues_word(d) || d == '.'; }), TokenKind::number;
    ++at_;
    return TokenKind::mark;
  }

  template <class Fits>
  void take_while(Fits fits) {
    while (!at_end() && fits(peek())) ++at_;
  }

  void take_quoted(char quote, bool backslash_escapes) {
    ++at_;
    while (!at_end()) {
      if (backslash_escapes && peek() == '\\') {
        at_ += 2;
      } else if (peek() != quote) {
        ++at_;
      } else if (peek(1) == quote) {
        at_ += 2;
      } else {
        ++at_;
        return;
      }
    }
    at_ = sql_.size();
  }

  bool take_dollar_quoted() {
    std::size_t tag_end = at_ + 1;
    while (tag_end < sql_.size() && sql_[tag_end] != '$' && continues_word(sql_[tag_end]))
      ++tag_end;
    if (tag_end >= sql_.size() || sql_[tag_end] != '$' || is_digit(sql_[at_ + 1])) return false;
    const std::string_view tag = sql_.substr(at_, tag_end + 1 - at_);
    const std::size_t close = sql_.find(tag, tag_end + 1);
    at_ = close == std::string_view::npos ? sql_.size() : close + tag.size();
    return true;
  }

  std::string_view sql_;
  std::size_t at_ = 0;
};

}  // namespace

std::vector<SqlToken> sql_tokens(std::string_view sql) { return Scanner(sql).all(); }

std::string_view raw_text(const SqlToken& token) {
  std::string_view text = token.text;
  if (text.size() < 2) return {};
  text.remove_prefix(1);
  text.remove_suffix(1);
  return text;
}

}  // namespace rondo::project
