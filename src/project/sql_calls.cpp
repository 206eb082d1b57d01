#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "project/sql_asset.h"
#include "project/sql_tokens.h"

namespace rondo::project {
namespace {

constexpr std::array<std::string_view, 6> query_words{"select", "with",  "from",
                                                      "values", "pivot", "unpivot"};

class CallFinder {
 public:
  CallFinder(const std::string& file, std::string_view sql, Report& report)
      : file_(file), sql_(sql), report_(report), lines_(sql), tokens_(sql_tokens(sql)) {}

  SqlCalls find() {
    check_statement();
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      if (is_mark(i, "{") && is_mark(i + 1, "{")) {
        i = report_template(i);
      } else if (is_call(i)) {
        i = read_call(i);
      }
    }
    return std::move(found_);
  }

 private:
  [[nodiscard]] bool is_mark(std::size_t i, std::string_view mark) const {
    return i < tokens_.size() && tokens_[i].kind == TokenKind::mark && tokens_[i].text == mark;
  }
  [[nodiscard]] bool is_word(std::size_t i, std::string_view word) const {
    return i < tokens_.size() && tokens_[i].kind == TokenKind::word &&
           iequals(tokens_[i].text, word);
  }
  [[nodiscard]] bool is_call(std::size_t i) const {
    const bool after_dot = i > 0 && is_mark(i - 1, ".");
    return (is_word(i, "ref") || is_word(i, "source")) && is_mark(i + 1, "(") && !after_dot;
  }

  void add(std::string message, std::size_t begin, std::size_t end, std::string label,
           std::string hint) {
    found_.well_formed = false;
    report_.add(file_, {"R0118", std::move(message), lines_.between(begin, end), std::move(label),
                        std::move(hint)});
  }

  void check_statement() {
    if (tokens_.empty()) {
      return add("the file holds no SQL", 0, 0, "", "write one query: select … from ref('…')");
    }
    const SqlToken& first = tokens_.front();
    const bool query =
        first.text == "(" || first.text == "{" ||
        std::any_of(query_words.begin(), query_words.end(),
                    [&](std::string_view word) { return iequals(first.text, word); });
    if (!query) {
      add("the file is not one query", first.begin, first.end(),
          "a query starts with select or with",
          "an asset is the answer of one query; Rondo makes the table");
    }
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      if (!is_mark(i, ";")) continue;
      if (i + 1 == tokens_.size()) {
        found_.last_semicolon = tokens_[i].begin;
      } else {
        add("the file holds more than one statement", tokens_[i + 1].begin, tokens_[i + 1].end(),
            "a second one starts here",
            "an asset is the answer of one query; use `with` for steps");
        return;
      }
    }
  }

  std::size_t report_template(std::size_t i) {
    std::size_t close = i + 2;
    while (close < tokens_.size() && !is_mark(close, "}")) ++close;
    const std::size_t last = std::min(close + 1, tokens_.size() - 1);
    const std::string_view inside = trim(sql_.substr(
        tokens_[i + 1].end(), tokens_[std::min(close, last)].begin - tokens_[i + 1].end()));
    add("templates (`{{ … }}`) are not used here", tokens_[i].begin, tokens_[last].end(), "",
        inside.starts_with("ref") || inside.starts_with("source")
            ? "write it without the braces: " + std::string(inside)
            : "write plain SQL, with ref('…') and source('…', '…')");
    return last;
  }

  std::size_t read_call(std::size_t i) {
    const bool is_source = is_word(i, "source");
    const std::size_t wanted = is_source ? 2 : 1;
    std::vector<const SqlToken*> arguments;
    std::size_t at = i + 2;
    bool well_formed = true;
    while (at < tokens_.size() && !is_mark(at, ")")) {
      if (arguments.size() > 0 || !well_formed) {
        well_formed = well_formed && is_mark(at, ",");
        if (is_mark(at, ",")) ++at;
      }
      if (at >= tokens_.size() || tokens_[at].kind != TokenKind::text ||
          tokens_[at].text[0] != '\'') {
        well_formed = false;
        break;
      }
      arguments.push_back(&tokens_[at++]);
    }
    if (!well_formed || at >= tokens_.size() || arguments.size() != wanted) {
      const std::size_t last = std::min(at, tokens_.size() - 1);
      add(is_source ? "source() takes a source and a stream in quotes"
                    : "ref() takes one name in quotes",
          tokens_[i].begin, tokens_[last].end(), "",
          is_source ? "write source('web', 'Order Completed')" : "write ref('orders')");
      return last;
    }
    SqlCall call{is_source, text_of(*arguments[0]), is_source ? text_of(*arguments[1]) : ""};
    call.begin = tokens_[i].begin;
    call.end = tokens_[at].end();
    call.first_begin = arguments[0]->begin;
    call.first_end = arguments[0]->end();
    if (is_source) {
      call.second_begin = arguments[1]->begin;
      call.second_end = arguments[1]->end();
    }
    found_.calls.push_back(std::move(call));
    return at;
  }

  static std::string text_of(const SqlToken& token) {
    return replace_all(std::string(raw_text(token)), "''", "'");
  }

  const std::string& file_;
  std::string_view sql_;
  Report& report_;
  LineTable lines_;
  std::vector<SqlToken> tokens_;
  SqlCalls found_;
};

}  // namespace

SqlCalls find_calls(const std::string& file, std::string_view sql, Report& report) {
  return CallFinder(file, sql, report).find();
}

void CompiledSql::replace(std::size_t begin, std::size_t end, std::string_view with) {
  text_ += original_.substr(copied_, begin - copied_);
  const std::size_t compiled_begin = text_.size();
  text_ += with;
  const std::string_view piece = original_.substr(begin, end - begin);
  text_.append(static_cast<std::size_t>(std::count(piece.begin(), piece.end(), '\n')), '\n');
  pieces_.push_back({compiled_begin, text_.size(), begin, end});
  copied_ = end;
}

void CompiledSql::finish() {
  text_ += original_.substr(copied_);
  copied_ = original_.size();
}

std::size_t CompiledSql::original_offset(std::size_t compiled_offset) const {
  std::size_t behind_compiled = 0;
  std::size_t behind_original = 0;
  for (const Piece& piece : pieces_) {
    if (compiled_offset < piece.compiled_begin) break;
    if (compiled_offset < piece.compiled_end) return piece.original_begin;
    behind_compiled = piece.compiled_end;
    behind_original = piece.original_end;
  }
  return behind_original + (compiled_offset - behind_compiled);
}

}  // namespace rondo::project
