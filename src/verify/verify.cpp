#include "verify/verify.h"

#include <map>
#include <utility>

#include "base/async.h"
#include "verify/syntax.h"

namespace rondo::verify {
namespace {

using model::ColumnType;

struct Looked {
  std::map<std::string, Routes> routes;
  std::int64_t done = 0;
};

Result<std::vector<std::string>> read_due(warehouse::Session& session,
                                          const std::string& addresses_sql, Time now) {
  TRY_ASSIGN(
      auto rows,
      session.query(
          "select distinct a.address from (" + addresses_sql +
              ") as a(address) "
              "left join rondo.verifications v on v.address = a.address and v.expires_at > ? "
              "where a.address is not null and v.address is null order by 1",
          {now}));
  std::vector<std::string> due;
  while (true) {
    TRY_ASSIGN(const bool more, rows.next());
    if (!more) return due;
    due.emplace_back(rows.text(0));
  }
}

Task<void> look_up(world::World world, std::string domain, std::string resolver, Looked& looked,
                   model::Progress& progress) {
  auto answer = co_await world.network.mail_routes(domain, std::move(resolver));
  if (answer) looked.routes[domain] = std::move(*answer);
  progress.update("domains", ++looked.done, static_cast<std::int64_t>(looked.routes.size()));
}

Result<void> write(warehouse::Session& session, const std::vector<std::string>& due,
                   const Looked& looked, Time now) {
  warehouse::BatchBuilder batch({{"address", ColumnType::text},
                                 {"verdict", ColumnType::text},
                                 {"reasons", ColumnType::json},
                                 {"evidence", ColumnType::json},
                                 {"checked_at", ColumnType::timestamp},
                                 {"expires_at", ColumnType::timestamp}});
  for (const auto& address : due) {
    const auto parsed = parse_address(address, SyntaxMode::deliverable);
    const Finding finding =
        decide(address, parsed ? looked.routes.at(parsed->domain) : Routes{}, now);
    Json reasons = Json::array();
    for (const auto& reason : finding.reasons) reasons.push(reason);
    batch.text(address)
        .text(name_of(finding.verdict))
        .text(reasons.text())
        .text(finding.evidence.text());
    batch.timestamp(finding.checked_at).timestamp(finding.expires_at);
  }
  return session.transaction([&]() -> Result<void> {
    TRY(session.execute(
        "create or replace temp table rondo_checked as select * from rondo.verifications limit 0"));
    TRY(session.ingest("rondo_checked", std::move(batch).finish(), warehouse::IngestMode::append));
    TRY(session.execute(
        "delete from rondo.verifications where address in (select address from rondo_checked)"));
    TRY(session.execute("insert into rondo.verifications select * from rondo_checked"));
    return {};
  });
}

Result<VerifyReport> count(warehouse::Session& session, const std::string& addresses_sql) {
  VerifyReport report;
  TRY_ASSIGN(auto rows,
             session.query("select v.verdict, count(*) from (select distinct address from (" +
                           addresses_sql +
                           ") as a(address)) d join rondo.verifications v "
                           "on v.address = d.address group by v.verdict"));
  while (true) {
    TRY_ASSIGN(const bool more, rows.next());
    if (!more) return report;
    const auto verdict = rows.text(0);
    const auto number = rows.int64(1);
    report.addresses += number;
    if (verdict == name_of(Verdict::undeliverable)) report.undeliverable = number;
    if (verdict == name_of(Verdict::risky)) report.risky = number;
    if (verdict == name_of(Verdict::unknown)) report.unknown = number;
    if (verdict == name_of(Verdict::deliverable)) report.deliverable = number;
  }
}

}  // namespace

Task<Result<VerifyReport>> verify_addresses(world::World world, warehouse::Session& session,
                                            std::string addresses_sql, std::string resolver,
                                            model::Progress& progress) {
  const Time now = world.clock.now();
  CO_TRY_ASSIGN(const auto due, read_due(session, addresses_sql, now));
  Looked looked;
  for (const auto& address : due) {
    if (const auto parsed = parse_address(address, SyntaxMode::deliverable))
      looked.routes[parsed->domain];
  }
  std::vector<Task<void>> lookups;
  for (const auto& [domain, unasked] : looked.routes) {
    lookups.push_back(look_up(world, domain, resolver, looked, progress));
  }
  const auto asked = static_cast<std::int64_t>(lookups.size());
  co_await all_of(std::move(lookups), lookups_at_once_max);
  if (!due.empty()) CO_TRY(write(session, due, looked, now));
  CO_TRY_ASSIGN(auto report, count(session, addresses_sql));
  report.checked = static_cast<std::int64_t>(due.size());
  report.domains_asked = asked;
  co_return report;
}

}  // namespace rondo::verify
