#include <algorithm>

#include <fmt/format.h>

#include "cli/open.h"
#include "world/real/real_world.h"

namespace rondo::cli {
namespace {

constexpr std::size_t column_width_max = 60;

struct Answer {
  std::vector<std::string> columns;
  std::vector<std::vector<Json>> rows;
};

// Two columns may have one name; as members of a JSON object the second would hide the first.
std::string free_name(const Answer& answer, const std::string& name) {
  std::string free = name;
  for (int number = 2; std::ranges::find(answer.columns, free) != answer.columns.end(); ++number) {
    free = fmt::format("{}_{}", name, number);
  }
  return free;
}

Result<Answer> ask(warehouse::Session& session, const std::string& sql) {
  Answer answer;
  // The roll-back below undoes neither COPY TO a file nor what comes after a COMMIT in the text.
  TRY(session.describe(sql));
  TRY_ASSIGN(auto rows, session.query(sql));
  for (const auto& column : rows.columns())
    answer.columns.push_back(free_name(answer, column.name));
  while (true) {
    TRY_ASSIGN(const bool more, rows.next());
    if (!more) return answer;
    std::vector<Json> row;
    for (std::size_t column = 0; column < answer.columns.size(); ++column)
      row.push_back(rows.json(column));
    answer.rows.push_back(std::move(row));
  }
}

Json to_json(const Answer& answer) {
  Json rows = Json::array();
  for (const auto& row : answer.rows) {
    Json object = Json::object();
    for (std::size_t column = 0; column < row.size(); ++column)
      object.set(answer.columns[column], row[column]);
    rows.push(std::move(object));
  }
  return Json::object({{"rows", std::move(rows)}});
}

std::string cell(const Json& value) {
  std::string text = value.is_string() ? std::string(value.as_string())
                     : value.is_null() ? ""
                                       : value.text();
  if (text.size() > column_width_max) text = text.substr(0, column_width_max - 3) + "...";
  return printable(text);
}

std::string to_table(const Answer& answer) {
  std::vector<std::size_t> widths;
  for (std::size_t column = 0; column < answer.columns.size(); ++column) {
    std::size_t width = answer.columns[column].size();
    for (const auto& row : answer.rows) width = std::max(width, cell(row[column]).size());
    widths.push_back(width);
  }
  std::string text;
  const auto line = [&](auto&& cell_of) {
    for (std::size_t column = 0; column < widths.size(); ++column) {
      text += padded(cell_of(column), widths[column]) + (column + 1 < widths.size() ? "  " : "\n");
    }
  };
  line([&](std::size_t column) { return answer.columns[column]; });
  line([&](std::size_t column) { return std::string(widths[column], '-'); });
  for (const auto& row : answer.rows) line([&](std::size_t column) { return cell(row[column]); });
  return text;
}

}  // namespace

int query(const Context& context, const std::string& sql) {
  world::RealWorld real;
  auto house = open_house(context, real.view(), project::SecretMode::placeholder);
  if (!house) return Exit::failed;
  // A reader must not write: whatever the statement does is rolled back.
  Answer answer;
  std::optional<Error> wrong;
  const auto rolled_back = house->session().transaction([&]() -> Result<void> {
    auto asked = ask(house->session(), sql);
    if (asked) {
      answer = std::move(*asked);
    } else {
      wrong = asked.error();
    }
    return fail(ErrorKind::permanent, "R0000", "only to roll back");
  });
  if (rolled_back) return Exit::failed;
  if (wrong) return report_error(context, *wrong);
  if (context.json) {
    context.terminal.out(to_json(answer).text() + "\n");
  } else {
    context.terminal.out(to_table(answer));
  }
  return Exit::done;
}

}  // namespace rondo::cli
