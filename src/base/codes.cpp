#include "base/codes.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.h"

namespace rondo {
namespace {

#define CODE(code, title, explanation) CodeEntry{code, title, explanation},
constexpr std::array entries_as_written{
// One file for each room.
#include "base/codes/audience.def"
#include "base/codes/base.def"
#include "base/codes/cli.def"
#include "base/codes/collect.def"
#include "base/codes/connector.def"
#include "base/codes/consent.def"
#include "base/codes/control.def"
#include "base/codes/enrich.def"
#include "base/codes/guard.def"
#include "base/codes/identity.def"
#include "base/codes/log.def"
#include "base/codes/model.def"
#include "base/codes/outcome.def"
#include "base/codes/project.def"
#include "base/codes/serve.def"
#include "base/codes/standin.def"
#include "base/codes/state.def"
#include "base/codes/sync.def"
#include "base/codes/verify.def"
#include "base/codes/warehouse.def"
#include "base/codes/world.def"
};
#undef CODE

constexpr auto entries = [] {
  auto sorted = entries_as_written;
  std::sort(sorted.begin(), sorted.end(),
            [](const CodeEntry& a, const CodeEntry& b) { return a.code < b.code; });
  return sorted;
}();

constexpr bool all_codes_differ() {
  for (std::size_t i = 1; i < entries.size(); ++i) {
    if (entries[i - 1].code == entries[i].code) return false;
  }
  return true;
}
static_assert(all_codes_differ(), "an error code stands twice in base/codes/*.def");

}  // namespace

std::span<const CodeEntry> all_codes() { return entries; }

const CodeEntry* find_code(std::string_view code) {
  const auto found = std::find_if(entries.begin(), entries.end(), [code](const CodeEntry& entry) {
    return iequals(entry.code, code);
  });
  return found != entries.end() ? &*found : nullptr;
}

std::string explain(std::string_view code) {
  if (const CodeEntry* entry = find_code(code)) {
    std::string text(entry->code);
    return text.append(": ")
        .append(entry->title)
        .append("\n\n")
        .append(entry->explanation)
        .append("\n");
  }
  std::vector<std::string> known;
  known.reserve(entries.size());
  for (const CodeEntry& entry : entries) known.emplace_back(entry.code);
  std::string text = "there is no code `" + std::string(code) + "`";
  if (const auto near = nearest(code, known)) text += "; did you mean `" + *near + "`?";
  return text + "\n";
}

}  // namespace rondo
