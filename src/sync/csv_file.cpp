#include "sync/csv_file.h"

#include "base/hash.h"
#include "base/text.h"

namespace rondo::sync {
namespace {

std::string cell_text(const std::string& cell) {
  const bool quoted = cell.find_first_of(",\"\r\n") != std::string::npos ||
                      (!cell.empty() && (cell.front() == ' ' || cell.back() == ' '));
  return quoted ? '"' + replace_all(cell, "\"", "\"\"") + '"' : cell;
}

Result<void> write_both(world::Disk& disk, const std::string& path, std::string_view bytes) {
  const auto slash = path.rfind('/');
  if (slash != std::string::npos && slash > 0)
    TRY(world::make_safe_directories(disk, path.substr(0, slash)));
  const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
  TRY(world::write_file(disk, path, bytes));
  return world::write_file(disk, path + ".sha256", sha256_hex(bytes) + "  " + name + "\n");
}

}  // namespace

std::string csv_line(const std::vector<std::string>& cells) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) line += ',';
    line += cell_text(cells[i]);
  }
  return line + '\n';
}

Result<std::string> csv_text(const std::vector<std::string>& names, warehouse::Rows rows) {
  std::string text = csv_line(names);
  while (true) {
    TRY_ASSIGN(const bool more, rows.next());
    if (!more) return text;
    std::vector<std::string> cells;
    for (std::size_t i = 0; i < rows.columns().size(); ++i) cells.emplace_back(rows.text(i));
    text += csv_line(cells);
  }
}

Result<void> write_with_checksum(world::Disk& disk, const std::string& path,
                                 std::string_view bytes) {
  Result<void> written = write_both(disk, path, bytes);
  if (written) return {};
  return fail(wrap(std::move(written).error(), "R0410", path + " could not be written"));
}

}  // namespace rondo::sync
