#include "project/bind.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "project/engine_words.h"
#include "project/sql_tokens.h"

namespace rondo::project {
namespace {

std::string id_of(const model::SqlAsset& asset) {
  return std::string(model::name_of(asset.kind)) + ":" + asset.name;
}

/// Says with the user's own names what the engine said with table names.
Finding finding_of(const Error& error, const CompiledAsset& compiled) {
  const LineTable original(compiled.asset.sql);
  const LineTable generated(compiled.asset.compiled);
  Finding finding{"R0120", error.message};
  finding.hint = error.hint;
  if (!error.where) return finding;
  const std::size_t at =
      compiled.sql.original_offset(generated.offset(error.where->line, error.where->column));
  finding.where = original.at(at);
  std::string_view word;
  const auto tokens = sql_tokens(compiled.asset.sql);
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].begin != at) continue;
    std::size_t last = i;  // of `table.column` the engine points at the table
    while (last + 2 < tokens.size() && tokens[last + 1].text == ".") last += 2;
    finding.where = original.between(tokens[i].begin, tokens[last].end());
    word = tokens[last].text;
  }
  finding.label = "here";
  finding.hint = plain_hint(error.hint, word);
  return finding;
}

void check_profile_id(const CompiledAsset& compiled, const std::vector<warehouse::Column>& columns,
                      Report& report) {
  const model::SqlAsset& asset = compiled.asset;
  if (asset.kind == model::SqlKind::model) return;
  const bool has = std::any_of(columns.begin(), columns.end(),
                               [](const auto& column) { return column.name == "profile_id"; });
  if (has) return;
  const auto tokens = sql_tokens(asset.sql);
  const LineTable lines(asset.sql);
  const Span where = tokens.empty() ? Span{} : lines.between(tokens[0].begin, tokens[0].end());
  std::vector<std::string> names;
  for (const auto& column : columns) names.push_back(column.name);
  const auto near = nearest("profile_id", names);
  const std::string noun(model::name_of(asset.kind));
  report.add(asset.where.file,
             {"R0121", (noun[0] == 'a' ? "an " : "a ") + noun + " needs a column `profile_id`",
              where, "answers " + all_of(names, 6),
              near ? "is `" + *near + "` meant? call it `profile_id`"
                   : "select it from ref('profiles'), or from a model that has it"});
}

bool reads_unknown(const CompiledAsset& compiled, const Catalogue& catalogue) {
  const auto& reads = compiled.asset.reads;
  return std::any_of(reads.begin(), reads.end(),
                     [&](const std::string& name) { return catalogue.columns(name) == nullptr; });
}

void bind_one(warehouse::Session& session, const CompiledAsset& compiled, Catalogue& catalogue,
              Report& report) {
  const model::SqlAsset& asset = compiled.asset;
  catalogue.set(id_of(asset), std::nullopt);
  if (!compiled.complete || reads_unknown(compiled, catalogue)) return;
  auto columns = session.describe(asset.compiled);
  if (!columns) {
    report.add(asset.where.file, finding_of(columns.error(), compiled));
    return;
  }
  check_profile_id(compiled, *columns, report);
  // The statement starts on a line of its own, so that a comment at its end hides nothing of ours.
  const auto made = session.execute("create table " + table_of(asset.kind, asset.name) + " as (\n" +
                                    asset.compiled + "\n) with no data");
  if (!made) {
    report.add(asset.where.file, {"R0120", made.error().message, {}, "", made.error().hint});
    return;
  }
  Catalogue::Columns names;
  for (const auto& column : *columns) names.push_back(column.name);
  catalogue.set(id_of(asset), std::move(names));
}

}  // namespace

void bind_sql(warehouse::Session& session, const std::vector<CompiledAsset>& assets,
              Catalogue& catalogue, Report& report) {
  for (const CompiledAsset& compiled : assets) bind_one(session, compiled, catalogue, report);
}

}  // namespace rondo::project
