#include "script.h"

#include <charconv>

#include <fmt/core.h>

#include "base/text.h"

namespace rondo::sqltest {
namespace {

std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  for (const std::string_view word : split(line, ' ')) {
    if (!word.empty()) words.emplace_back(word);
  }
  return words;
}

/// Lines one by one, with their numbers.
class Lines {
 public:
  explicit Lines(std::string_view text) : all_(split(text, '\n')) {}
  [[nodiscard]] bool at_end() const { return next_ >= all_.size(); }
  [[nodiscard]] std::string_view peek() const { return all_[next_]; }
  std::string_view take() { return all_[next_++]; }
  [[nodiscard]] std::size_t number() const { return next_; }  ///< of the line taken last

  /// Everything up to an empty line or a line that says `end`.
  std::vector<std::string> block(std::string_view end) {
    std::vector<std::string> block;
    while (!at_end() && !trim(peek()).empty() && trim(peek()) != end) block.emplace_back(take());
    return block;
  }

 private:
  std::vector<std::string_view> all_;
  std::size_t next_ = 0;
};

tl::unexpected<Error> wrong(std::size_t line, std::string_view why) {
  return fail(ErrorKind::permanent, "R0000", fmt::format("line {}: {}", line, why));
}

Result<std::int64_t> whole_number(std::size_t line, const std::string& word) {
  std::int64_t number = 0;
  const char* end = word.data() + word.size();
  const auto [stopped, error] = std::from_chars(word.data(), end, number);
  if (error != std::errc{} || stopped != end) return wrong(line, "a number was expected: " + word);
  return number;
}

Result<Step> read_statement(Lines& lines, const std::vector<std::string>& words, Step step) {
  const std::string& what = words.size() > 1 ? words[1] : words[0];
  if (what == "ok" && words.size() == 2) {
    step.kind = StepKind::statement_ok;
  } else if (what == "count" && words.size() == 3) {
    step.kind = StepKind::statement_count;
    TRY_ASSIGN(step.count, whole_number(step.line, words[2]));
  } else if (what == "error" && (words.size() == 3 || (words.size() == 5 && words[3] == "at"))) {
    step.kind = StepKind::statement_error;
    step.code = words[2];
    if (words.size() == 5) step.place = words[4];
  } else {
    return wrong(step.line, "statement ok | count N | error CODE [at LINE:COLUMN]");
  }
  const auto sql = lines.block("");
  step.sql = join(sql, "\n");
  return step;
}

Result<Step> read_query(Lines& lines, const std::vector<std::string>& words, Step step) {
  step.kind = words[0] == "query" ? StepKind::query : StepKind::describe;
  if (step.kind == StepKind::query) {
    if (words.size() < 2) return wrong(step.line, "query TYPES [sorted]");
    step.types = words[1];
    step.sorted = words.size() > 2 && words[2] == "sorted";
  }
  const auto sql = lines.block("----");
  step.sql = join(sql, "\n");
  if (lines.at_end() || trim(lines.peek()) != "----") return wrong(step.line, "no line ----");
  lines.take();
  step.rows = lines.block("");
  return step;
}

Result<Step> read_step(Lines& lines, const std::vector<std::string>& words) {
  Step step;
  step.line = lines.number();
  if (words[0] == "statement") return read_statement(lines, words, std::move(step));
  if (words[0] == "query" || words[0] == "describe") {
    return read_query(lines, words, std::move(step));
  }
  if (words[0] == "ingest" && words.size() == 3) {
    step.kind = StepKind::ingest;
    step.name = words[1];
    TRY_ASSIGN(step.count, whole_number(step.line, words[2]));
    return step;
  }
  if (words[0] == "session" && words.size() == 2) {
    step.kind = StepKind::session;
    step.name = words[1];
    return step;
  }
  if (words[0] == "system" && words.size() == 2 && words[1] == "tables") {
    step.kind = StepKind::system_tables;
    return step;
  }
  if (words[0] == "transaction" && words.size() == 1) {
    step.kind = StepKind::transaction;
    return step;
  }
  if (words.size() == 1 && (words[0] == "commit" || words[0] == "rollback")) {
    step.kind = StepKind::end_transaction;
    step.name = words[0];
    return step;
  }
  return wrong(step.line, "unknown step: " + words[0]);
}

}  // namespace

Result<Script> parse_script(std::string_view text) {
  Script script;
  Lines lines(text);
  while (!lines.at_end()) {
    const std::string_view line = trim(lines.take());
    if (line.empty() || line.starts_with('#')) continue;
    const auto words = words_of(line);
    if (words[0] == "require" && words.size() == 2) {
      script.requirements.push_back(words[1]);
      continue;
    }
    TRY_ASSIGN(Step step, read_step(lines, words));
    script.steps.push_back(std::move(step));
  }
  if (script.steps.empty()) return wrong(1, "a script without a step");
  return script;
}

}  // namespace rondo::sqltest
