#include "consent/consent.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "consent/test_bench.h"

namespace rondo::consent {
namespace {

using test::Bench;
using test::day;
using test::must;

model::Project project() {
  model::Project project;
  project.consent.purposes = {
      {.name = "marketing", .basis = model::Basis::consent},
      {.name = "analytics", .basis = model::Basis::legitimate_interest, .opt_out = true},
      {.name = "fraud", .basis = model::Basis::legitimate_interest},
      {.name = "service", .basis = model::Basis::contract}};
  project.consent.segment_categories = {{"Marketing", "marketing"}, {"Do Not Track", "analytics"}};
  project.consent.gpc_denies = {"analytics"};
  project.identity.identifiers = {
      {.type = "crm_id"},
      {.type = "email", .normalise = model::Normaliser::email, .block = {"test@*"}}};
  model::FileStream contacts{.name = "contacts"};
  contacts.identifiers = {{"crm_id", "id"}, {"email", "mail"}};
  contacts.consent = {{"marketing", "opt_in"}, {"service", "terms"}};
  project.sources = {
      {.name = "web", .type = "tracking", .purposes = {"marketing", "analytics"}},
      {.name = "crm", .type = "file", .purposes = {"service", "marketing"}, .streams = {contacts}},
      {.name = "crm_old", .type = "file", .purposes = {"service"}}};
  project.enrichments = {{.name = "work_email", .purpose = "marketing"},
                         {.name = "score", .purpose = "fraud"}};
  return project;
}

void person(Bench& bench, const std::string& profile, const std::string& identifier) {
  bench.run("insert into rondo.identifiers values ('email', '" + identifier + "', '" + profile +
            "', timestamp '2026-01-01')");
}

void said(Bench& bench, const std::string& identifier, const std::string& purpose, bool allowed,
          int on, const std::string& source = "web") {
  static int number = 0;
  must(bench.session().execute(
      "insert into rondo.consent_ledger values ('email', $1, $2, $3, $4, "
      "$5, $6, $4)",
      {identifier, purpose, allowed, day(on), source, "evidence " + std::to_string(++number)}));
}

std::string answer(Bench& bench, const std::string& purpose, int as_of = 100) {
  must(usable(bench.session(), project().consent, purpose, day(as_of), "usable"));
  return bench.one("select allowed, reason_code, reason from usable");
}

TEST_CASE("without a word, consent denies and every other basis allows") {
  Bench bench;
  person(bench, "p", "a");
  CHECK(answer(bench, "marketing") == "false|consent_missing|never said yes to marketing");
  CHECK(answer(bench, "analytics") == "true|-|-");
  CHECK(answer(bench, "fraud") == "true|-|-");
  CHECK(answer(bench, "service") == "true|-|-");
}

TEST_CASE("the last word counts, over all identifiers of the profile") {
  Bench bench;
  person(bench, "p", "a");
  person(bench, "p", "b");
  said(bench, "a", "marketing", true, 1);
  CHECK(answer(bench, "marketing") == "true|-|-");
  said(bench, "b", "marketing", false, 2, "crm");
  CHECK(answer(bench, "marketing") ==
        "false|consent_withdrawn|last word on marketing was no, by crm");
  said(bench, "a", "marketing", true, 3);
  CHECK(answer(bench, "marketing") == "true|-|-");
}

TEST_CASE("the answer is as of a moment, that moment included") {
  Bench bench;
  person(bench, "p", "a");
  said(bench, "a", "marketing", true, 5);
  said(bench, "a", "marketing", false, 7);
  CHECK(answer(bench, "marketing", 4).starts_with("false|consent_missing"));
  CHECK(answer(bench, "marketing", 5) == "true|-|-");
  CHECK(answer(bench, "marketing", 7).starts_with("false|consent_withdrawn"));
}

TEST_CASE("of two words at the same moment the denial counts") {
  Bench bench;
  person(bench, "p", "a");
  said(bench, "a", "marketing", false, 1, "a source");
  said(bench, "a", "marketing", true, 1, "b source");
  CHECK(answer(bench, "marketing").starts_with("false|consent_withdrawn"));
}

TEST_CASE("an objection counts where there is an opt-out, and only there") {
  Bench bench;
  person(bench, "p", "a");
  for (const auto* purpose : {"analytics", "fraud", "service"}) said(bench, "a", purpose, false, 1);
  CHECK(answer(bench, "analytics").starts_with("false|consent_withdrawn"));
  CHECK(answer(bench, "fraud") == "true|-|-");
  CHECK(answer(bench, "service") == "true|-|-");
}

TEST_CASE("a purpose that nobody declared has no answer") {
  Bench bench;
  const auto result = usable(bench.session(), project().consent, "resale", day(1), "usable");
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().code == "R0701");
}

TEST_CASE("the answer equals the definition, for any ledger") {
  Bench bench;
  person(bench, "p", "a");
  person(bench, "p", "b");
  CHECK(rc::check([&] {
    bench.run("delete from rondo.consent_ledger");
    int latest = -1;
    bool allowed = false;
    const int as_of = *rc::gen::inRange(1, 8);
    const int words = *rc::gen::inRange(0, 6);
    for (int i = 0; i < words; ++i) {
      const int on = *rc::gen::inRange(1, 8);
      const bool yes = *rc::gen::arbitrary<bool>();
      said(bench, *rc::gen::elementOf(std::vector<std::string>{"a", "b"}), "marketing", yes, on);
      if (on > as_of || on < latest) continue;
      allowed = on == latest ? allowed && yes : yes;
      latest = on;
    }
    RC_ASSERT(answer(bench, "marketing", as_of).starts_with(allowed ? "true" : "false"));
  }));
}

TEST_CASE("preferences of an event speak for the identifier it finds its profile by") {
  Bench bench;
  bench.event({.user_id = "ada",
               .anonymous_id = "laptop",
               .at = "2026-01-02",
               .context = R"({"consent":{"categoryPreferences":
                             {"Marketing":true,"Do Not Track":false,"Other":true}}})"});
  bench.event({.anonymous_id = "laptop", .context = R"({"gpc":true})"});
  bench.event({.user_id = "ben", .context = R"({"consent":{"categoryPreferences":"broken"}})"});
  const auto report = must(collect_signals(bench.session(), project(), day(3)));
  CHECK(report.from_events == 3);
  CHECK(bench.rows("select identifier_type, identifier_value, purpose, allowed, evidence "
                   "from rondo.consent_ledger order by all") ==
        std::vector<std::string>{"anonymous_id|laptop|analytics|false|e2#gpc",
                                 "user_id|ada|analytics|false|e1",
                                 "user_id|ada|marketing|true|e1"});
}

TEST_CASE("no in one category beats yes in another of the same purpose, and GPC beats both") {
  Bench bench;
  auto rules = project();
  rules.consent.segment_categories = {{"A", "marketing"}, {"B", "marketing"}, {"C", "analytics"}};
  bench.event({.user_id = "ada", .context = R"({"gpc":true,"consent":{"categoryPreferences":
                             {"A":false,"B":true,"C":true}}})"});
  must(collect_signals(bench.session(), rules, day(3)));
  bench.run("insert into rondo.identifiers values ('user_id', 'ada', 'p', timestamp '2026-01-01')");
  CHECK(answer(bench, "marketing").starts_with("false"));
  CHECK(answer(bench, "analytics").starts_with("false"));
}

TEST_CASE("to collect again changes nothing; news are added; new rules read everything again") {
  Bench bench;
  const std::string yes = R"({"consent":{"categoryPreferences":{"Marketing":true,"Ads":true}}})";
  bench.event({.user_id = "ada", .context = yes});
  CHECK(must(collect_signals(bench.session(), project(), day(3))).from_events == 1);
  CHECK(must(collect_signals(bench.session(), project(), day(4))).from_events == 0);
  bench.event({.user_id = "ben", .context = yes});
  CHECK(must(collect_signals(bench.session(), project(), day(5))).from_events == 1);
  auto more = project();
  more.consent.segment_categories["Ads"] = "ads";
  CHECK(must(collect_signals(bench.session(), more, day(6))).from_events == 2);
}

TEST_CASE("an event that comes in behind the last one read is not missed") {
  Bench bench;
  const std::string yes = R"({"consent":{"categoryPreferences":{"Marketing":true}}})";
  bench.event({.user_id = "ada", .context = yes});
  bench.event({.user_id = "ben", .context = yes});
  must(collect_signals(bench.session(), project(), day(3)));
  bench.event({.user_id = "cleo", .context = yes});
  bench.run("update raw.events set log_offset = 1 where user_id = 'cleo'");
  CHECK(must(collect_signals(bench.session(), project(), day(4))).from_events == 1);
}

void contacts(Bench& bench) {
  bench.run(
      "create table raw.crm_contacts (id text, mail text, opt_in text, terms boolean, "
      "_row_key text, _row_hash text, _file text, _row bigint, _loaded_at timestamp, "
      "_updated_at timestamp)");
}

void contact(Bench& bench, const std::string& id, const std::string& mail,
             const std::string& opt_in, const std::string& terms, int on) {
  const auto key = mail + id;
  must(bench.session().execute("delete from raw.crm_contacts where _row_key = $1", {key}));
  must(bench.session().execute(
      "insert into raw.crm_contacts values (nullif($1, ''), $2, $3, cast($4 as boolean), $5, '', "
      "'', 1, $6, $6)",
      {id, mail, opt_in, terms, key, day(on)}));
}

TEST_CASE("a consent column speaks for the strongest identifier of its row that is somebody") {
  Bench bench;
  contacts(bench);
  contact(bench, "7", "Ada@Example.com", " YES ", "true", 1);
  contact(bench, "", "Ben@Example.com", "0", "false", 1);
  contact(bench, "", "test@example.com", "yes", "true", 1);
  contact(bench, "8", "cleo@example.com", "perhaps", "true", 1);
  CHECK(must(collect_signals(bench.session(), project(), day(2))).from_rows == 6);
  CHECK(bench.rows("select identifier_type, identifier_value, purpose, allowed, source "
                   "from rondo.consent_ledger order by all") ==
        std::vector<std::string>{"crm_id|7|marketing|true|crm", "crm_id|7|service|true|crm",
                                 "crm_id|8|marketing|false|crm", "crm_id|8|service|true|crm",
                                 "email|ben@example.com|marketing|false|crm",
                                 "email|ben@example.com|service|false|crm"});
  CHECK(must(collect_signals(bench.session(), project(), day(2))).from_rows == 0);
}

TEST_CASE("whatever is not surely a yes ends an earlier yes of its cell") {
  for (const auto* word : {"unsubscribed", "N", "-", "", "  "}) {
    CAPTURE(word);
    Bench bench;
    contacts(bench);
    person(bench, "p", "ada@example.com");
    contact(bench, "", "ada@example.com", "yes", "true", 1);
    must(collect_signals(bench.session(), project(), day(9)));
    CHECK(answer(bench, "marketing") == "true|-|-");
    contact(bench, "", "ada@example.com", word, "true", 2);
    must(collect_signals(bench.session(), project(), day(9)));
    CHECK(answer(bench, "marketing").starts_with("false|consent_withdrawn"));
    CHECK(answer(bench, "marketing", 1) == "true|-|-");
  }
}

TEST_CASE("an empty cell that never was a yes says nothing, and a taken back yes is taken once") {
  Bench bench;
  contacts(bench);
  contact(bench, "", "ada@example.com", "", "true", 1);
  must(collect_signals(bench.session(), project(), day(9)));
  const auto* words =
      "select allowed from rondo.consent_ledger where purpose = 'marketing' "
      "order by occurred_at";
  CHECK(bench.rows(words).empty());
  int on = 1;
  for (const auto* word : {"yes", "", ""}) {
    contact(bench, "", "ada@example.com", word, "true", ++on);
    must(collect_signals(bench.session(), project(), day(9)));
  }
  CHECK(bench.rows(words) == std::vector<std::string>{"true", "false"});
}

TEST_CASE("yes, no and yes again in one row are three entries") {
  Bench bench;
  contacts(bench);
  person(bench, "p", "ada@example.com");
  int on = 0;
  for (const auto* word : {"yes", "no", "yes"}) {
    contact(bench, "", "ada@example.com", word, "true", ++on);
    must(collect_signals(bench.session(), project(), day(9)));
  }
  CHECK(bench.one("select count(*) from rondo.consent_ledger where purpose = 'marketing'") == "3");
  CHECK(answer(bench, "marketing") == "true|-|-");
  CHECK(answer(bench, "marketing", 2).starts_with("false"));
}

TEST_CASE("a suppressed value is suppressed for its purpose, or for all") {
  Bench bench;
  bench.run(
      "insert into rondo.suppressions values "
      "('email', 'a', 'marketing', 'bounced', 'o', timestamp '2026-01-01'), "
      "('email', 'b', '*', 'bounced', 'o', timestamp '2026-01-01'), "
      "('phone', 'c', 'marketing', 'asked', 'o', timestamp '2026-01-01')");
  const auto check = [&](const std::string& purpose) {
    return bench.one(
        "select string_agg(v, '' order by v) from (values ('a'), ('b'), ('c'), (null)) "
        "t(v) where " +
        suppressed_sql(bench.session().dialect(), "email", "t.v", purpose));
  };
  CHECK(check("marketing") == "ab");
  CHECK(check("service") == "b");
}

TEST_CASE("a value may be used only if its source may; names are compared whole") {
  Bench bench;
  CHECK(allowed_sources(project(), "marketing") ==
        std::vector<std::string>{"web", "crm", "enrichment.work_email"});
  CHECK(allowed_sources(project(), "resale").empty());
  const auto check = [&](const std::string& label, const std::string& purpose) {
    return bench.one("select " + source_allowed_sql(bench.session().dialect(), project(), purpose,
                                                    "'" + label + "'")) == "true";
  };
  CHECK(check("crm.contacts.email", "marketing"));
  CHECK(check("enrichment.work_email/prospeo", "marketing"));
  CHECK_FALSE(check("crm_old.contacts.email", "marketing"));
  CHECK(check("crm_old.contacts.email", "service"));
  CHECK_FALSE(check("enrichment.score/hunter", "marketing"));
  CHECK_FALSE(check("enrichment.work_email_2/hunter", "marketing"));
  CHECK_FALSE(check("crm.contacts.email", "resale"));
}

TEST_CASE("what a person said last, purpose by purpose, with its evidence") {
  Bench bench;
  person(bench, "p", "a");
  said(bench, "a", "marketing", true, 1);
  said(bench, "a", "marketing", false, 2, "crm");
  said(bench, "a", "analytics", true, 3);
  const auto found = must(statements(bench.session(), "p", day(9)));
  REQUIRE(found.size() == 2);
  CHECK(found[0].purpose == "analytics");
  CHECK(found[1].purpose == "marketing");
  CHECK_FALSE(found[1].allowed);
  CHECK(found[1].source == "crm");
  CHECK(found[1].occurred_at == day(2));
}

}  // namespace
}  // namespace rondo::consent
