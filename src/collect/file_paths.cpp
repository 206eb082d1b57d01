#include "collect/file_paths.h"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/core.h>

#include "base/text.h"

namespace rondo::collect {
namespace {

constexpr std::array endings{
    std::pair{"csv", FileFormat::csv},        std::pair{"tsv", FileFormat::csv},
    std::pair{"txt", FileFormat::csv},        std::pair{"jsonl", FileFormat::jsonl},
    std::pair{"ndjson", FileFormat::jsonl},   std::pair{"json", FileFormat::jsonl},
    std::pair{"parquet", FileFormat::parquet}};

constexpr std::array<std::string_view, 6> own_columns{"_row_key", "_row_hash",  "_file",
                                                      "_row",     "_loaded_at", "_updated_at"};

std::string in_project(const std::string& root, std::string_view path) {
  if (path.starts_with('/') || root.empty()) return std::string(path);
  return root + "/" + std::string(path);
}

tl::unexpected<Error> no_file(const model::FileStream& stream) {
  return fail(ErrorKind::permanent, "R0330",
              fmt::format("no file {} for the stream {}", stream.path, stream.name),
              "the path is relative to the project's folder");
}

/// Splits the first record, honouring quotes; also counts candidates for the delimiter.
std::vector<std::string> first_record(std::string_view text, char delimiter) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
      cells.back() += '"';
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (quoted) {
      cells.back() += c;
    } else if (c == delimiter) {
      cells.emplace_back();
    } else if (c == '\n') {
      break;
    } else if (c != '\r') {
      cells.back() += c;
    }
  }
  return cells;
}

tl::unexpected<Error> bad_head(std::string_view file, std::string_view what) {
  return fail(ErrorKind::broken_contract, "R0335", fmt::format("{}: {}", file, what),
              "the first line names the columns, each once");
}

}  // namespace

Result<FileFormat> format_of(const model::FileStream& stream) {
  const std::string named =
      lower(stream.format.empty() ? stream.path.substr(stream.path.rfind('.') + 1) : stream.format);
  const auto* found =
      std::ranges::find_if(endings, [&](const auto& ending) { return ending.first == named; });
  if (found != endings.end()) return found->second;
  return fail(ErrorKind::permanent, "R0331",
              fmt::format("the stream {} has no known format ({})", stream.name, stream.path),
              "say `format: csv`, `jsonl` or `parquet`");
}

Result<std::vector<SourceFile>> files_of(world::Disk& disk, const std::string& root,
                                         const model::FileStream& stream) {
  const auto slash = stream.path.rfind('/');
  const std::string folder = slash == std::string::npos ? "" : stream.path.substr(0, slash + 1);
  const std::string pattern = stream.path.substr(folder.size());
  if (pattern.find_first_of("*?") == std::string::npos) {
    const std::string path = in_project(root, stream.path);
    TRY_ASSIGN(const bool there, disk.exists(path));
    if (!there) return no_file(stream);
    return std::vector{SourceFile{path, stream.path}};
  }
  std::string directory = in_project(root, folder);
  if (directory.empty()) directory = ".";
  TRY_ASSIGN(const bool there, disk.exists(directory));
  if (!there) return no_file(stream);
  TRY_ASSIGN(const auto entries, disk.list(directory));
  std::vector<SourceFile> files;
  for (const auto& entry : entries) {
    if (entry.is_directory || !glob_matches(pattern, entry.name)) continue;
    files.push_back({in_project(root, folder + entry.name), folder + entry.name});
  }
  if (files.empty()) return no_file(stream);
  return files;
}

Result<CsvHead> csv_head(std::string_view start, std::string_view file_name) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (start.starts_with(byte_order_mark)) start.remove_prefix(byte_order_mark.size());
  CsvHead head;
  for (const char delimiter : {',', ';', '\t', '|'}) {
    auto cells = first_record(start, delimiter);
    if (cells.size() <= head.columns.size()) continue;
    head = {delimiter, std::move(cells)};
  }
  std::set<std::string> seen;
  for (auto& name : head.columns) {
    name = trim(name);
    if (name.empty()) return bad_head(file_name, "a column has no name");
    if (!seen.insert(lower(name)).second) {
      return bad_head(file_name, fmt::format("two columns are named `{}`", name));
    }
    if (std::ranges::find(own_columns, lower(name)) != own_columns.end()) {
      return bad_head(file_name, fmt::format("`{}` is a name of Rondo's own", name));
    }
  }
  return head;
}

}  // namespace rondo::collect
