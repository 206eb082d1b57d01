#include "audience/audience.h"

#include <set>
#include <string>
#include <utility>

#include <fmt/core.h>

#include "base/text.h"

namespace rondo::audience {
namespace {

using warehouse::Column;
using warehouse::Dialect;
using warehouse::Session;

constexpr std::string_view before_table = "rondo.working_members";

std::string table_of(const model::SqlAsset& asset) {
  switch (asset.kind) {
    case model::SqlKind::model: return "models." + asset.name;
    case model::SqlKind::trait: return "traits." + asset.name;
    case model::SqlKind::audience: return "audiences." + asset.name;
  }
  __builtin_unreachable();
}

// A ';' at the end is a habit of many; inside CREATE TABLE AS it would be an error.
std::string statement_of(const model::SqlAsset& asset) {
  std::string_view sql = trim(asset.compiled);
  while (sql.ends_with(';')) sql = trim(sql.substr(0, sql.size() - 1));
  // Only the end is cut: the beginning stays, so that positions do.
  const auto end = static_cast<std::size_t>(sql.data() - asset.compiled.data()) + sql.size();
  return asset.compiled.substr(0, end);
}

Error located(Error error, const model::SqlAsset& asset, std::uint32_t lines_before) {
  if (!error.where) {
    error.where = asset.where;
  } else {
    error.where->line -= std::min(lines_before, error.where->line - 1);
    error.where = place_in_file(asset, *error.where);
  }
  return error;
}

tl::unexpected<Error> refuse(const model::SqlAsset& asset, std::string code, std::string message,
                             std::string hint) {
  Error error{ErrorKind::broken_contract, std::move(code), std::move(message), std::move(hint)};
  error.where = asset.where;
  return fail(std::move(error));
}

bool is_about_profiles(const model::SqlAsset& asset) { return asset.kind != model::SqlKind::model; }

Result<void> check_columns(const model::SqlAsset& asset, const std::vector<Column>& columns) {
  std::set<std::string> names;
  for (const Column& column : columns) {
    if (!names.insert(lower(column.name)).second) {
      return refuse(
          asset, "R0513",
          fmt::format("{} `{}` has two columns `{}`", name_of(asset.kind), asset.name, column.name),
          "give one of them another name with `as`");
    }
  }
  if (is_about_profiles(asset) && !names.contains("profile_id")) {
    return refuse(
        asset, "R0510",
        fmt::format("{} `{}` has no column `profile_id`", name_of(asset.kind), asset.name),
        "select the profile_id of ref('profiles'), ref('events') or a model");
  }
  return {};
}

Result<void> check_profiles(Session& session, const model::SqlAsset& asset) {
  const std::string table = session.dialect().table(table_of(asset));
  TRY_ASSIGN(const auto nulls,
             session.count("select count(*) from " + table + " where profile_id is null"));
  if (nulls > 0) {
    return refuse(asset, "R0511",
                  fmt::format("{} `{}` has {} rows without a profile_id", name_of(asset.kind),
                              asset.name, with_commas(nulls)),
                  "add `where profile_id is not null`, or look at the joins");
  }
  TRY_ASSIGN(const auto twice,
             session.count("select count(*) from (select profile_id from " + table +
                           " group by profile_id having count(*) > 1) t"));
  if (twice > 0) {
    return refuse(asset, "R0512",
                  fmt::format("{} `{}` has {} profiles more than once", name_of(asset.kind),
                              asset.name, with_commas(twice)),
                  "group by profile_id, or look for a join that multiplies rows");
  }
  return {};
}

Result<void> keep_members(Session& session, const std::string& table) {
  const Dialect& dialect = session.dialect();
  TRY_ASSIGN(const auto columns, session.columns(table));
  const std::string select = columns.empty() ? "select cast(null as text) as profile_id where false"
                                             : "select profile_id from " + dialect.table(table);
  TRY(session.execute(dialect.create_table_as(before_table, select)));
  return {};
}

Result<void> compare_members(Session& session, const std::string& table, BuildReport& report) {
  const auto missing = [&](std::string_view from, std::string_view in) {
    return session.count(
        fmt::format("select count(*) from {} a where not exists (select 1 from {} b "
                    "where b.profile_id = a.profile_id)",
                    session.dialect().table(from), session.dialect().table(in)));
  };
  TRY_ASSIGN(report.entered, missing(table, before_table));
  TRY_ASSIGN(report.left, missing(before_table, table));
  TRY(session.execute("drop table " + session.dialect().table(before_table)));
  return {};
}

Result<void> replace_table(Session& session, const model::SqlAsset& asset,
                           const std::string& statement, BuildReport& report) {
  const std::string table = table_of(asset);
  const bool is_audience = asset.kind == model::SqlKind::audience;
  if (is_audience) TRY(keep_members(session, table));
  // On a line of its own, so that a place in the statement is one line further and no column.
  auto made = session.execute(session.dialect().create_table_as(table, "\n" + statement));
  if (!made) return fail(located(std::move(made).error(), asset, 1));
  if (is_about_profiles(asset)) TRY(check_profiles(session, asset));
  TRY_ASSIGN(report.rows, session.count("select count(*) from " + session.dialect().table(table)));
  if (is_audience) TRY(compare_members(session, table, report));
  return {};
}

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

std::string_view line_of(std::string_view text, std::uint32_t line) {
  const auto lines = split(text, '\n');
  return line == 0 || line > lines.size() ? std::string_view{} : lines[line - 1];
}

std::string_view word_at(std::string_view line, std::size_t from) {
  std::size_t end = from;
  while (end < line.size() && is_word(line[end])) ++end;
  return from < line.size() ? line.substr(from, end - from) : std::string_view{};
}

std::size_t find_word(std::string_view line, std::string_view word) {
  for (std::size_t at = line.find(word); at != std::string_view::npos;
       at = line.find(word, at + 1)) {
    const bool starts = at == 0 || !is_word(line[at - 1]);
    const bool ends = at + word.size() == line.size() || !is_word(line[at + word.size()]);
    if (starts && ends) return at;
  }
  return std::string_view::npos;
}

}  // namespace

Position place_in_file(const model::SqlAsset& asset, const Position& in_compiled) {
  Position place = in_compiled;
  place.file = asset.where.file;
  place.line = asset.where.line + in_compiled.line - 1;
  const auto compiled = line_of(asset.compiled, in_compiled.line);
  const auto written = line_of(asset.sql, in_compiled.line);
  if (compiled == written) return place;
  const auto word = word_at(compiled, in_compiled.column - 1);
  const auto found = word.empty() ? std::string_view::npos : find_word(written, word);
  if (found != std::string_view::npos) {
    place.column = static_cast<std::uint32_t>(found + 1);
    place.length = static_cast<std::uint32_t>(word.size());
    return place;
  }
  // The word is a table's name that nobody wrote: the line has to do.
  const auto first = written.find_first_not_of(" \t");
  place.column = first == std::string_view::npos ? 1 : static_cast<std::uint32_t>(first + 1);
  place.length = static_cast<std::uint32_t>(std::max<std::size_t>(1, trim(written).size()));
  return place;
}

Result<BuildReport> build_sql_asset(Session& session, const model::SqlAsset& asset) {
  const std::string statement = statement_of(asset);
  const auto columns = session.describe(statement);
  if (!columns) return fail(located(columns.error(), asset, 0));
  TRY(check_columns(asset, *columns));
  BuildReport report;
  const auto body = [&] { return replace_table(session, asset, statement, report); };
  auto done = session.transaction(body);
  if (!done) {
    Error error = std::move(done).error();
    if (!error.where) error.where = asset.where;
    return fail(std::move(error));
  }
  return report;
}

}  // namespace rondo::audience
