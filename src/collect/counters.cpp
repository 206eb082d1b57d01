#include "collect/counters.h"

#include <array>
#include <utility>

#include <fmt/core.h>

#include "base/text.h"

namespace rondo::collect {
namespace {

// The three characters that the format escapes in a label.
std::string label(std::string_view value) {
  std::string text = replace_all(std::string(value), "\\", "\\\\");
  return replace_all(replace_all(std::move(text), "\"", "\\\""), "\n", "\\n");
}

}  // namespace

std::string prometheus_text(const CollectorCounters& counters) {
  constexpr std::array kinds{
      std::pair{"accepted", &Counters::accepted}, std::pair{"duplicate", &Counters::duplicate},
      std::pair{"quarantined", &Counters::quarantined}, std::pair{"rejected", &Counters::rejected}};
  std::string text =
      "# HELP rondo_collect_events_total Events by source and what became of them.\n"
      "# TYPE rondo_collect_events_total counter\n";
  for (const auto& [source, counts] : counters.sources) {
    for (const auto& [kind, member] : kinds) {
      text += fmt::format("rondo_collect_events_total{{source=\"{}\",result=\"{}\"}} {}\n",
                          label(source), kind, counts.*member);
    }
  }
  text +=
      "# HELP rondo_collect_answers_total Answers of the collector by HTTP status.\n"
      "# TYPE rondo_collect_answers_total counter\n";
  for (const auto& [status, count] : counters.answers) {
    text += fmt::format("rondo_collect_answers_total{{status=\"{}\"}} {}\n", status, count);
  }
  return text;
}

}  // namespace rondo::collect
