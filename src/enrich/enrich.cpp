#include "enrich/enrich.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/async.h"
#include "base/check.h"
#include "base/hash.h"
#include "enrich/due.h"
#include "enrich/waterfall.h"

namespace rondo::enrich {
namespace {

constexpr std::size_t people_at_once_max = 8;

Provider& provider_of(const Providers& providers, std::string_view name) {
  const auto found = std::find_if(providers.begin(), providers.end(),
                                  [name](const auto& each) { return each->name() == name; });
  PROMISE(found != providers.end());
  return **found;
}

Result<void> check_currencies(const model::Enrichment& enrichment, const Providers& providers) {
  for (const auto& provider : providers) {
    if (provider->currency() == enrichment.currency) continue;
    Error error{ErrorKind::permanent, "R0601",
                "provider `" + provider->name() + "` charges in " + provider->currency() +
                    ", the budget of `" + enrichment.name + "` is in " + enrichment.currency,
                "state the budget in the provider's currency"};
    error.where = enrichment.where;
    return fail(std::move(error));
  }
  return {};
}

std::int64_t price_of_all_questions(const model::Enrichment& enrichment, const Providers& providers,
                                    const Person& person) {
  std::int64_t price = 0;
  Known known = person.known;
  while (true) {
    const auto next = next_provider(enrichment.providers, known, {});
    if (next.empty()) break;
    price += provider_of(providers, next).price_max_micros();
    known.asked.emplace(next);
  }
  return enrichment.budget_record_micros > 0 ? std::min(price, enrichment.budget_record_micros)
                                             : price;
}

void add_to_plan(EnrichPlan& plan, const model::Enrichment& enrichment, const Providers& providers,
                 const Due& due) {
  plan.members = std::max(plan.members, due.members);
  plan.blocked = std::max(plan.blocked, due.blocked);
  for (const Person& person : due.people) {
    const bool is_due = !next_provider(enrichment.providers, person.known, {}).empty();
    ++(is_due ? plan.due : plan.fresh);
    if (is_due) plan.price_max_micros += price_of_all_questions(enrichment, providers, person);
  }
}

// One field for all people of one enrichment. Lives as long as its tasks.
class Waterfall {
 public:
  Waterfall(EnrichContext& context, const model::Enrichment& enrichment, const Providers& providers,
            SpendJournal& journal, std::string field, EnrichReport& report)
      : context_(context),
        enrichment_(enrichment),
        providers_(providers),
        journal_(journal),
        field_(std::move(field)),
        report_(report) {}

  Task<Result<void>> run(std::vector<Person> people) {
    std::vector<Task<void>> tasks;
    for (Person& person : people) tasks.push_back(serve(std::move(person)));
    total_ = static_cast<std::int64_t>(tasks.size());
    co_await all_of(std::move(tasks), people_at_once_max);
    if (broken_) co_return fail(std::move(*broken_));
    co_return Result<void>{};
  }

 private:
  Task<void> serve(Person person) {
    while (!broken_) {
      const std::string name(next_provider(enrichment_.providers, person.known, out_of_order_));
      if (name.empty()) break;
      auto asked = co_await ask(person, name);
      if (!asked && !broken_) broken_ = std::move(asked).error();
      if (!asked || !*asked) break;
    }
    context_.progress.update("people", ++done_, total_);
  }

  // True: asked, look whether to go on. False: a cap stands in the way.
  Task<Result<bool>> ask(Person& person, const std::string& name) {
    Provider& provider = provider_of(providers_, name);
    const Time now = context_.world.clock.now();
    const Question question{enrichment_.name,
                            context_.run_id,
                            person.profile_id,
                            name,
                            field_,
                            provider.price_max_micros(),
                            provider.currency(),
                            now,
                            now + enrichment_.refresh};
    const Caps caps{enrichment_.budget_run_micros, enrichment_.budget_record_micros};
    CO_TRY_ASSIGN(const auto receipt, journal_.reserve(question, caps));
    if (!receipt) {
      ++report_.not_asked;
      co_return false;
    }
    const std::string question_id =
        content_hash(enrichment_.name + "\n" + person.profile_id + "\n" + name + "\n" + field_ +
                     "\n" + std::to_string(*receipt))
            .hex();
    auto answer = co_await provider.ask(person.fields, question_id);
    person.known.asked.insert(name);
    auto written =
        answer ? settle(*receipt, person, *answer) : settle_failure(*receipt, name, answer.error());
    CO_TRY(written);
    co_return true;
  }

  Result<void> settle(std::int64_t receipt, Person& person, const ProviderAnswer& answer) {
    const auto value = answer.values.find(field_);
    const bool found = value != answer.values.end() && !value->second.empty();
    const Ending ending = !found            ? Ending::miss
                          : answer.verified ? Ending::verified
                                            : Ending::unverified;
    if (satisfies(enrichment_.stop_when, found, answer.verified)) person.known.satisfied = true;
    return journal_.settle(receipt, ending, found ? value->second : std::string(),
                           answer.cost_micros);
  }

  Result<void> settle_failure(std::int64_t receipt, const std::string& name, const Error& error) {
    switch (error.kind) {
      case ErrorKind::unknown_outcome:
        return {};  // stays reserved: unknown at full price when the run ends
      case ErrorKind::rejected: return journal_.settle(receipt, Ending::miss, "", 0);
      default: break;
    }
    // The connector has tried again as long as it made sense: this provider is out for this run.
    if (out_of_order_.insert(name).second)
      report_.providers_out.push_back(name + ": " + error.text());
    return journal_.release(receipt);
  }

  EnrichContext& context_;
  const model::Enrichment& enrichment_;
  const Providers& providers_;
  SpendJournal& journal_;
  std::string field_;
  EnrichReport& report_;
  std::set<std::string> out_of_order_;
  std::optional<Error> broken_;
  std::int64_t done_ = 0;
  std::int64_t total_ = 0;
};

Result<void> count_receipts(EnrichContext& context, const model::Enrichment& enrichment,
                            EnrichReport& report) {
  TRY_ASSIGN(
      auto rows,
      context.session.query(
          "select verdict, count(*), cast(sum(cost_micros) as bigint) from rondo.enrichments "
          "where run_id = ? and enrichment = ? group by verdict",
          {context.run_id, enrichment.name}));
  while (true) {
    TRY_ASSIGN(const bool more, rows.next());
    if (!more) return {};
    const auto number = rows.int64(1);
    const auto verdict = rows.text(0);
    if (verdict == name_of(Ending::verified)) report.verified = number;
    if (verdict == name_of(Ending::unverified)) report.unverified = number;
    if (verdict == name_of(Ending::miss)) report.misses = number;
    if (verdict == name_of(Ending::unknown)) report.unknown = number;
    report.asked += number;
    report.cost_micros += rows.int64(2);
  }
}

}  // namespace

Result<EnrichPlan> plan_enrichment(EnrichContext& context, const model::Enrichment& enrichment,
                                   const Providers& providers) {
  TRY(check_currencies(enrichment, providers));
  EnrichPlan plan;
  plan.currency = enrichment.currency;
  for (const auto& field : enrichment.fields) {
    TRY_ASSIGN(const auto due, find_due(context, enrichment, field));
    add_to_plan(plan, enrichment, providers, due);
  }
  plan.price_max_micros = std::min(plan.price_max_micros, enrichment.budget_run_micros);
  return plan;
}

Task<Result<EnrichReport>> run_enrichment(EnrichContext& context,
                                          const model::Enrichment& enrichment,
                                          const Providers& providers) {
  CO_TRY_ASSIGN(auto journal, SpendJournal::open(context.state));
  CO_TRY(journal.settle_left_behind());
  CO_TRY(journal.publish(context.session));
  EnrichReport report;
  CO_TRY_ASSIGN(report.plan, plan_enrichment(context, enrichment, providers));
  for (const auto& field : enrichment.fields) {
    CO_TRY_ASSIGN(auto due, find_due(context, enrichment, field));
    Waterfall waterfall(context, enrichment, providers, journal, field, report);
    auto served = co_await waterfall.run(std::move(due.people));
    CO_TRY(journal.settle_left_behind());
    CO_TRY(journal.publish(context.session));
    CO_TRY(served);
  }
  CO_TRY(count_receipts(context, enrichment, report));
  co_return report;
}

}  // namespace rondo::enrich
