#include "collect/row_check.h"

#include <charconv>
#include <utility>

#include <fmt/core.h>

#include "base/hash.h"
#include "base/text.h"
#include "collect/file_reader.h"
#include "guard/contract.h"

namespace rondo::collect {
namespace {

using model::ColumnType;
using warehouse::Column;
using warehouse::Session;

constexpr std::string_view bad_rows = "rondo.working_bad_rows";

template <class Number>
Json number_or_text(std::string_view text) {
  Number number{};
  const auto [stopped, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc{} || stopped != text.data() + text.size()) return Json(text);
  return Json(number);
}

Json boolean_or_text(std::string_view text) {
  const std::string word = lower(text);
  if (word == "true" || word == "t" || word == "yes" || word == "1") return true;
  if (word == "false" || word == "f" || word == "no" || word == "0") return false;
  return text;
}

// Only what the warehouse's own cast reads the same way afterwards.
Json typed(std::string_view text, ColumnType type) {
  if (type == ColumnType::text) return text;
  const std::string_view value = trim(text);
  if (value.empty()) return {};
  switch (type) {
    case ColumnType::int64: return number_or_text<std::int64_t>(value);
    case ColumnType::float64: return number_or_text<double>(value);
    case ColumnType::boolean: return boolean_or_text(value);
    case ColumnType::json: {
      auto parsed = Json::parse(value);
      return parsed ? std::move(*parsed) : Json(value);
    }
    case ColumnType::timestamp:
    case ColumnType::date:
    case ColumnType::text: return value;
  }
  __builtin_unreachable();
}

Quarantined bad_row(const Json& row, std::string_view file, std::int64_t number, std::string code,
                    std::string_view reason) {
  const Json payload = Json::object({{"_file", std::string(file)}, {"_row", number}, {"row", row}});
  return {.id = content_hash(payload.text()).hex(),
          .reason_code = std::move(code),
          .reason = fmt::format("{} row {}: {}", file, number, reason),
          .payload = payload.text()};
}

/// Judges one row; nothing if it is good.
class RowJudge {
 public:
  RowJudge(const model::FileStream& stream, std::optional<guard::ContractCheck> check)
      : stream_(stream), check_(std::move(check)) {}

  [[nodiscard]] std::optional<std::pair<std::string, std::string>> problem(const Json& row) const {
    if (!stream_.key.empty()) {
      const Json& key = row[stream_.key];
      if (key.is_null() || key == Json("")) {
        return std::pair{std::string("R0333"), fmt::format("`{}` is empty", stream_.key)};
      }
    }
    if (!check_) return std::nullopt;
    const auto violations = check_->check(typed_row(row, check_->contract()));
    if (violations.empty()) return std::nullopt;
    return std::pair{std::string("R0322"), guard::text_of(violations)};
  }

 private:
  const model::FileStream& stream_;
  std::optional<guard::ContractCheck> check_;
};

Result<void> judge_rows(Session& session, const std::vector<Column>& columns, const RowJudge& judge,
                        std::vector<Quarantined>& bad, warehouse::BatchBuilder& places) {
  TRY_ASSIGN(auto rows, session.query("select * from " + session.dialect().table(rows_arriving)));
  const std::size_t file_at = columns.size();
  while (true) {
    TRY_ASSIGN(const bool more, rows.next());
    if (!more) return {};
    Json row = Json::object();
    for (std::size_t i = 0; i < columns.size(); ++i) row.set(columns[i].name, rows.json(i));
    const auto problem = judge.problem(row);
    if (!problem) continue;
    const auto file = rows.text(file_at);
    const auto number = rows.int64(file_at + 1);
    bad.push_back(bad_row(row, file, number, problem->first, problem->second));
    places.text(file).int64(number);
  }
}

}  // namespace

Json typed_row(const Json& row, const model::Contract& contract) {
  Json typed_values = row;
  for (const auto& column : contract.columns) {
    const Json* value = row.find(column.name);
    if (value != nullptr && value->is_string()) {
      typed_values.set(column.name, typed(value->as_string(), column.type));
    }
  }
  return typed_values;
}

Result<std::vector<Quarantined>> take_out_bad_rows(Session& session,
                                                   const std::vector<Column>& columns,
                                                   const model::FileStream& stream,
                                                   const model::Contract* contract) {
  std::vector<Quarantined> bad;
  std::optional<guard::ContractCheck> check;
  if (contract != nullptr) {
    TRY_ASSIGN(auto made, guard::ContractCheck::make(*contract));
    check.emplace(std::move(made));
  }
  if (!check && stream.key.empty()) return bad;
  warehouse::BatchBuilder places({{"_file", ColumnType::text}, {"_row", ColumnType::int64}});
  TRY(judge_rows(session, columns, RowJudge(stream, std::move(check)), bad, places));
  if (bad.empty()) return bad;
  const auto& dialect = session.dialect();
  TRY(session.ingest(bad_rows, std::move(places).finish(), warehouse::IngestMode::replace));
  TRY(
      session.execute(fmt::format("delete from {} r where exists (select 1 from {} b where "
                                  "b._file = r._file and b._row = r._row)",
                                  dialect.table(rows_arriving), dialect.table(bad_rows))));
  TRY(session.execute("drop table " + dialect.table(bad_rows)));
  return bad;
}

}  // namespace rondo::collect
