#include <fmt/format.h>

#include "base/codes.h"
#include "cli/command.h"

namespace rondo::cli {
namespace {

std::string text_of(const CodeEntry& entry, bool markdown) {
  if (!markdown) return fmt::format("{}  {}\n{}\n", entry.code, entry.title, entry.explanation);
  return fmt::format("## {}: {}\n{}\n\n", entry.code, entry.title, entry.explanation);
}

}  // namespace

int explain_code(const Context& context, const std::string& code, bool markdown) {
  if (code == "all") {
    if (markdown) context.terminal.out("# Error codes\n\n");
    for (const auto& entry : all_codes()) context.terminal.out(text_of(entry, markdown));
    return Exit::done;
  }
  const CodeEntry* entry = find_code(code);
  if (entry == nullptr) {
    context.terminal.err(explain(code) + "\n");
    return Exit::usage;
  }
  context.terminal.out(markdown ? text_of(*entry, true) : explain(code) + "\n");
  return Exit::done;
}

}  // namespace rondo::cli
