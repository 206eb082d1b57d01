#include "collect/file_source.h"

#include <algorithm>
#include <utility>

#include <fmt/core.h>

#include "base/text.h"
#include "collect/file_paths.h"
#include "collect/file_reader.h"
#include "collect/row_check.h"
#include "collect/row_merge.h"

namespace rondo::collect {
namespace {

using model::ColumnType;
using warehouse::Column;
using warehouse::Session;

constexpr std::string_view one_file = "rondo.working_file";

/// The files of one stream, gathered in `rows_arriving`.
struct Gathered {
  std::vector<Column> columns;
  std::vector<Quarantined> malformed;
  std::int64_t files = 0;
};

std::string list_of(const warehouse::Dialect& dialect, const std::vector<Column>& columns) {
  std::string list;
  for (const auto& column : columns) list += dialect.identifier(column.name) + ", ";
  return list + "_file, _row";
}

// A column that only later files have is empty in the earlier ones. Two types for one name become
// text.
Result<void> widen(Session& session, std::vector<Column>& all, const std::vector<Column>& more) {
  const auto& dialect = session.dialect();
  const std::string table = dialect.table(rows_arriving);
  for (const auto& column : more) {
    const auto known = std::ranges::find(all, column.name, &Column::name);
    const std::string name = dialect.identifier(column.name);
    if (known == all.end()) {
      TRY(session.execute(fmt::format("alter table {} add column {} {}", table, name,
                                      dialect.type_name(column.type))));
      all.push_back(column);
    } else if (known->type != column.type) {
      TRY(session.execute(fmt::format("alter table {} alter column {} set data type {}", table,
                                      name, dialect.type_name(ColumnType::text))));
      known->type = ColumnType::text;
    }
  }
  return {};
}

Result<void> add_file(Session& session, Gathered& gathered, const std::vector<Column>& columns) {
  const auto& dialect = session.dialect();
  const std::string list = list_of(dialect, columns);
  if (gathered.files == 0) {
    TRY(session.execute(dialect.create_table_as(
        rows_arriving, fmt::format("select {} from {}", list, dialect.table(one_file)))));
    gathered.columns = columns;
  } else {
    TRY(widen(session, gathered.columns, columns));
    TRY(session.execute(fmt::format("insert into {} ({}) select {} from {}",
                                    dialect.table(rows_arriving), list, list,
                                    dialect.table(one_file))));
  }
  return {};
}

Result<Gathered> gather(const LoadContext& context, const model::FileStream& stream,
                        const std::vector<SourceFile>& files, FileFormat format) {
  auto& session = context.session;
  Gathered gathered;
  for (const auto& file : files) {
    TRY_ASSIGN(auto content, read_file_into(session, context.world.disk, file, format, one_file));
    TRY(add_file(session, gathered, content.columns));
    ++gathered.files;
    for (auto& line : content.malformed) gathered.malformed.push_back(std::move(line));
    context.progress.update(stream.name, gathered.files, static_cast<std::int64_t>(files.size()));
  }
  TRY(session.execute("drop table " + session.dialect().table(one_file)));
  // The rows are read by position later: the file's own columns first, then where they stand.
  TRY(session.execute(session.dialect().create_table_as(
      rows_arriving, fmt::format("select {} from {}", list_of(session.dialect(), gathered.columns),
                                 session.dialect().table(rows_arriving)))));
  return gathered;
}

// What the declaration names must be there: other rooms read these columns without asking again.
Result<void> check_columns(const model::FileStream& stream, const Gathered& gathered) {
  std::vector<std::string> named{stream.key, stream.updated_at};
  for (const auto& [type, column] : stream.identifiers) named.push_back(column);
  for (const auto& [purpose, column] : stream.consent) named.push_back(column);
  for (const auto& name : named) {
    if (name.empty() || gathered.columns.empty()) continue;
    const bool there = std::ranges::any_of(
        gathered.columns, [&](const Column& column) { return iequals(column.name, name); });
    if (there) continue;
    return fail(ErrorKind::broken_contract, "R0335",
                fmt::format("{} has no column `{}`", stream.path, name));
  }
  return {};
}

Result<std::int64_t> set_aside(Session& session, const model::Source& source,
                               const model::FileStream& stream, std::vector<Quarantined> records,
                               Time now) {
  warehouse::BatchBuilder batch(quarantine_columns());
  for (auto& record : records) {
    record.id = content_hash(source.name + '\0' + stream.name + '\0' + record.id).hex();
    record.source = source.name;
    record.stream = stream.name;
    record.contract = stream.contract;
    record.received_at = now;
    add_quarantined(batch, record);
  }
  return store_quarantined(session, std::move(batch));
}

Result<StreamReport> load_stream(const LoadContext& context, const model::Source& source,
                                 const model::FileStream& stream) {
  TRY_ASSIGN(const FileFormat format, format_of(stream));
  TRY_ASSIGN(const auto files, files_of(context.world.disk, context.project.root, stream));
  const auto* contract = context.project.contract(stream.contract);
  const Time now = context.world.clock.now();
  auto& session = context.session;
  StreamReport report{.source = source.name, .stream = stream.name};
  TRY(session.transaction([&]() -> Result<void> {
    TRY_ASSIGN(auto gathered, gather(context, stream, files, format));
    TRY(check_columns(stream, gathered));
    TRY_ASSIGN(auto bad, take_out_bad_rows(session, gathered.columns, stream, contract));
    std::ranges::move(gathered.malformed, std::back_inserter(bad));
    TRY_ASSIGN(report.quarantined, set_aside(session, source, stream, std::move(bad), now));
    TRY_ASSIGN(const MergeCounts merged,
               merge_rows(session, model::source_table(source.name, stream.name), gathered.columns,
                          stream, contract, now));
    TRY(session.execute("drop table " + session.dialect().table(rows_arriving)));
    report.files = gathered.files;
    report.rows = merged.rows;
    report.added = merged.added;
    report.replaced = merged.replaced;
    return {};
  }));
  return report;
}

}  // namespace

Result<std::vector<StreamReport>> load_files(const LoadContext& context,
                                             const model::Source& source) {
  std::vector<StreamReport> reports;
  for (const auto& stream : source.streams) {
    auto report = load_stream(context, source, stream);
    if (!report) {
      auto error = report.error();
      return fail(
          wrap(error, error.code, fmt::format("source {}, stream {}", source.name, stream.name)));
    }
    reports.push_back(std::move(*report));
  }
  return reports;
}

}  // namespace rondo::collect
