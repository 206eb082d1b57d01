#include "base/diagnostic.h"
#include "cli/command.h"

namespace rondo::cli {

int report_error(const Context& context, const Error& error) {
  if (context.json) {
    Json answer = Json::object({{"error", Json::object({{"code", error.code},
                                                        {"kind", name_of(error.kind)},
                                                        {"message", error.text()},
                                                        {"hint", error.hint}})}});
    context.terminal.err(answer.text() + "\n");
    return Exit::failed;
  }
  if (error.where && !error.where->file.empty()) {
    context.terminal.err(render(to_diagnostic(error), context.terminal.colours));
    return Exit::failed;
  }
  std::string text =
      ink(context.terminal, Ink::red, "error[" + error.code + "]") + ": " + error.text() + "\n";
  if (!error.hint.empty()) text += "  = " + error.hint + "\n";
  context.terminal.err(text);
  return Exit::failed;
}

}  // namespace rondo::cli
