#include "run_script.h"

#include <algorithm>
#include <map>
#include <memory>

#include <fmt/core.h>

#include "base/text.h"
#include "fragments.h"
#include "warehouse/system_tables.h"

namespace rondo::sqltest {
namespace {

using warehouse::BatchBuilder;
using warehouse::ColumnType;
using warehouse::Rows;
using warehouse::Session;

Error wrong(const Step& step, std::string_view what) {
  return {ErrorKind::permanent, "R0000", fmt::format("line {}: {}", step.line, what)};
}

char letter_of(ColumnType type) {
  switch (type) {
    case ColumnType::text: return 'T';
    case ColumnType::int64: return 'I';
    case ColumnType::float64: return 'R';
    case ColumnType::boolean: return 'B';
    case ColumnType::timestamp: return 'S';
    case ColumnType::date: return 'D';
    case ColumnType::json: return 'J';
  }
  __builtin_unreachable();
}

std::string shown(const Rows& rows, std::size_t column) {
  if (rows.is_null(column)) return "NULL";
  const std::string_view text = rows.text(column);
  if (text.empty()) return "(empty)";
  return replace_all(std::string(text), "\n", "\\n");
}

Result<std::vector<std::string>> all_rows(Rows& rows) {
  std::vector<std::string> all;
  while (true) {
    TRY_ASSIGN(const bool found, rows.next());
    if (!found) return all;
    std::vector<std::string> cells;
    for (std::size_t i = 0; i < rows.columns().size(); ++i) cells.push_back(shown(rows, i));
    all.push_back(join(cells, " | "));
  }
}

Result<void> compare(const Step& step, std::vector<std::string> came) {
  std::vector<std::string> expected = step.rows;
  for (std::string& row : expected) row = trim(row);
  if (step.sorted) {
    std::ranges::sort(came);
    std::ranges::sort(expected);
  }
  if (came == expected) return {};
  return fail(wrong(
      step, fmt::format("expected\n{}\nand got\n{}", join(expected, "\n"), join(came, "\n"))));
}

warehouse::Batch made_batch(std::int64_t count) {
  BatchBuilder rows({{"n", ColumnType::int64, false},
                     {"label", ColumnType::text},
                     {"half", ColumnType::float64},
                     {"even", ColumnType::boolean},
                     {"moment", ColumnType::timestamp},
                     {"day", ColumnType::date},
                     {"props", ColumnType::json}});
  const Time start{std::chrono::seconds{1'767'225'600}};  // 2026-01-01
  for (std::int64_t i = 0; i < count; ++i) {
    const Time moment = start + std::chrono::minutes{i};
    rows.int64(i);
    i % 10 == 9 ? rows.null() : rows.text(fmt::format("row {}", i));
    rows.float64(static_cast<double>(i) / 2)
        .boolean(i % 2 == 0)
        .timestamp(moment)
        .timestamp(moment);
    rows.text(fmt::format(R"({{"n":{}}})", i));
  }
  return std::move(rows).finish();
}

class Run {
 public:
  Run(const Script& script, warehouse::Warehouse& warehouse)
      : script_(script), warehouse_(warehouse) {}

  Result<void> run() {
    TRY(switch_to("main"));
    while (next_ < script_.steps.size()) {
      const Step& step = script_.steps[next_++];
      if (step.kind == StepKind::end_transaction) return fail(wrong(step, "nothing was begun"));
      TRY(do_step(step));
    }
    return {};
  }

 private:
  Result<void> switch_to(const std::string& name) {
    auto& session = sessions_[name];
    if (session == nullptr) {
      TRY_ASSIGN(session, warehouse_.connect());
    }
    session_ = session.get();
    return {};
  }

  Result<void> do_step(const Step& step) {
    switch (step.kind) {
      case StepKind::statement_ok:
      case StepKind::statement_count: return do_statement(step);
      case StepKind::statement_error: return do_error(step);
      case StepKind::query: return do_query(step);
      case StepKind::describe: return do_describe(step);
      case StepKind::ingest: return do_ingest(step);
      case StepKind::system_tables: return warehouse::ensure_system_tables(*session_);
      case StepKind::session: return switch_to(step.name);
      case StepKind::transaction: return do_transaction(step);
      case StepKind::end_transaction: return {};
    }
    __builtin_unreachable();
  }

  Result<void> do_statement(const Step& step) {
    TRY_ASSIGN(const std::string sql, put_fragments(step.sql, session_->dialect()));
    auto changed = session_->execute(sql);
    if (!changed)
      return fail(wrap(std::move(changed).error(), "R0000", fmt::format("line {}", step.line)));
    if (step.kind == StepKind::statement_ok || *changed == step.count) return {};
    return fail(wrong(step, fmt::format("{} rows changed, not {}", *changed, step.count)));
  }

  Result<void> do_error(const Step& step) {
    TRY_ASSIGN(const std::string sql, put_fragments(step.sql, session_->dialect()));
    const auto outcome = session_->execute(sql);
    if (outcome) return fail(wrong(step, "expected " + step.code + ", but it worked"));
    const Error& error = outcome.error();
    const std::string place =
        error.where ? fmt::format("{}:{}", error.where->line, error.where->column) : "nowhere";
    if (error.code == step.code && (step.place.empty() || step.place == place)) return {};
    return fail(wrong(step, fmt::format("expected {} {}, got {} at {}: {}", step.code, step.place,
                                        error.code, place, error.message)));
  }

  Result<void> do_query(const Step& step) {
    TRY_ASSIGN(const std::string sql, put_fragments(step.sql, session_->dialect()));
    auto rows = session_->query(sql);
    if (!rows)
      return fail(wrap(std::move(rows).error(), "R0000", fmt::format("line {}", step.line)));
    std::string types;
    for (const auto& column : rows->columns()) types += letter_of(column.type);
    if (types != step.types) return fail(wrong(step, "the types are " + types));
    TRY_ASSIGN(auto came, all_rows(*rows));
    return compare(step, std::move(came));
  }

  Result<void> do_describe(const Step& step) {
    TRY_ASSIGN(const std::string sql, put_fragments(step.sql, session_->dialect()));
    TRY_ASSIGN(const auto columns, session_->describe(sql));
    std::vector<std::string> came;
    for (const auto& column : columns) {
      came.push_back(fmt::format("{} {}", column.name, model::name_of(column.type)));
    }
    return compare(step, std::move(came));
  }

  Result<void> do_ingest(const Step& step) {
    auto came = session_->ingest(step.name, made_batch(step.count), warehouse::IngestMode::append);
    if (!came)
      return fail(wrap(std::move(came).error(), "R0000", fmt::format("line {}", step.line)));
    if (*came == step.count) return {};
    return fail(wrong(step, fmt::format("{} rows were taken in", *came)));
  }

  /// Steps up to `commit` or `rollback`, in one transaction of the session it began in.
  Result<void> do_transaction(const Step& begin) {
    Result<void> inside{};
    std::string end;
    auto outcome = session_->transaction([&]() -> Result<void> {
      for (; end.empty() && inside; ++next_) {
        if (next_ >= script_.steps.size()) return fail(inside.error());
        const Step& step = script_.steps[next_];
        if (step.kind == StepKind::end_transaction) end = step.name;
        inside = do_step(step);
      }
      if (!inside) return inside;
      if (end == "commit") return {};
      return fail(ErrorKind::permanent, "rollback", "as the script wants");
    });
    if (!inside) return inside;
    if (end == "commit") return outcome;
    if (!outcome && outcome.error().code == "rollback") return {};
    return fail(wrong(begin, "the transaction was not rolled back"));
  }

  const Script& script_;
  warehouse::Warehouse& warehouse_;
  std::map<std::string, std::unique_ptr<Session>> sessions_;
  Session* session_ = nullptr;
  std::size_t next_ = 0;
};

}  // namespace

Result<void> run_script(const Script& script, warehouse::Warehouse& warehouse) {
  return Run(script, warehouse).run();
}

}  // namespace rondo::sqltest
