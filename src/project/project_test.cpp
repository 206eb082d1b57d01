#include "project/project.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "base/text.h"
#include "project/memory_disk.h"
#include "project/sample_project.h"

namespace rondo::project {
namespace {

using namespace std::chrono_literals;
using Files = std::map<std::string, std::string>;

const MemoryEnvironment secrets({{"WEB_KEY", "key-1"},
                                 {"CRM_TOKEN", "hunter2"},
                                 {"HUNTER_TOKEN", "t"}});

Files sample() {
  Files files;
  for (const auto& [path, text] : marked_sample())
    files["acme/" + path] = replace_all(text, "^", "");
  return files;
}

ProjectResult load(Files files, LoadOptions options = {}) {
  MemoryDisk disk(std::move(files));
  return load_project(disk, secrets, "acme", "local", options);
}

std::string first_of(const ProjectResult& result) {
  return result.diagnostics.empty() ? "" : render(result.diagnostics.sorted().front(), false);
}

TEST_CASE("a project becomes its nouns, with every value in place") {
  const ProjectResult result = load(sample());
  REQUIRE_MESSAGE(result.project, result.diagnostics.render(false));
  CHECK(result.diagnostics.empty());
  const model::Project& project = *result.project;
  CHECK(project.name == "acme");
  CHECK(project.timezone == "Europe/Berlin");
  CHECK(project.retries.attempts == 3);
  CHECK(project.retries.first == 200ms);
  CHECK(project.consent.purposes.size() == 3);
  CHECK(project.consent.purpose("analytics")->opt_out);
  CHECK(project.consent.gpc_denies == std::vector<std::string>{"marketing"});
  CHECK(project.consent.categories[1].never_leaves);
  CHECK(project.identity.identifiers[0].type == "user_id");
  CHECK(project.identity.identifier("email")->block_roles);
  CHECK(project.identity.profile[0].prefer == std::vector<std::string>{"verified", "latest"});
  CHECK(project.identity.profile[1].prefer == std::vector<std::string>{"latest"});
  CHECK(project.source("web")->write_keys == std::vector<std::string>{"key-1"});
  CHECK(project.source("web")->unknown_events == model::UnknownEvents::quarantine);
  CHECK(project.source("crm")->party == model::Party::third);
  CHECK(project.source("crm")->streams[0].consent.at("marketing") == "opted_in");
}

TEST_CASE("contracts are read from the open standard") {
  const auto result = load(sample());
  const model::Contract& contact = *result.project->contract("contact");
  CHECK(contact.closed);
  REQUIRE(contact.columns.size() == 5);
  CHECK(contact.columns[0].required);
  CHECK(contact.columns[0].unique);
  CHECK(contact.columns[1].pattern == ".+@.+");
  CHECK(contact.columns[2].type == model::ColumnType::boolean);
  CHECK(contact.columns[4].name == "address.city");
  const model::Contract& orders = *result.project->contract("orders");
  CHECK_FALSE(orders.closed);
  CHECK(orders.columns[1].minimum == 0);
  CHECK(orders.columns[1].maximum == 1000);
  CHECK(orders.columns[1].where == Position{"contracts/orders.yaml", 9, 17, 5});
}

TEST_CASE("syncs, enrichments, outcomes and feedback carry what they say") {
  const auto result = load(sample());
  const model::Sync& sync = *result.project->sync("hello");
  CHECK(sync.destination == "crm");
  CHECK(sync.object == "contacts");
  CHECK(sync.mode == model::SyncMode::mirror);
  CHECK(sync.match_field == "mail");
  CHECK(sync.match_column == "email");
  CHECK(sync.map[1].column == "value");
  CHECK(sync.change_share_max == 0.2);
  CHECK(sync.holdout_share == 0.1);
  CHECK(sync.trigger.after_upstream);
  const model::Enrichment& mail = result.project->enrichments.at(0);
  CHECK(mail.audience == "buyers");
  CHECK(mail.budget_run_micros == 20'000'000);
  CHECK(mail.budget_record_micros == 100'000);
  CHECK(mail.trigger.every == 12h);
  const model::OutcomeRule& sale = result.project->outcomes.at(0);
  CHECK(sale.identifier_type == "user_id");
  CHECK(sale.window == 24h * 14);
  CHECK(sale.credit_model == "linear");
  const model::FeedbackRule& rule = result.project->feedback.at(0);
  CHECK(rule.outcome == "sale");
  CHECK(rule.steps.at(0).purposes == std::vector<std::string>{"marketing"});
  CHECK(rule.steps.at(1).action == model::FeedbackAction::stale);
}

TEST_CASE("SQL is compiled, and stands after what it reads") {
  const auto result = load(sample());
  const auto& assets = result.project->sql_assets;
  REQUIRE(assets.size() == 3);
  CHECK(assets[0].name == "orders");
  CHECK(assets[1].name == "value");
  CHECK(assets[2].name == "buyers");
  CHECK(assets[0].reads == std::vector<std::string>{"source:web.Order Completed", "identifiers"});
  CHECK(assets[1].compiled ==
        "select profile_id, sum(total) as value from models.orders group by 1\n");
  CHECK(assets[0].compiled.find("from raw.web_order_completed as o\njoin rondo.identifiers") !=
        std::string::npos);
}

TEST_CASE("secrets are put in, marked, and part of no message") {
  const auto result = load(sample());
  const model::Destination& crm = *result.project->destination("crm");
  CHECK(crm.settings.at("token") == "hunter2");
  CHECK(crm.secret_settings == std::vector<std::string>{"token"});
  Files broken = sample();
  broken["acme/destinations/crm.yaml"] += "connector: twice\nother: [\"${env:CRM_TOKEN}\"]\n";
  const auto wrong = load(broken);
  CHECK(wrong.diagnostics.has_errors());
  CHECK(wrong.diagnostics.render(false).find("hunter2") == std::string::npos);
  CHECK(wrong.diagnostics.to_json().text().find("hunter2") == std::string::npos);
}

TEST_CASE("a secret in plain sight is warned of, and its line not shown") {
  Files files = sample();
  files["acme/destinations/crm.yaml"] = "connector: hubspot\ntoken: pat-123\nurl: [1]\n";
  const auto result = load(files);
  CHECK(result.diagnostics.warning_count() == 1);
  CHECK(result.diagnostics.render(false).find("pat-123") == std::string::npos);
}

TEST_CASE("a missing secret stops a run and not a check") {
  MemoryDisk disk(sample());
  const MemoryEnvironment empty;
  const auto run = load_project(disk, empty, "acme", "local");
  CHECK(run.diagnostics.error_count() == 3);
  CHECK_FALSE(run.project);
  const auto check =
      load_project(disk, empty, "acme", "local", {.secrets = SecretMode::placeholder});
  CHECK(check.diagnostics.empty());
  CHECK(check.project->destination("crm")->settings.at("token") == "${env:CRM_TOKEN}");
}

TEST_CASE("the fingerprint changes with any file that was read, and with nothing else") {
  const auto before = load(sample());
  Files other = sample();
  other["acme/README.md"] = "hello";
  other["acme/data/contacts.csv"] = "id,email,opted_in,changed\n";
  CHECK(load(other).project->fingerprint == before.project->fingerprint);
  other["acme/models/orders.sql"] += "-- x\n";
  CHECK(load(other).project->fingerprint != before.project->fingerprint);
}

TEST_CASE("an environment is chosen by its name") {
  MemoryDisk disk(sample());
  const auto result = load_project(disk, secrets, "acme", "locl", {});
  REQUIRE(result.diagnostics.error_count() == 1);
  CHECK(first_of(result).find("did you mean `local`?") != std::string::npos);
}

TEST_CASE("a folder that is no project is said to be none") {
  CHECK(first_of(load({})).find("R0101") != std::string::npos);
  CHECK(first_of(load({{"acme/x.sql", ""}})).find("R0101") != std::string::npos);
}

// Every field, misspelt --------------------------------------------------------------------------

struct Field {
  std::string path;
  Position where;
  std::size_t offset;  ///< in the text without marks
  std::string name;
};

std::vector<Field> fields() {
  std::vector<Field> all;
  for (const auto& [path, marked] : marked_sample()) {
    std::string text;
    for (std::size_t i = 0; i < marked.size(); ++i) {
      if (marked[i] != '^') {
        text += marked[i];
        continue;
      }
      const std::size_t end = marked.find(':', i);
      const std::string name = marked.substr(i + 1, end - i - 1);
      const std::size_t start = text.rfind('\n') + 1;
      const auto line = 1 + std::count(text.begin(), text.end(), '\n');
      all.push_back({path,
                     {path, static_cast<std::uint32_t>(line),
                      static_cast<std::uint32_t>(text.size() - start + 1), 1},
                     text.size(),
                     name});
    }
  }
  return all;
}

std::string misspelt(std::string word, std::size_t at, int how) {
  at %= word.size();
  if (how == 0) return word.insert(at, 1, word[at]);
  if (how == 1) return word.insert(at, 1, 'q');
  if (how == 2 && word.size() > 2) return word.erase(at, 1);
  if (how == 3 && at + 1 < word.size() && word[at] != word[at + 1]) {
    std::swap(word[at], word[at + 1]);
    return word;
  }
  word[at] = word[at] == 'x' ? 'y' : 'x';
  return word.size() > 1 ? word : word + "xx";
}

TEST_CASE("one field misspelt is one error, in its line and at its column") {
  const auto all = fields();
  CHECK(all.size() > 100);
  CHECK(rc::check([&] {
    const Field field = *rc::gen::elementOf(all);
    const std::string wrong =
        misspelt(field.name, *rc::gen::inRange<std::size_t>(0, 20), *rc::gen::inRange(0, 5));
    Files files = sample();
    files["acme/" + field.path].replace(field.offset, field.name.size(), wrong);
    const auto result = load(files);
    RC_LOG() << field.path << ": " << wrong << "\n" << result.diagnostics.render(false);
    RC_ASSERT(result.diagnostics.error_count() == 1U);
    const Diagnostic found = result.diagnostics.sorted().front();
    RC_ASSERT(found.code == "R0103");
    RC_ASSERT(found.where.file == field.path);
    RC_ASSERT(found.where.line == field.where.line);
    RC_ASSERT(found.where.column == field.where.column);
    RC_ASSERT(found.where.length == wrong.size());
  }));
}

TEST_CASE("a file cut off anywhere is reported, and brings nothing down") {
  CHECK(rc::check([] {
    Files files = sample();
    auto victim = files.begin();
    std::advance(victim, *rc::gen::inRange<std::size_t>(0, files.size()));
    victim->second.resize(*rc::gen::inRange<std::size_t>(0, victim->second.size()));
    const auto result = load(files, {.secrets = SecretMode::placeholder, .check_sql = false});
    RC_ASSERT(result.project.has_value() != result.diagnostics.has_errors());
  }));
}

}  // namespace
}  // namespace rondo::project
