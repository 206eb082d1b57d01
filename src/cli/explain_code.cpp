#include "base/codes.h"
#include "cli/command.h"

namespace rondo::cli {

int explain_code(const Context& context, const std::string& code) {
  const CodeEntry* entry = find_code(code);
  if (entry == nullptr) {
    context.terminal.err(explain(code) + "\n");
    return Exit::usage;
  }
  context.terminal.out(explain(code) + "\n");
  return Exit::done;
}

}  // namespace rondo::cli
