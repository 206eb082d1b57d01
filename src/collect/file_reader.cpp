#include "collect/file_reader.h"

#include <fmt/core.h>

#include "base/hash.h"
#include "base/json.h"

namespace rondo::collect {
namespace {

using model::ColumnType;
using warehouse::Dialect;
using warehouse::Session;

constexpr std::size_t head_bytes_max = 64U << 10;
constexpr std::string_view lines_table = "rondo.working_lines";

Quarantined malformed_line(const SourceFile& file, std::int64_t line, std::string_view text,
                           std::string_view reason) {
  const Json payload =
      Json::object({{"_file", file.name}, {"_line", line}, {"text", std::string(text)}});
  return {.id = content_hash(payload.text()).hex(),
          .reason_code = "R0332",
          .reason = fmt::format("{} line {}: {}", file.name, line, reason),
          .payload = payload.text()};
}

// Every column as text: what a value means is said by the contract, not guessed from the first
// rows.
std::string csv_select(const Dialect& dialect, const SourceFile& file, const CsvHead& head) {
  std::string columns;
  for (const auto& name : head.columns) {
    columns += fmt::format("{}{}: 'VARCHAR'", columns.empty() ? "" : ", ", dialect.literal(name));
  }
  return fmt::format(
      R"(select *, {} as _file, row_number() over () as _row from read_csv({}, header = true,
  auto_detect = false, delim = {}, quote = '"', escape = '"', columns = {{{}}},
  store_rejects = true, rejects_table = 'rondo_rejected_lines', rejects_scan = 'rondo_rejected_scans',
  rejects_limit = 0))",
      dialect.literal(file.name), dialect.literal(file.path),
      dialect.literal(std::string(1, head.delimiter)), columns);
}

Result<FileContent> read_csv(Session& session, world::Disk& disk, const SourceFile& file,
                             std::string_view into) {
  TRY_ASSIGN(const auto opened, disk.open(file.path, world::OpenMode::read));
  TRY_ASSIGN(const std::string start, opened->read_at(0, head_bytes_max));
  TRY_ASSIGN(const CsvHead head, csv_head(start, file.name));
  const auto& dialect = session.dialect();
  TRY(session.execute(dialect.create_table_as(into, csv_select(dialect, file, head))));
  FileContent content;
  for (const auto& name : head.columns) content.columns.push_back({name, ColumnType::text});
  {
    TRY_ASSIGN(auto rejected,
               session.query("select line, any_value(csv_line), "
                             "string_agg(distinct error_message, '; ') "
                             "from rondo_rejected_lines group by line order by line"));
    while (true) {
      TRY_ASSIGN(const bool more, rejected.next());
      if (!more) break;
      content.malformed.push_back(
          malformed_line(file, rejected.int64(0), rejected.text(1), rejected.text(2)));
    }
  }
  TRY(session.execute("drop table rondo_rejected_lines; drop table rondo_rejected_scans"));
  return content;
}

Result<std::vector<std::string>> json_keys(Session& session) {
  std::vector<std::string> keys;
  TRY_ASSIGN(auto rows,
             session.query(fmt::format(
                 "select key, min(_row) as first_row from (select unnest(json_keys(line)) as key, "
                 "_row from {} where good) k group by key order by first_row, key",
                 session.dialect().table(lines_table))));
  while (true) {
    TRY_ASSIGN(const bool more, rows.next());
    if (!more) return keys;
    keys.emplace_back(rows.text(0));
  }
}

Result<void> split_lines(Session& session, const SourceFile& file) {
  const auto& dialect = session.dialect();
  const std::string lines = fmt::format(
      "select unnest(all_lines) as line, generate_subscripts(all_lines, 1) as _row "
      "from (select string_split(content, chr(10)) as all_lines from read_text({})) f",
      dialect.literal(file.path));
  TRY(session.execute(dialect.create_table_as(
      lines_table,
      fmt::format("select line, _row, coalesce(json_valid(line) and json_type(case when "
                  "json_valid(line) then line end) = 'OBJECT', false) as good from ({}) l "
                  "where trim(replace(line, chr(13), '')) <> ''",
                  lines))));
  return {};
}

Result<FileContent> read_jsonl(Session& session, const SourceFile& file, std::string_view into) {
  const auto& dialect = session.dialect();
  TRY(split_lines(session, file));
  TRY_ASSIGN(const auto keys, json_keys(session));
  FileContent content;
  std::string columns;
  for (const auto& key : keys) {
    content.columns.push_back({key, ColumnType::text});
    // A key may hold a dot: the whole of it is one step of the path.
    const std::string path = "$.\"" + key + "\"";
    columns += fmt::format("json_extract_string(line, {}) as {}, ", dialect.literal(path),
                           dialect.identifier(key));
  }
  const std::string lines = dialect.table(lines_table);
  TRY(session.execute(dialect.create_table_as(
      into, fmt::format("select {}{} as _file, cast(_row as bigint) as _row from {} where good",
                        columns, dialect.literal(file.name), lines))));
  {
    TRY_ASSIGN(auto bad, session.query(fmt::format(
                             "select _row, line from {} where not good order by _row", lines)));
    while (true) {
      TRY_ASSIGN(const bool more, bad.next());
      if (!more) break;
      content.malformed.push_back(
          malformed_line(file, bad.int64(0), bad.text(1), "it is not a JSON object"));
    }
  }
  TRY(session.execute("drop table " + lines));
  return content;
}

Result<FileContent> read_parquet(Session& session, const SourceFile& file, std::string_view into) {
  const auto& dialect = session.dialect();
  const std::string from = fmt::format("read_parquet({})", dialect.literal(file.path));
  FileContent content;
  TRY_ASSIGN(content.columns, session.describe("select * from " + from));
  std::string columns;
  for (const auto& column : content.columns) {
    const std::string name = dialect.identifier(column.name);
    const std::string value = column.type == ColumnType::json ? "to_json(" + name + ")" : name;
    columns += fmt::format("cast({} as {}) as {}, ", value, dialect.type_name(column.type), name);
  }
  TRY(session.execute(dialect.create_table_as(
      into, fmt::format("select {}{} as _file, row_number() over () as _row from {}", columns,
                        dialect.literal(file.name), from))));
  return content;
}

}  // namespace

Result<FileContent> read_file_into(Session& session, world::Disk& disk, const SourceFile& file,
                                   FileFormat format, std::string_view into) {
  if (!session.capabilities().reads_files) {
    return fail(ErrorKind::permanent, "R0334", "this warehouse does not read files");
  }
  switch (format) {
    case FileFormat::csv: return read_csv(session, disk, file, into);
    case FileFormat::jsonl: return read_jsonl(session, file, into);
    case FileFormat::parquet: return read_parquet(session, file, into);
  }
  __builtin_unreachable();
}

}  // namespace rondo::collect
