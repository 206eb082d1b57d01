#include "sync/testing/bench.h"

#include <fmt/format.h>

#include "base/check.h"

namespace rondo::sync {
namespace {

template <class T>
T must(Result<T> result) {
  if (!result) fmt::print(stderr, "{}: {}\n", result.error().code, result.error().text());
  PROMISE(result.has_value());
  return std::move(*result);
}

model::Project acme() {
  model::Project project;
  project.name = "acme";
  model::Purpose marketing{.name = "marketing"};
  model::Purpose service{.name = "service", .basis = model::Basis::contract};
  project.consent.purposes = {marketing, service};
  model::Source crm;
  crm.name = "crm";
  crm.purposes = {"marketing", "service"};
  project.sources = {crm};
  model::Destination hubspot;
  hubspot.name = "hubspot";
  hubspot.connector = "hubspot";
  hubspot.settings = {{"url", "http://127.0.0.1:7000"}, {"token", "t"}};
  project.destinations = {hubspot};
  model::Sync sync;
  sync.name = "winback";
  sync.from = "audience:vips";
  sync.destination = "hubspot";
  sync.object = "contacts";
  sync.mode = model::SyncMode::mirror;
  sync.match_field = sync.match_column = "email";
  sync.map = {{"firstname", "given_name", {}}, {"ltv", "ltv", {}}};
  sync.purpose = "marketing";
  project.syncs = {sync};
  return project;
}

}  // namespace

Bench::Bench(world::SimOptions options)
    : sim_(options),
      warehouse_(must(warehouse::open_duckdb(""))),
      session_(must(warehouse_->connect())),
      project_(acme()) {
  using std::chrono::milliseconds;
  patience_.retry = {
      .attempts_max = 6, .first_wait = milliseconds{200}, .wait_max = milliseconds{5000}};
  PROMISE(warehouse::ensure_system_tables(*session_).has_value());
  run_sql("create table audiences.vips (profile_id text, ltv double, seen_at timestamp)");
  run_sql(
      "create table rondo.profiles (profile_id text, created_at timestamp, email text, given_name "
      "text)");
}

void Bench::run_sql(std::string_view sql) { must(session_->execute(sql)); }

std::vector<std::string> Bench::rows(std::string_view sql) {
  std::vector<std::string> found;
  auto answer = must(session_->query(sql));
  while (must(answer.next())) {
    std::string line;
    for (std::size_t i = 0; i < answer.columns().size(); ++i) {
      if (i > 0) line += '|';
      line += answer.is_null(i) ? "-" : std::string(answer.text(i));
    }
    found.push_back(std::move(line));
  }
  return found;
}

std::string Bench::one(std::string_view sql) {
  const auto found = rows(sql);
  return found.size() == 1 ? found.front() : std::to_string(found.size()) + " rows";
}

void Bench::add_person(const std::string& profile, const std::string& email,
                       const std::string& name) {
  run_sql(fmt::format(
      "insert into audiences.vips values ('{}', 10, timestamp '2026-01-01 00:00:00')", profile));
  run_sql(fmt::format("insert into rondo.identifiers values ('user_id', '{0}', '{0}', now())",
                      profile));
  const auto value = [&](const char* field, const std::string& text) {
    run_sql(fmt::format(
        "insert into rondo.profile_values values ('{}', '{}', '{}', 'crm.contacts.{}', 'r', "
        "timestamp '2026-01-01 00:00:00', false, false)",
        profile, field, text, field));
  };
  if (!email.empty()) value("email", email);
  value("given_name", name);
  say(profile, true);
}

void Bench::say(const std::string& profile, bool allowed) {
  const std::string at = to_text(sim_.view().clock.now()).substr(0, 26);
  run_sql(fmt::format(
      "insert into rondo.consent_ledger values ('user_id', '{}', 'marketing', {}, '{}', "
      "'crm', 'e{}', now())",
      profile, allowed, at, one("select count(*) from rondo.consent_ledger")));
  sim_.run_for(std::chrono::seconds{1});
}

void Bench::leave(const std::string& profile) {
  run_sql(fmt::format("delete from audiences.vips where profile_id = '{}'", profile));
}

std::optional<Result<SyncReport>> Bench::try_run() {
  if (sim_.crashed()) sim_.restart();
  const std::string run_id = "run" + std::to_string(++runs_);
  auto state = state::open_database(sim_.view().disk, state_path_);
  if (!state) {  // the power went off while it was being opened
    sim_.restart();
    return std::nullopt;
  }
  Destinations destinations(
      sim_.view(),
      [this](const std::string& name) -> Result<connector::Connector> {
        if (connector_file_.is_null()) return connector::twin(name);
        return connector::Connector::from(connector_file_, name);
      },
      patience_);
  model::NoProgress progress;
  SyncContext context{sim_.view(), *session_, **state, project_, destinations, run_id, progress};
  return sim_.run(run_sync(context, project_.syncs.front()));
}

Result<SyncReport> Bench::run() {
  auto report = try_run();
  PROMISE(report.has_value());
  return std::move(*report);
}

SyncReport Bench::must_run() { return must(run()); }

void Bench::lose_outbox() {
  state_path_ = fmt::format("state{}.db", runs_);
  run_sql("delete from rondo.load_positions where stream = 'outbox'");
}

}  // namespace rondo::sync
