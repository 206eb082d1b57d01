#include "identity/identity.h"

#include <random>
#include <set>

#include <doctest/doctest.h>

#include "consent/test_bench.h"

namespace rondo::identity {
namespace {

using test::Bench;
using test::day;
using test::must;

model::Project project() {
  model::Project project;
  project.identity.identifiers = {{.type = "user_id", .per_profile = 1},
                                  {.type = "email",
                                   .normalise = model::Normaliser::email,
                                   .per_profile = 2,
                                   .block = {"test@*"},
                                   .block_roles = true},
                                  {.type = "anonymous_id", .per_profile = 3}};
  model::FileStream contacts{.name = "contacts"};
  contacts.identifiers = {{"user_id", "id"}, {"email", "mail"}};
  project.sources = {{.name = "web", .type = "tracking"},
                     {.name = "crm", .type = "file", .streams = {contacts}}};
  return project;
}

std::string traits(const std::string& email) { return R"({"email":")" + email + "\"}"; }

/// Sets of identifiers that are one profile: the partition without its ids.
std::set<std::string> partition_of(Bench& bench) {
  const auto found = bench.rows(
      "select string_agg(type || ':' || value, ' ' order by type, value) "
      "from rondo.identifiers group by profile_id");
  return {found.begin(), found.end()};
}

std::string profile_of(Bench& bench, const std::string& value) {
  return bench.one("select profile_id from rondo.identifiers where value = '" + value + "'");
}

TEST_CASE("an anonymous visitor who says who they are keeps the profile they had") {
  Bench bench;
  bench.event({.anonymous_id = "laptop", .at = "2026-01-01"});
  auto report = must(resolve(bench.session(), project(), day(1)));
  CHECK(report.profiles == 1);
  CHECK(report.anonymous == 1);
  const auto id = profile_of(bench, "laptop");

  bench.event({.type = "identify",
               .user_id = "ada",
               .anonymous_id = "laptop",
               .at = "2026-01-02",
               .traits = traits(" Ada@Example.com")});
  report = must(resolve(bench.session(), project(), day(2)));
  CHECK(report.evidence_added == 2);
  CHECK(report.profiles == 1);
  CHECK(report.known == 1);
  CHECK(report.identifiers == 3);
  CHECK(profile_of(bench, "ada@example.com") == id);
  CHECK(report.events == 2);
  CHECK(report.events_resolved == 2);
  CHECK(bench.rows("select distinct profile_id from rondo.profile_events") ==
        std::vector<std::string>{id});
}

TEST_CASE("two profiles that turn out to be one: the older id lives, the other leads to it") {
  Bench bench;
  bench.event({.anonymous_id = "laptop", .at = "2026-01-03"});
  bench.event({.user_id = "ada", .at = "2026-01-01"});
  must(resolve(bench.session(), project(), day(4)));
  const auto older = profile_of(bench, "ada");
  const auto younger = profile_of(bench, "laptop");
  bench.event({.user_id = "ada", .anonymous_id = "laptop", .at = "2026-01-05"});
  const auto report = must(resolve(bench.session(), project(), day(6)));
  CHECK(report.profiles_merged == 1);
  CHECK(profile_of(bench, "laptop") == older);
  CHECK(bench.one("select merged_into from rondo.profile_index where profile_id = '" + younger +
                  "'") == older);
  CHECK(must(find_profile(bench.session(), project(), younger)).profile_id == older);
}

TEST_CASE("redirects lead to the living profile at once, after any number of merges") {
  Bench bench;
  for (const auto* device : {"a", "b", "c"}) {
    bench.event({.anonymous_id = device,
                 .at = std::string("2026-01-0") + static_cast<char>('4' - (device[0] - 'a'))});
  }
  must(resolve(bench.session(), project(), day(5)));  // c is the eldest, then b, then a
  const auto a = profile_of(bench, "a");
  const auto c = profile_of(bench, "c");
  bench.event({.user_id = "u", .anonymous_id = "a", .at = "2026-01-05"});
  bench.event({.user_id = "u", .anonymous_id = "b", .at = "2026-01-05"});
  must(resolve(bench.session(), project(), day(6)));
  bench.event({.user_id = "u", .anonymous_id = "c", .at = "2026-01-06"});
  must(resolve(bench.session(), project(), day(7)));
  CHECK(bench.one("select merged_into from rondo.profile_index where profile_id = '" + a + "'") ==
        c);
  const auto profile = must(find_profile(bench.session(), project(), "user_id:u"));
  CHECK(profile.profile_id == c);
  CHECK(profile.merged_ids.size() == 2);
  CHECK(profile.identifiers.front() == model::Identifier{"user_id", "u"});
}

TEST_CASE("to resolve again changes nothing") {
  Bench bench;
  bench.event({.user_id = "ada", .anonymous_id = "laptop"});
  must(resolve(bench.session(), project(), day(2)));
  const auto before = bench.rows("select * from rondo.identifiers order by all");
  const auto index = bench.rows("select * from rondo.profile_index order by all");
  const auto evidence = bench.rows("select * from rondo.evidence order by all");
  for (const auto reading : {Reading::news, Reading::everything}) {
    const auto report = must(resolve(bench.session(), project(), day(3), reading));
    CHECK(report.profiles_created + report.profiles_merged + report.profiles_split == 0);
    CHECK(bench.rows("select * from rondo.identifiers order by all") == before);
    CHECK(bench.rows("select * from rondo.profile_index order by all") == index);
    CHECK(bench.rows("select * from rondo.evidence order by all") == evidence);
  }
}

TEST_CASE("a limit holds at its value and refuses one more, with the reason in the evidence") {
  Bench bench;
  for (const auto* mail : {"1@example.com", "2@example.com", "3@example.com"}) {
    bench.event({.type = "identify",
                 .user_id = "ada",
                 .at = std::string("2026-01-0") + mail[0],
                 .traits = traits(mail)});
  }
  const auto report = must(resolve(bench.session(), project(), day(9)));
  CHECK(report.evidence_refused == 1);
  CHECK(
      bench.rows("select right_value, refused from rondo.evidence order by 1") ==
      std::vector<std::string>{"1@example.com|-", "2@example.com|-", "3@example.com|limit:email"});
  CHECK(report.profiles == 2);
}

TEST_CASE("blocked values and role mailboxes are nobody: they join none and have no profile") {
  Bench bench;
  for (const auto* mail : {"test@example.com", "info@example.com"}) {
    for (const auto* user : {"ada", "ben"}) {
      bench.event({.type = "identify", .user_id = user, .traits = traits(mail)});
    }
  }
  auto report = must(resolve(bench.session(), project(), day(2)));
  CHECK(partition_of(bench) == std::set<std::string>{"user_id:ada", "user_id:ben"});
  CHECK(report.evidence_refused == 4);
  CHECK(bench.rows("select distinct refused from rondo.evidence") ==
        std::vector<std::string>{"blocked:email"});

  // Allowed after all, it joins people again, without a word from the user.
  auto open = project();
  open.identity.identifiers[1].block_roles = false;
  open.identity.identifiers[0].per_profile = 2;
  report = must(resolve(bench.session(), open, day(3)));
  CHECK(partition_of(bench) ==
        std::set<std::string>{"email:info@example.com user_id:ada user_id:ben"});
  CHECK(report.evidence_refused == 2);
  // And blocked again it is gone, with both people back.
  must(resolve(bench.session(), project(), day(4)));
  CHECK(partition_of(bench) == std::set<std::string>{"user_id:ada", "user_id:ben"});
}

TEST_CASE("a wider limit merges, a narrower one splits; the eldest part keeps the id") {
  Bench bench;
  bench.event({.user_id = "ada", .anonymous_id = "tablet", .at = "2026-01-01"});
  bench.event({.user_id = "ben", .anonymous_id = "tablet", .at = "2026-01-02"});
  must(resolve(bench.session(), project(), day(3)));
  const auto ada = profile_of(bench, "ada");
  const auto ben = profile_of(bench, "ben");
  auto wide = project();
  wide.identity.identifiers[0].per_profile = 2;
  CHECK(must(resolve(bench.session(), wide, day(4))).profiles_merged == 1);
  CHECK(profile_of(bench, "ben") == ada);
  const auto report = must(resolve(bench.session(), project(), day(5)));
  CHECK(report.profiles_split == 1);
  CHECK(profile_of(bench, "ada") == ada);
  CHECK(profile_of(bench, "ben") == ben);
}

TEST_CASE("evidence that is withdrawn never was: the profiles are those without it") {
  Bench bench;
  bench.event({.user_id = "ada", .at = "2026-01-01"});
  bench.event({.anonymous_id = "laptop", .at = "2026-01-02"});
  must(resolve(bench.session(), project(), day(2)));
  const auto before = bench.rows("select * from rondo.identifiers order by all");
  bench.event({.user_id = "ada", .anonymous_id = "laptop", .at = "2026-01-03"});
  must(resolve(bench.session(), project(), day(3)));
  CHECK(partition_of(bench).size() == 1);
  bench.run("delete from rondo.evidence");
  must(resolve(bench.session(), project(), day(4)));
  CHECK(bench.rows("select * from rondo.identifiers order by all") == before);
  CHECK(bench.rows("select count(*) from rondo.profile_index where merged_into is not null") ==
        std::vector<std::string>{"0"});
}

TEST_CASE("an alias joins the id from before; the traits of a group are not the person's") {
  Bench bench;
  bench.event({.anonymous_id = "laptop"});
  bench.event({.type = "alias", .user_id = "ada", .previous_id = "laptop"});
  bench.event({.type = "group", .user_id = "ada", .traits = traits("board@acme.example")});
  bench.event({.user_id = "ada", .context = R"({"traits":{"email":"ada@example.com"}})"});
  must(resolve(bench.session(), project(), day(2)));
  CHECK(partition_of(bench) ==
        std::set<std::string>{"anonymous_id:laptop email:ada@example.com user_id:ada"});
  CHECK(bench.one("select rule from rondo.evidence where right_value = 'laptop'") == "alias");
}

TEST_CASE("an event that names a blocked user still belongs to its device") {
  Bench bench;
  auto rules = project();
  rules.identity.identifiers[0].block = {"null"};
  bench.event({.user_id = "null", .anonymous_id = "laptop"});
  bench.event({.user_id = "null"});
  const auto report = must(resolve(bench.session(), rules, day(2)));
  CHECK(report.events == 2);
  CHECK(report.events_resolved == 1);
  CHECK(partition_of(bench) == std::set<std::string>{"anonymous_id:laptop"});
}

TEST_CASE("the normal form of an identifier may change: its profile keeps the id") {
  Bench bench;
  bench.event({.user_id = "Ada", .at = "2026-01-01"});
  bench.event({.user_id = "ada", .at = "2026-01-02"});
  must(resolve(bench.session(), project(), day(2)));
  const auto id = profile_of(bench, "Ada");
  CHECK(partition_of(bench).size() == 2);
  auto rules = project();
  rules.identity.identifiers[0].normalise = model::Normaliser::lower;
  must(resolve(bench.session(), rules, day(3)));
  CHECK(partition_of(bench) == std::set<std::string>{"user_id:ada"});
  CHECK(profile_of(bench, "ada") == id);
}

using Chance = std::mt19937;

int between(Chance& chance, int first, int last) {
  return std::uniform_int_distribution<int>(first, last)(chance);
}

void any_events(Bench& bench, Chance& chance, int count) {
  const auto pick = [&](const char* prefix, int from) {
    const int number = between(chance, from, 4);
    return number < 0 ? std::string{} : prefix + std::to_string(number);
  };
  for (int i = 0; i < count; ++i) {
    const std::string user = pick("u", -3);
    const std::string device = pick("d", user.empty() ? 0 : -2);
    const std::string mail = pick("m", -3);
    bench.event({.type = "identify",
                 .user_id = user,
                 .anonymous_id = device,
                 .at = "2026-01-0" + std::to_string(between(chance, 1, 8)),
                 .traits = mail.empty() ? "{}" : traits(mail + "@example.com")});
  }
}

/// Everything that does not depend on history.
std::vector<std::string> state_of(Bench& bench) {
  auto rows = bench.rows("select type, value, first_seen from rondo.identifiers order by all");
  for (const auto* sql : {"select * from rondo.evidence order by all",
                          "select created_at from rondo.profile_index where merged_into is null "
                          "order by all"}) {
    for (auto& row : bench.rows(sql)) rows.push_back(std::move(row));
  }
  for (const auto& set : partition_of(bench)) rows.push_back(set);
  return rows;
}

// Seeds instead of a property tester: each run is a hundred statements.
TEST_CASE("many small steps lead to the same profiles, evidence and times as one full run") {
  constexpr const char* identifiers = "select * from rondo.identifiers order by all";
  for (unsigned seed = 1; seed <= 12; ++seed) {
    CAPTURE(seed);
    Chance chance(seed);
    Bench bench;
    auto rules = project();
    rules.identity.identifiers[1].per_profile = static_cast<std::uint32_t>(between(chance, 0, 2));
    rules.identity.identifiers[2].per_profile = static_cast<std::uint32_t>(between(chance, 0, 2));
    const int steps = between(chance, 1, 4);
    for (int step = 0; step < steps; ++step) {
      any_events(bench, chance, between(chance, 1, 6));
      must(resolve(bench.session(), rules, day(1 + step)));
    }
    const auto in_steps = state_of(bench);
    const auto ids = bench.rows(identifiers);
    must(resolve(bench.session(), rules, day(20), Reading::everything));
    CHECK(state_of(bench) == in_steps);
    CHECK(bench.rows(identifiers) == ids);

    // And into an empty warehouse: the same people, if not the same ids.
    bench.run(
        "delete from rondo.identifiers; delete from rondo.profile_index; "
        "delete from rondo.evidence; delete from rondo.load_positions");
    must(resolve(bench.session(), rules, day(21)));
    CHECK(state_of(bench) == in_steps);
  }
}

TEST_CASE("why: the shortest way of evidence, or what keeps two people apart") {
  Bench bench;
  bench.event({.type = "identify",
               .user_id = "ada",
               .at = "2026-01-01",
               .traits = traits("ada@example.com")});
  bench.event({.user_id = "ada", .anonymous_id = "laptop", .at = "2026-01-02"});
  bench.event({.user_id = "ben", .anonymous_id = "laptop", .at = "2026-01-03"});
  bench.event({.type = "identify", .user_id = "ben", .traits = traits("info@example.com")});
  bench.event({.type = "identify", .user_id = "ada", .traits = traits("info@example.com")});
  must(resolve(bench.session(), project(), day(4)));

  auto why = must(why_merged(bench.session(), project(), "Ada@example.com", "laptop"));
  CHECK(why.same_profile);
  REQUIRE(why.steps.size() == 2);
  CHECK(why.steps[0].from == model::Identifier{"email", "ada@example.com"});
  CHECK(why.steps[0].to == model::Identifier{"user_id", "ada"});
  CHECK(why.steps[0].record_id == "e1");
  CHECK(why.steps[1].to == model::Identifier{"anonymous_id", "laptop"});
  CHECK(why.steps[1].first_seen == day(2));

  why = must(why_merged(bench.session(), project(), "user_id:ada", "ben"));
  CHECK_FALSE(why.same_profile);
  CHECK(why.steps.empty());
  CHECK(why.refusals ==
        std::vector<std::string>{
            "user_id:ada with email:info@example.com in e5: this email identifies nobody",
            "user_id:ben with email:info@example.com in e4: this email identifies nobody",
            "user_id:ben with anonymous_id:laptop in e3: together they would have more than 1 "
            "user_id on one profile"});

  const auto nobody = why_merged(bench.session(), project(), "ada", "zoe");
  REQUIRE_FALSE(nobody.has_value());
  CHECK(nobody.error().code == "R0502");
  CHECK(nobody.error().text().find("zoe") == std::string::npos);
}

}  // namespace
}  // namespace rondo::identity
