#include "outcome/outcome.h"

#include <algorithm>
#include <array>
#include <random>

#include <doctest/doctest.h>

#include "consent/test_bench.h"

namespace rondo::outcome {
namespace {

using std::chrono::hours;
using test::Bench;
using test::day;
using test::must;

model::Project project() {
  model::Project project;
  project.identity.identifiers = {{.type = "user_id"},
                                  {.type = "email", .normalise = model::Normaliser::email}};
  project.sources = {{.name = "web", .type = "tracking"},
                     {.name = "esp", .type = "tracking"},
                     {.name = "crm", .type = "file", .streams = {{.name = "deals"}}}};
  return project;
}

model::OutcomeRule orders() {
  model::OutcomeRule rule{.name = "orders", .from = "source:web.Order Completed"};
  rule.identifier_type = "user_id";
  rule.identifier_column = "user_id";
  rule.value_column = "total";
  rule.currency = "USD";
  rule.window = hours{24 * 30};
  return rule;
}

model::OutcomeRule bounces() {
  model::OutcomeRule rule{.name = "hard_bounces", .from = "source:esp.Email Bounced"};
  rule.identifier_type = "email";
  rule.identifier_column = "email";
  rule.where_sql = "kind = 'hard' -- not the soft ones";
  return rule;
}

/// A warehouse with the views that the collector makes and two people, ada and ben.
struct World : Bench {
  World() {
    run("create table raw.web_order_completed (event_id text, user_id text, identifier_type text, "
        "identifier_value text, occurred_at timestamp, total double);"
        "create table raw.esp_email_bounced (event_id text, identifier_type text, identifier_value "
        "text, occurred_at timestamp, email text, kind text)");
    for (const auto* name : {"ada", "ben"}) {
      const std::string id = std::string("p-") + name;
      must(session().execute("insert into rondo.profile_index values ($1, $2, null, null)",
                             {id, day(1)}));
      for (const auto& [type, value] : {std::pair{"user_id", std::string(name)},
                                        {"email", name + std::string("@example.com")}}) {
        must(session().execute("insert into rondo.identifiers values ($1, $2, $3, $4)",
                               {std::string(type), value, id, day(1)}));
      }
    }
  }
  void order(const std::string& id, const std::string& user, int on, double total) {
    must(session().execute(
        "insert into raw.web_order_completed values ($1, $2, 'user_id', $2, $3, $4)",
        {id, user, day(on), total}));
  }
  void bounce(const std::string& id, const std::string& email, const std::string& kind, int on) {
    must(session().execute("insert into raw.esp_email_bounced values ($1, null, null, $2, $3, $4)",
                           {id, day(on), email, kind}));
  }
  void delivery(int receipt, const std::string& profile, int on, const std::string& action = "add",
                const std::string& state = "ok") {
    must(
        session().execute("insert into rondo.deliveries (receipt_id, sync, run_id, destination, "
                          "object, key, profile_id, "
                          "action, state, fingerprint, delivered_at) values ($1, 'winback', 'r', "
                          "'d', 'o', 'k', $2, $3, "
                          "$4, 'f', $5)",
                          {std::int64_t{receipt}, profile, action, state, day(on)}));
  }
  std::vector<std::string> credits() {
    return rows(
        "select o.record_id, c.receipt_id, cast(round(100 * c.share) as bigint) from rondo.credits "
        "c "
        "join rondo.outcomes o on o.outcome_id = c.outcome_id order by all");
  }
};

using Lines = std::vector<std::string>;

TEST_CASE("every row is an outcome, joined to its profile, with its amount") {
  World world;
  world.order("1", " ada ", 5, 10.5);
  world.order("2", "nobody", 6, 4);
  const auto report = must(trace_outcomes(world.session(), project(), orders()));
  CHECK(report.outcomes == 2);
  CHECK(report.changed == 2);
  CHECK(report.with_profile == 1);
  CHECK(report.credited == 0);
  CHECK(report.amount == doctest::Approx(14.5));
  CHECK(
      world.rows(
          "select outcome, profile_id, record_id, cast(amount as text), currency, identifier_type, "
          "identifier_value from rondo.outcomes order by record_id") ==
      Lines{"orders|p-ada|1|10.5|USD|user_id|ada", "orders|-|2|4.0|USD|user_id|nobody"});
}

TEST_CASE("credit goes to the last delivery before the outcome, inside the window") {
  World world;
  world.order("1", "ada", 40, 100);
  world.delivery(1, "p-ada", 9);   // a day too early
  world.delivery(2, "p-ada", 10);  // exactly the window
  world.delivery(3, "p-ada", 39);
  world.delivery(4, "p-ada", 40);  // at the same instant: not before
  world.delivery(5, "p-ben", 39);
  world.delivery(6, "p-ada", 39, "remove");
  world.delivery(7, "p-ada", 39, "add", "rejected");
  auto rule = orders();
  auto report = must(trace_outcomes(world.session(), project(), rule));
  CHECK(world.credits() == Lines{"1|3|100"});
  CHECK(report.credited == 1);
  CHECK(report.credited_amount == doctest::Approx(100));
  rule.credit_model = "first_touch";
  must(trace_outcomes(world.session(), project(), rule));
  CHECK(world.credits() == Lines{"1|2|100"});
  rule.credit_model = "linear";
  must(trace_outcomes(world.session(), project(), rule));
  CHECK(world.credits() == Lines{"1|2|50", "1|3|50"});
  rule.window = hours{24 * 31};
  rule.credit_model = "first_touch";
  must(trace_outcomes(world.session(), project(), rule));
  CHECK(world.credits() == Lines{"1|1|100"});
  CHECK(world.one("select count(*) from rondo.credits") == "1");
}

TEST_CASE("of two deliveries at the same moment the later receipt is the last") {
  World world;
  world.order("1", "ada", 9, 1);
  world.delivery(8, "p-ada", 8);
  world.delivery(7, "p-ada", 8, "update");
  must(trace_outcomes(world.session(), project(), orders()));
  CHECK(world.credits() == Lines{"1|8|100"});
}

TEST_CASE("what was sent under a merged id counts for the profile that lives on") {
  World world;
  world.run(
      "insert into rondo.profile_index values ('p-old', timestamp '2026-01-02', 'p-ada', "
      "timestamp '2026-01-03')");
  world.order("1", "ada", 9, 1);
  world.delivery(1, "p-old", 8);
  must(trace_outcomes(world.session(), project(), orders()));
  CHECK(world.credits() == Lines{"1|1|100"});
}

TEST_CASE("to trace again changes nothing; what moved is corrected, what is gone goes") {
  World world;
  world.order("1", "ada", 9, 10);
  world.order("2", "ben", 9, 20);
  world.delivery(1, "p-ada", 8);
  world.delivery(2, "p-ben", 8);
  CHECK(must(trace_outcomes(world.session(), project(), orders())).changed == 2);
  CHECK(must(trace_outcomes(world.session(), project(), orders())).changed == 0);
  world.run("update rondo.identifiers set profile_id = 'p-ada' where value = 'ben'");
  CHECK(must(trace_outcomes(world.session(), project(), orders())).changed == 1);
  CHECK(world.credits() == Lines{"1|1|100", "2|1|100"});
  world.run("delete from raw.web_order_completed where event_id = '1'");
  const auto report = must(trace_outcomes(world.session(), project(), orders()));
  CHECK(report.changed == 1);
  CHECK(report.outcomes == 1);
  CHECK(world.credits() == Lines{"2|1|100"});
}

TEST_CASE("one rule leaves the outcomes and credits of another alone") {
  World world;
  world.order("1", "ada", 9, 10);
  world.delivery(1, "p-ada", 8);
  auto other = orders();
  other.name = "big_orders";
  must(trace_outcomes(world.session(), project(), orders()));
  must(trace_outcomes(world.session(), project(), other));
  must(trace_outcomes(world.session(), project(), orders()));
  CHECK(world.one("select count(*), count(distinct outcome) from rondo.outcomes") == "2|2");
  CHECK(world.one("select count(*) from rondo.credits") == "2");
}

TEST_CASE("shares of one outcome add up to 1, for any deliveries and model, as counted by hand") {
  World world;
  std::mt19937 chance(7);
  const auto between = [&](int first, int last) {
    return std::uniform_int_distribution<int>(first, last)(chance);
  };
  for (int round = 0; round < 30; ++round) {
    CAPTURE(round);
    world.run("delete from rondo.deliveries; delete from raw.web_order_completed");
    auto rule = orders();
    rule.credit_model =
        std::array{"last_touch", "first_touch", "linear"}[static_cast<std::size_t>(between(0, 2))];
    const int window = between(1, 20);
    rule.window = hours{24 * window};
    const int on = between(1, 30);
    world.order("1", "ada", on, 1);
    std::ptrdiff_t touches = 0;
    const int sent = between(0, 8);
    for (int receipt = 1; receipt <= sent; ++receipt) {
      const int moment = between(1, 30);
      world.delivery(receipt, "p-ada", moment);
      touches += moment < on && on - moment <= window ? 1 : 0;
    }
    must(trace_outcomes(world.session(), project(), rule));

    const auto expected =
        rule.credit_model == "linear" ? touches : std::min<std::ptrdiff_t>(touches, 1);
    CHECK(static_cast<std::ptrdiff_t>(world.credits().size()) == expected);
    const double sum = std::stod(world.one("select coalesce(sum(share), 0) from rondo.credits"));
    CHECK(sum == doctest::Approx(touches == 0 ? 0 : 1));
  }
}

TEST_CASE("a filter chooses the rows; its value is compared in normal form") {
  World world;
  world.bounce("1", " Ada@Example.com", "hard", 5);
  world.bounce("2", "ben@example.com", "soft", 5);
  world.bounce("3", "not an address", "hard", 5);
  const auto report = must(trace_outcomes(world.session(), project(), bounces()));
  CHECK(report.outcomes == 2);
  CHECK(world.rows("select record_id, profile_id, identifier_value, amount, currency "
                   "from rondo.outcomes order by 1") ==
        Lines{"1|p-ada|ada@example.com|-|-", "3|-|-|-|-"});
}

TEST_CASE("without a column the event's own identifier, or the model's profile_id, leads on") {
  World world;
  world.order("1", "ada", 5, 1);
  auto rule = orders();
  rule.identifier_type.clear();
  rule.identifier_column.clear();
  CHECK(must(trace_outcomes(world.session(), project(), rule)).with_profile == 1);
  world.run(
      "create table models.meetings as select 'm' as record_id, timestamp '2026-01-05' as "
      "occurred_at, 'p-ben' as profile_id, '12.5' as worth");
  rule.name = "meetings";
  rule.from = "model:meetings";
  rule.value_column = "worth";
  const auto report = must(trace_outcomes(world.session(), project(), rule));
  CHECK(report.with_profile == 1);
  CHECK(report.amount == doctest::Approx(12.5));
}

TEST_CASE("a source that was never loaded has no outcomes") {
  World world;
  auto rule = orders();
  rule.from = "source:crm.deals";
  CHECK(must(trace_outcomes(world.session(), project(), rule)).outcomes == 0);
}

TEST_CASE("a rule that cannot be followed says why, at its place") {
  World world;
  const auto code_of = [&](model::OutcomeRule rule) {
    rule.where = {"outcomes/orders.yaml", 3, 1, 1};
    const auto result = trace_outcomes(world.session(), project(), rule);
    if (result) return std::string("no error");
    CHECK(result.error().where->file == "outcomes/orders.yaml");
    return result.error().code;
  };
  auto rule = orders();
  rule.from = "source:shop.Order Completed";
  CHECK(code_of(rule) == "R0710");
  rule = orders();
  rule.value_column = "amount";
  CHECK(code_of(rule) == "R0710");
  rule = orders();
  rule.where_sql = "totl > 5";
  CHECK(code_of(rule) == "R0201");
  world.run(
      "create table models.m as select 'a' as record_id, timestamp '2026-01-05' as occurred_at, "
      "1 as total from range(2)");
  rule = {.name = "m", .from = "model:m"};
  CHECK(code_of(rule) == "R0711");
  rule.identifier_type = "user_id";
  rule.identifier_column = "record_id";
  CHECK(code_of(rule) == "R0712");
  CHECK(world.rows("select table_name from duckdb_tables() where table_name like 'working%'")
            .empty());
}

model::FeedbackRule feedback(std::vector<model::FeedbackRule::Step> steps,
                             const std::string& outcome = "hard_bounces") {
  return {.name = "bounces", .outcome = outcome, .steps = std::move(steps)};
}

TEST_CASE("a hard bounce suppresses its address, for the purposes named or for all") {
  World world;
  world.bounce("1", "ADA@example.com", "hard", 5);
  world.bounce("2", "ada@example.com", "hard", 4);
  must(trace_outcomes(world.session(), project(), bounces()));
  const auto rule = feedback({{.identifier = "email", .purposes = {"marketing", "service"}}});
  CHECK(must(give_back(world.session(), project(), rule)).suppressed == 2);
  CHECK(must(give_back(world.session(), project(), rule)).suppressed == 0);
  CHECK(world.rows("select identifier_type, identifier_value, purpose, reason, since "
                   "from rondo.suppressions order by all") ==
        Lines{"email|ada@example.com|marketing|hard_bounces|2026-01-04T00:00:00.000000Z",
              "email|ada@example.com|service|hard_bounces|2026-01-04T00:00:00.000000Z"});
  CHECK(
      must(give_back(world.session(), project(), feedback({{.identifier = "email"}}))).suppressed ==
      1);
  CHECK(world.one("select count(*) from rondo.suppressions where purpose = '*'") == "1");
}

TEST_CASE("an outcome found by another kind suppresses what its profile has of the kind") {
  World world;
  world.order("1", "ada", 5, 1);
  must(trace_outcomes(world.session(), project(), orders()));
  must(give_back(world.session(), project(), feedback({{.identifier = "email"}}, "orders")));
  CHECK(world.rows("select identifier_value from rondo.suppressions") == Lines{"ada@example.com"});
}

void value(World& world, const std::string& field, const std::string& value, int on) {
  must(
      world.session().execute("insert into rondo.profile_values values ('p-ada', $1, $2, 's', 'r', "
                              "$3, false, false)",
                              {field, value, day(on)}));
}

const std::string stale_rows = "select field, value, since from rondo.stale_values order by all";

TEST_CASE("an address that bounced is stale in every field named, now and later") {
  World world;
  world.bounce("1", "ada@example.com", "hard", 5);
  must(trace_outcomes(world.session(), project(), bounces()));
  const auto rule =
      feedback({{.action = model::FeedbackAction::stale, .fields = {"email", "work_email"}}});
  CHECK(must(give_back(world.session(), project(), rule)).stale == 2);
  CHECK(must(give_back(world.session(), project(), rule)).stale == 0);
  world.bounce("2", "ada@example.com", "hard", 7);
  must(trace_outcomes(world.session(), project(), bounces()));
  CHECK(must(give_back(world.session(), project(), rule)).stale == 2);
  CHECK(world.rows(stale_rows) == Lines{"email|ada@example.com|2026-01-07T00:00:00.000000Z",
                                        "work_email|ada@example.com|2026-01-07T00:00:00.000000Z"});
}

TEST_CASE("any other outcome marks what the profile had said by then, once") {
  World world;
  world.order("1", "ada", 5, 1);
  value(world, "job", "student", 3);
  value(world, "city", "Berlin", 9);
  must(trace_outcomes(world.session(), project(), orders()));
  const auto rule =
      feedback({{.action = model::FeedbackAction::stale, .fields = {"job", "city"}}}, "orders");
  CHECK(must(give_back(world.session(), project(), rule)).stale == 1);
  CHECK(world.rows(stale_rows) == Lines{"job|student|2026-01-05T00:00:00.000000Z"});
  // Identity chose an older value instead: the same news must not reach that one.
  world.run("update rondo.profile_values set value = 'pupil' where field = 'job'");
  CHECK(must(give_back(world.session(), project(), rule)).stale == 0);
}

}  // namespace
}  // namespace rondo::outcome
