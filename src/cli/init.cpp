#include <span>

#include <fmt/format.h>

#include "base/embedded.h"
#include "cli/command.h"
#include "world/disk.h"
#include "world/real/real_world.h"

namespace rondo::embedded {
std::span<const EmbeddedFile> rondo_embedded_template_minimal();
}

namespace rondo::cli {
namespace {

Result<void> write_template(world::Disk& disk, const std::string& directory) {
  TRY_ASSIGN(const bool taken, disk.exists(directory + "/rondo.yaml"));
  if (taken) {
    return fail(ErrorKind::permanent, "R0901", directory + " holds a project already",
                "name another folder: `rondo init DIR`");
  }
  for (const auto& file : embedded::rondo_embedded_template_minimal()) {
    const std::string path = directory + "/" + std::string(file.path);
    TRY(disk.make_directories(path.substr(0, path.rfind('/'))));
    TRY(world::write_file(disk, path, file.bytes));
  }
  return world::write_file(disk, directory + "/.gitignore", ".rondo/\ndata/out/\n");
}

}  // namespace

int init(const Context& context, const std::string& directory) {
  world::RealWorld real;
  const auto written = write_template(real.view().disk, directory);
  if (!written) return report_error(context, written.error());
  const std::string option = directory == "." ? "" : " --project " + directory;
  context.terminal.out(fmt::format("a project in {}; try\n  rondo check{}\n  rondo run{}\n",
                                   directory, option, option));
  return Exit::done;
}

}  // namespace rondo::cli
