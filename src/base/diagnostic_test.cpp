#include "base/diagnostic.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace rondo {
namespace {

Diagnostic misspelt() {
  Diagnostic diagnostic{Severity::error, "R0103", "unknown field `scedule` in sync",
                        Position{"syncs/paid_users.yaml", 5, 1, 7}};
  diagnostic.source_line = "scedule: every 15m";
  diagnostic.label = "no such field";
  diagnostic.hint = "did you mean `schedule`?";
  return diagnostic;
}

TEST_CASE("an error says what, where, why, and what to do") {
  CHECK(render(misspelt(), false) ==
        "error[R0103]: unknown field `scedule` in sync\n"
        "  --> syncs/paid_users.yaml:5:1\n"
        "  |\n"
        "5 | scedule: every 15m\n"
        "  | ^^^^^^^ no such field\n"
        "  = did you mean `schedule`? `rondo explain R0103` tells more\n");
}

TEST_CASE("the gutter is as wide as the line number") {
  Diagnostic diagnostic = misspelt();
  diagnostic.where.line = 1234;
  CHECK(render(diagnostic, false).find("     --> ") != std::string::npos);
  CHECK(render(diagnostic, false).find("\n1234 | scedule") != std::string::npos);
  CHECK(render(diagnostic, false).find("\n     | ^^^^^^^ no") != std::string::npos);
}

std::string caret_line(std::string source_line, std::uint32_t column, std::uint32_t length) {
  Diagnostic diagnostic = misspelt();
  diagnostic.source_line = std::move(source_line);
  diagnostic.where.column = column;
  diagnostic.where.length = length;
  diagnostic.label = "";
  const std::string text = render(diagnostic, false);
  return std::string(line_of(text, 5)).substr(4);
}

TEST_CASE("carets stand under what they mean: tabs stay, characters count and not bytes") {
  CHECK(caret_line("a: b", 4, 1) == "   ^");
  CHECK(caret_line("\ta:\tb", 5, 1) == "\t  \t^");
  CHECK(caret_line("é€😀: b", 6, 1) == "     ^");
  CHECK(caret_line("né", 2, 1) == " ^");
}

TEST_CASE("carets never run beyond the line; at its end one stands behind it") {
  CHECK(caret_line("abc", 2, 99) == " ^^");
  CHECK(caret_line("abc", 4, 1) == "   ^");
  CHECK(caret_line("abc", 9, 1) == "        ^");
  CHECK(caret_line("abc", 1, 0) == "^");
}

TEST_CASE("colours change the dress and not the text") {
  std::string text = render(misspelt(), true);
  CHECK(text.starts_with("\x1b[1;31merror[R0103]\x1b[0m"));
  while (true) {
    const std::size_t at = text.find('\x1b');
    if (at == std::string::npos) break;
    text.erase(at, text.find('m', at) - at + 1);
  }
  CHECK(text == render(misspelt(), false));
}

TEST_CASE("without a file, a line or a code there is less to say") {
  CHECK(render({Severity::warning, "R0110", "no sources", Position{}}, false) ==
        "warning[R0110]: no sources\n  = `rondo explain R0110` tells more\n");
  CHECK(render({Severity::note, "", "nothing to do", Position{}}, false) ==
        "note: nothing to do\n");
  CHECK(render({Severity::note, "", "look", Position{"a.yaml", 2, 3, 1}}, false) ==
        "note: look\n  --> a.yaml:2:3\n");
}

TEST_CASE("an error with a position becomes a diagnostic, its causes part of the message") {
  Error cause{ErrorKind::rejected, "R0012", "`5x` is not a duration", "write 5m"};
  cause.where = Position{"a.yaml", 1, 8, 2};
  const Diagnostic diagnostic = to_diagnostic(wrap(cause, "R0105", "bad schedule"), "every: 5x");
  CHECK(diagnostic.message == "bad schedule: `5x` is not a duration");
  CHECK(diagnostic.where == *cause.where);
  CHECK(diagnostic.hint == "write 5m");
}

TEST_CASE("the JSON form holds the same") {
  CHECK(to_json(misspelt()).text() ==
        R"({"severity":"error","code":"R0103","message":"unknown field `scedule` in sync",)"
        R"("file":"syncs/paid_users.yaml","line":5,"column":1,"length":7,)"
        R"("source_line":"scedule: every 15m","label":"no such field",)"
        R"("hint":"did you mean `schedule`?"})");
}

TEST_CASE("all are collected, counted, and shown by file, line and column") {
  Diagnostics all;
  const auto add = [&all](Severity severity, const char* file, std::uint32_t line,
                          std::uint32_t column) {
    all.add({severity, "R0100", "x", Position{file, line, column, 1}});
  };
  add(Severity::error, "b.yaml", 1, 1);
  add(Severity::warning, "a.yaml", 10, 1);
  add(Severity::error, "a.yaml", 2, 9);
  add(Severity::note, "a.yaml", 2, 8);
  CHECK(all.error_count() == 2);
  CHECK(all.warning_count() == 1);
  std::string order;
  for (const auto& diagnostic : all.sorted()) {
    order += diagnostic.where.file + ":" + std::to_string(diagnostic.where.line) + ":" +
             std::to_string(diagnostic.where.column) + " ";
  }
  CHECK(order == "a.yaml:2:8 a.yaml:2:9 a.yaml:10:1 b.yaml:1:1 ");
  CHECK(all.to_json().as_array().size() == 4);
}

TEST_CASE("a hundred are shown, of the rest the number") {
  Diagnostics all;
  for (std::size_t i = 0; i < Diagnostics::shown_max; ++i)
    all.add({Severity::error, "", "x", Position{}});
  CHECK(all.render(false).find(" more") == std::string::npos);
  all.add({Severity::error, "", "x", Position{}});
  CHECK(all.render(false).ends_with("\nand 1 more\n"));
}

TEST_CASE("line_of finds lines with either kind of end") {
  CHECK(line_of("a\r\nb\nc", 1) == "a");
  CHECK(line_of("a\r\nb\nc", 2) == "b");
  CHECK(line_of("a\r\nb\nc", 3) == "c");
  CHECK(line_of("a", 2).empty());
}

TEST_CASE("any position in any line can be rendered") {
  CHECK(rc::check([](const std::string& line) {
    const auto column = *rc::gen::inRange(1U, 300U);
    const auto length = *rc::gen::arbitrary<std::uint32_t>();
    RC_ASSERT(caret_line(line.substr(0, line.find('\n')) + "x", column, length).find('^') !=
              std::string::npos);
  }));
}

}  // namespace
}  // namespace rondo
