#include <doctest/doctest.h>

#include "consent/test_bench.h"
#include "identity/identity.h"

namespace rondo::identity {
namespace {

using test::Bench;
using test::day;
using test::must;

model::Project project() {
  model::Project project;
  project.identity.identifiers = {{.type = "user_id"},
                                  {.type = "email",
                                   .normalise = model::Normaliser::email,
                                   .block = {"test@*"},
                                   .block_roles = true},
                                  {.type = "phone", .normalise = model::Normaliser::e164},
                                  {.type = "anonymous_id"}};
  project.identity.profile = {
      {.name = "given_name", .from = {"web.identify.first_name", "crm.contacts.first"}},
      {.name = "email",
       .from = {"crm.contacts.mail", "web.identify.email", "enrichment.email"},
       .prefer = {"verified", "latest"}},
      {.name = "phone", .from = {"crm.contacts.tel"}},
      {.name = "last_product", .from = {"web.Product Viewed.product.id"}, .prefer = {"latest"}},
      {.name = "city", .from = {"web.identify.city"}, .prefer = {"frequent", "latest"}},
      {.name = "job", .from = {"enrichment.people.title"}},
      {.name = "customer", .from = {"web.identify.user_id"}}};
  model::FileStream contacts{.name = "contacts"};
  contacts.identifiers = {{"user_id", "id"}, {"email", "mail"}, {"phone", "tel"}};
  project.sources = {{.name = "web", .type = "tracking"},
                     {.name = "crm", .type = "file", .streams = {contacts}}};
  return project;
}

void contacts(Bench& bench) {
  bench.run(
      "create table raw.crm_contacts (id text, mail text, tel text, first text, _row_key text, "
      "_row_hash text, _file text, _row bigint, _loaded_at timestamp, _updated_at timestamp)");
}

void contact(Bench& bench, const std::string& key, const std::string& id, const std::string& mail,
             const std::string& tel, const std::string& first, int on) {
  must(bench.session().execute(
      "insert into raw.crm_contacts values (nullif($1, ''), nullif($2, ''), nullif($3, ''), "
      "nullif($4, ''), $5, '', '', 1, $6, $6)",
      {id, mail, tel, first, key, day(on)}));
}

void identify(Bench& bench, const std::string& user, const std::string& traits, int on) {
  bench.event({.type = "identify", .user_id = user, .at = to_text(day(on)), .traits = traits});
}

void bought(Bench& bench, int receipt, const std::string& name, const std::string& field,
            const std::string& value, const std::string& verdict, int on) {
  must(bench.session().execute(
      "insert into rondo.enrichments select $1, $2, 'run', profile_id, 'prospeo', $3, "
      "nullif($4, ''), $5, 0, 'EUR', $6, $6 from rondo.identifiers where value = 'ada'",
      {std::int64_t{receipt}, name, field, value, verdict, day(on)}));
}

void checked(Bench& bench, const std::string& address, const std::string& verdict, int on,
             int expires) {
  must(
      bench.session().execute("insert into rondo.verifications values ($1, $2, '[]', '{}', $3, $4)",
                              {address, verdict, day(on), day(expires)}));
}

ProfilesReport build(Bench& bench, int on = 20) {
  must(resolve(bench.session(), project(), day(on)));
  return must(build_profiles(bench.session(), project(), day(on)));
}

std::string field(Bench& bench, const std::string& name) {
  return bench.one(
      "select value, source, record_id, verified, stale from rondo.profile_values "
      "where field = '" +
      name + "'");
}

TEST_CASE("without a preference the most trusted source decides, then the latest value") {
  Bench bench;
  contacts(bench);
  contact(bench, "1", "ada", "", "", "Augusta", 9);
  identify(bench, "ada", R"({"first_name":" Ada "})", 1);
  identify(bench, "ada", R"({"first_name":"Adah"})", 2);
  build(bench);
  CHECK(field(bench, "given_name") == "Adah|web.identify.first_name|e2|false|false");
}

TEST_CASE("profiles has one row per profile and one column per declared field, nothing else") {
  Bench bench;
  contacts(bench);
  contact(bench, "1", "ada", "ADA@example.com", "", "Augusta", 3);
  bench.event({.anonymous_id = "laptop", .at = "2026-01-02"});
  identify(bench, "ada", R"({"secret":"x"})", 4);
  const auto report = build(bench);
  CHECK(report.profiles == 2);
  CHECK(report.values == 3);
  CHECK(
      bench.rows("select created_at, given_name, email, phone, last_product, city, job, customer "
                 "from rondo.profiles order by created_at") ==
      std::vector<std::string>{"2026-01-02T00:00:00.000000Z|-|-|-|-|-|-|-",
                               "2026-01-03T00:00:00.000000Z|Augusta|ada@example.com|-|-|-|-|ada"});
  CHECK(bench.one("select count(*) from duckdb_columns() where table_name = 'profiles'") == "9");
}

TEST_CASE("a row belongs to the strongest of its identifiers that identifies somebody") {
  Bench bench;
  contacts(bench);
  contact(bench, "1", "", "info@acme.example", "+49 30 1234567", "Ada", 3);
  build(bench);
  CHECK(bench.one("select email, phone, given_name from rondo.profiles") ==
        "info@acme.example|+49301234567|Ada");
}

TEST_CASE(
    "a field named like an identifier is written like it; a national phone stays as it came") {
  Bench bench;
  contacts(bench);
  contact(bench, "1", "ada", "test@example.com", "030 / 12 34", "", 3);
  contact(bench, "2", "ben", "not an address", "+49 (30) 1234567", "", 3);
  build(bench);
  CHECK(bench.rows("select customer, email, phone from rondo.profiles order by phone") ==
        std::vector<std::string>{"-|-|+49301234567", "-|-|030 / 12 34"});
}

TEST_CASE("a verified value beats a later one; the verdict must still hold") {
  Bench bench;
  identify(bench, "ada", R"({"email":"old@example.com"})", 1);
  identify(bench, "ada", R"({"email":"new@example.com"})", 2);
  build(bench);
  CHECK(field(bench, "email").starts_with("new@example.com|web.identify.email|e2|false"));
  checked(bench, "old@example.com", "deliverable", 3, 21);
  auto report = build(bench);
  CHECK(field(bench, "email") == "old@example.com|web.identify.email|e1|true|false");
  CHECK(report.verified == 1);
  CHECK(report.values_changed == 1);
  CHECK(build(bench, 21).verified == 0);
  CHECK(field(bench, "email").starts_with("new@example.com"));
}

TEST_CASE("an address that a verification called undeliverable comes last") {
  Bench bench;
  identify(bench, "ada", R"({"email":"old@example.com"})", 1);
  identify(bench, "ada", R"({"email":"new@example.com"})", 2);
  checked(bench, "new@example.com", "undeliverable", 3, 30);
  build(bench);
  CHECK(field(bench, "email").starts_with("old@example.com"));
}

TEST_CASE("a stale value is used only if there is no other, and is good again once verified") {
  Bench bench;
  identify(bench, "ada", R"({"email":"old@example.com"})", 1);
  identify(bench, "ada", R"({"email":"new@example.com"})", 2);
  bench.run(
      "insert into rondo.stale_values values "
      "('email', 'new@example.com', 'o', timestamp '2026-01-05'), "
      "('city', 'old@example.com', 'o', timestamp '2026-01-05')");
  CHECK(build(bench).stale == 0);
  CHECK(field(bench, "email") == "old@example.com|web.identify.email|e1|false|false");
  bench.run(
      "insert into rondo.stale_values values "
      "('email', 'old@example.com', 'o', timestamp '2026-01-05')");
  CHECK(build(bench).stale == 1);
  CHECK(field(bench, "email") == "new@example.com|web.identify.email|e2|false|true");
  checked(bench, "old@example.com", "deliverable", 5, 30);  // not after the mark
  CHECK(build(bench).stale == 1);
  bench.run("update rondo.verifications set checked_at = timestamp '2026-01-06'");
  CHECK(build(bench).stale == 0);
  CHECK(field(bench, "email") == "old@example.com|web.identify.email|e1|true|false");
}

TEST_CASE("a bought value carries its enrichment, provider and receipt; a miss is no value") {
  Bench bench;
  identify(bench, "ada", "{}", 1);
  must(resolve(bench.session(), project(), day(1)));
  bought(bench, 1, "email", "email", "Ada@Acme.example", "verified", 3);
  bought(bench, 2, "email", "email", "", "miss", 4);
  bought(bench, 3, "email", "mobile", "x", "verified", 4);
  bought(bench, 4, "people", "title", "Countess", "unverified", 4);
  bought(bench, 5, "people", "title", "Error", "error", 5);
  build(bench);
  CHECK(field(bench, "email") == "ada@acme.example|enrichment.email/prospeo|1|true|false");
  CHECK(field(bench, "job") == "Countess|enrichment.people/prospeo|4|false|false");
}

TEST_CASE("what was bought for a profile that merged belongs to the one that lives on") {
  Bench bench;
  bench.event({.anonymous_id = "laptop", .at = "2026-01-01"});
  identify(bench, "ada", "{}", 2);
  must(resolve(bench.session(), project(), day(2)));
  bought(bench, 1, "people", "title", "Countess", "verified", 3);
  bench.event({.user_id = "ada", .anonymous_id = "laptop", .at = "2026-01-04"});
  build(bench);
  CHECK(bench.one("select job from rondo.profiles") == "Countess");
}

TEST_CASE("frequent counts a value's appearances; an event's property may lie inside an object") {
  Bench bench;
  for (const auto* city : {"Berlin", "Berlin", "Paris"}) {
    identify(bench, "ada", std::string(R"({"city":")") + city + "\"}", 1);
  }
  bench.event(
      {.name = "Product Viewed", .user_id = "ada", .properties = R"({"product":{"id":"CD-7"}})"});
  build(bench);
  CHECK(bench.one("select city, last_product from rondo.profiles") == "Berlin|CD-7");
}

TEST_CASE("a value that no source offers any more is gone; built again nothing changes") {
  Bench bench;
  contacts(bench);
  contact(bench, "1", "ada", "ada@example.com", "", "Ada", 1);
  CHECK(build(bench).values_changed == 2);
  CHECK(build(bench).values_changed == 0);
  bench.run("update raw.crm_contacts set first = null");
  CHECK(build(bench).values_changed == 1);
  CHECK(bench.one("select given_name, email from rondo.profiles") == "-|ada@example.com");
}

TEST_CASE("a field that comes from nowhere is an error with the name of the field") {
  for (const auto* label : {"crm", "crm.contacts", "shop.orders.total", "crm.people.name"}) {
    CAPTURE(label);
    Bench bench;
    auto wrong = project();
    wrong.identity.profile = {
        {.name = "given_name", .from = {label}, .where = {"identity.yaml", 9}}};
    must(resolve(bench.session(), wrong, day(1)));
    const auto result = build_profiles(bench.session(), wrong, day(1));
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().code == "R0501");
    CHECK(result.error().where->line == 9);
    CHECK(bench.rows("select table_name from duckdb_tables() where table_name like 'working%'")
              .empty());
  }
}

TEST_CASE("a stream that was never loaded offers nothing") {
  Bench bench;
  identify(bench, "ada", "{}", 1);
  CHECK(build(bench).profiles == 1);
}

}  // namespace
}  // namespace rondo::identity
