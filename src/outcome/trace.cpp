#include <vector>

#include <fmt/core.h>

#include "outcome/outcome.h"
#include "outcome/records.h"

namespace rondo::outcome {
namespace {

using warehouse::Dialect;
using warehouse::Session;

// An identifier that a profile had under a merged id leads to the one that lives on.
std::string outcomes_select(const Dialect& dialect, const model::OutcomeRule& rule) {
  const std::string name = dialect.literal(rule.name);
  const std::vector<std::string> parts{name, "r.record_id"};
  return fmt::format(R"(
select {} as outcome_id, {} as outcome, coalesce(i.profile_id, x.merged_into, x.profile_id)
         as profile_id, r.record_id, r.occurred_at, r.amount,
       case when r.amount is null then null else {} end as currency,
       case when r.value is null then null else r.type end as identifier_type,
       r.value as identifier_value
from rondo.working_records r
left join rondo.identifiers i on i.type = r.type and i.value = r.value
left join rondo.profile_index x on x.profile_id = r.profile_id)",
                     dialect.fingerprint(parts), name, dialect.literal(rule.currency));
}

// Lists that are equal have nothing in either that the other lacks; null equals null here.
constexpr std::string_view outcome_columns =
    "outcome_id, outcome, profile_id, record_id, occurred_at, amount, currency, identifier_type, "
    "identifier_value";
constexpr std::string_view credit_columns =
    "outcome_id, receipt_id, sync, profile_id, model, share";

Result<std::int64_t> write_outcomes(Session& session, const model::OutcomeRule& rule) {
  const Dialect& dialect = session.dialect();
  const std::string name = dialect.literal(rule.name);
  TRY(session.execute("create or replace table rondo.working_outcomes as " +
                      outcomes_select(dialect, rule)));
  TRY_ASSIGN(const auto gone,
             session.execute(fmt::format(R"(delete from rondo.outcomes where outcome = {}
  and not exists (select 1 from rondo.working_outcomes w
                  where w.outcome_id = outcomes.outcome_id))",
                                         name)));
  const std::vector<std::string> keys{"outcome_id"};
  const std::vector<std::string> others{"outcome",         "profile_id",      "record_id",
                                        "occurred_at",     "amount",          "currency",
                                        "identifier_type", "identifier_value"};
  TRY_ASSIGN(const auto written,
             session.execute(
                 dialect.upsert("rondo.outcomes",
                                fmt::format("(select {0} from rondo.working_outcomes except "
                                            "select {0} from rondo.outcomes where outcome = {1})",
                                            outcome_columns, name),
                                keys, others)));
  TRY(session.execute("drop table rondo.working_outcomes"));
  return gone + written;
}

std::string share_sql(std::string_view credit_model) {
  if (credit_model == "first_touch") return "case when from_first = 1 then 1.0 else 0.0 end";
  if (credit_model == "linear") return "1.0 / touches";
  return "case when from_last = 1 then 1.0 else 0.0 end";
}

std::string credits_select(const Dialect& dialect, const model::OutcomeRule& rule) {
  const auto seconds = std::chrono::duration<double>(rule.window).count();
  return fmt::format(R"(
select outcome_id, receipt_id, sync, profile_id, {0} as model, share from (
  select outcome_id, receipt_id, sync, profile_id, cast({1} as double) as share from (
    select o.outcome_id, d.receipt_id, d.sync, o.profile_id,
      row_number() over (partition by o.outcome_id order by d.delivered_at, d.receipt_id)
        as from_first,
      row_number() over (partition by o.outcome_id order by d.delivered_at desc, d.receipt_id desc)
        as from_last,
      count(*) over (partition by o.outcome_id) as touches
    from rondo.outcomes o
    join rondo.profile_index x on coalesce(x.merged_into, x.profile_id) = o.profile_id
    join rondo.deliveries d on d.profile_id = x.profile_id
    where o.outcome = {2} and d.state = 'ok' and d.action in ('add', 'update')
      and d.delivered_at < o.occurred_at and {3} <= {4}) touches) shares
where share > 0)",
                     dialect.literal(rule.credit_model), share_sql(rule.credit_model),
                     dialect.literal(rule.name),
                     dialect.seconds_between("d.delivered_at", "o.occurred_at"), seconds);
}

// Also the credits of outcomes that are gone, or that an earlier form of the rule gave.
Result<void> write_credits(Session& session, const model::OutcomeRule& rule) {
  const Dialect& dialect = session.dialect();
  TRY(session.execute("create or replace table rondo.working_credits as " +
                      credits_select(dialect, rule)));
  TRY(session.execute(fmt::format(R"(delete from rondo.credits where (
    not exists (select 1 from rondo.outcomes o where o.outcome_id = credits.outcome_id)
    or exists (select 1 from rondo.outcomes o where o.outcome_id = credits.outcome_id
               and o.outcome = {}))
  and not exists (select 1 from rondo.working_credits w where w.outcome_id = credits.outcome_id
    and w.receipt_id = credits.receipt_id and w.model = credits.model))",
                                  dialect.literal(rule.name))));
  const std::vector<std::string> keys{"outcome_id", "receipt_id", "model"};
  const std::vector<std::string> others{"sync", "profile_id", "share"};
  TRY(session.execute(dialect.upsert(
      "rondo.credits",
      fmt::format("(select {0} from rondo.working_credits except select {0} from rondo.credits)",
                  credit_columns),
      keys, others)));
  TRY(session.execute("drop table rondo.working_credits"));
  return {};
}

Result<void> count_what_stands(Session& session, const model::OutcomeRule& rule,
                               OutcomeReport& report) {
  TRY_ASSIGN(auto rows, session.query(R"(
select count(*), count(profile_id), coalesce(sum(amount), 0),
       count(case when credited then 1 end),
       coalesce(sum(case when credited then amount end), 0)
from (select o.*, exists (select 1 from rondo.credits c where c.outcome_id = o.outcome_id)
             as credited
      from rondo.outcomes o where o.outcome = $1) o)",
                                      {rule.name}));
  TRY(rows.next());
  report.outcomes = rows.int64(0);
  report.with_profile = rows.int64(1);
  report.amount = rows.float64(2);
  report.credited = rows.int64(3);
  report.credited_amount = rows.float64(4);
  return {};
}

}  // namespace

Result<OutcomeReport> trace_outcomes(Session& session, const model::Project& project,
                                     const model::OutcomeRule& rule) {
  OutcomeReport report;
  const auto body = [&]() -> Result<void> {
    TRY(gather_records(session, project, rule));
    TRY_ASSIGN(report.changed, write_outcomes(session, rule));
    TRY(session.execute("drop table rondo.working_records"));
    TRY(write_credits(session, rule));
    return count_what_stands(session, rule, report);
  };
  TRY(session.transaction(body));
  return report;
}

}  // namespace rondo::outcome
