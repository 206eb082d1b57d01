#include "project/engine_words.h"

#include <vector>

#include "base/text.h"
#include "project/report.h"

namespace rondo::project {
namespace {

constexpr std::size_t functions_shown_max = 4;

/// The words between double quotes; of `table.column` the column.
std::vector<std::string> quoted_names(std::string_view text) {
  std::vector<std::string> names;
  while (true) {
    const std::size_t open = text.find('"');
    const std::size_t close = open == std::string_view::npos ? open : text.find('"', open + 1);
    if (close == std::string_view::npos) return names;
    const std::string_view name = text.substr(open + 1, close - open - 1);
    names.emplace_back(name.substr(name.rfind('.') + 1));
    text.remove_prefix(close + 1);
  }
}

std::string functions(std::string_view text) {
  std::string shown;
  std::size_t count = 0;
  for (const std::string_view part : split(text, '\t')) {
    const std::string_view one = trim(part.substr(0, part.find(" ->")));
    if (one.empty()) continue;
    if (++count > functions_shown_max) return shown + " …";
    shown += (count == 1 ? "`" : ", `") + std::string(one) + "`";
  }
  return shown;
}

}  // namespace

std::string plain_hint(std::string_view hint, std::string_view word) {
  constexpr std::string_view functions_mark = "Candidate functions:";
  if (hint.starts_with("Candidate")) {
    if (hint.starts_with(functions_mark)) {
      return "it takes " + functions(hint.substr(functions_mark.size()));
    }
    const auto names = quoted_names(hint);
    const std::string are = names.size() == 1 ? "there is " : "there are ";
    return names.empty() ? "" : did_you_mean(word, names, are + all_of(names));
  }
  return replace_all(replace_all(std::string(hint), "Did you mean", "did you mean"), "\"", "`");
}

}  // namespace rondo::project
