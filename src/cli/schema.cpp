#include "project/schema.h"

#include "cli/command.h"

namespace rondo::cli {

int schema(const Context& context, const std::string& kind, bool markdown) {
  if (kind.empty()) {
    for (const auto name : project::schema_kinds()) context.terminal.out(std::string(name) + "\n");
    return Exit::done;
  }
  const Json* found = project::schema(kind);
  if (found == nullptr) {
    context.terminal.err("there is no kind of file `" + kind + "`; `rondo schema` lists them\n");
    return Exit::usage;
  }
  context.terminal.out(markdown ? project::schema_reference_markdown(kind)
                                : found->pretty() + "\n");
  return Exit::done;
}

}  // namespace rondo::cli
