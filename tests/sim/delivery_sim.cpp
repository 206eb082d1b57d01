// Deliveries through a cruel network, with a destination that fails, and with power cuts: after
// every round the destination holds what the audience says, and nothing happened twice.
#include <array>
#include <map>
#include <optional>
#include <random>

#include <fmt/format.h>

#include "simulation.h"
#include "standin/standin.h"
#include "sync/testing/bench.h"

namespace rondo::sim {
namespace {

constexpr int people_max = 60;
constexpr int rounds = 3;
constexpr int lives_max = 60;

/// What should become of one key, counted from what was asked for.
struct Expected {
  std::optional<std::string> held{};  ///< the name that the destination should hold
  std::int64_t creates = 0, changes = 0, archives = 0;
};

struct Person {
  bool member = false;
  bool allowed = true;
  std::string name{};
};

class Scenario {
 public:
  explicit Scenario(std::uint64_t seed, std::string kind, bool with_outbox = true)
      : random_(seed), kind_(std::move(kind)), with_outbox_(with_outbox), bench_(options(seed)) {
    bench_.sim().as_other_machine([&] { open_standin(seed); });
    if (kind_ == "webhook") {
      bench_.destination().connector = "webhook";
      bench_.destination().settings = {{"url", "http://127.0.0.1:7000/hook"}, {"secret", "s"}};
      bench_.order().object.clear();
    }
    bench_.order().map = {{"firstname", "given_name", {}}};
    bench_.order().confirm_read_back = kind_ == "hubspot" && seed % 2 == 0;
    // An audience from nobody to all and back has to be allowed here.
    people_.resize(people_max);
  }

  std::string run() {
    for (int round = 0; round < rounds && faults_.empty(); ++round) {
      move_people();
      deliver_until_calm(round);
      check(round);
    }
    return faults_;
  }

 private:
  static world::SimOptions options(std::uint64_t seed) {
    world::SimOptions options{.seed = seed};
    const double hostility = 0.02 * static_cast<double>(seed % 5);
    options.drop_request = options.drop_response = options.duplicate = hostility;
    options.refuse = options.answer_429 = options.answer_500 = hostility;
    return options;
  }

  void open_standin(std::uint64_t seed) {
    Json faults = Json::array();
    const std::array kinds{"throttle", "error", "drop", "partial", "timeout"};
    if (seed % 3 != 0) {
      for (std::size_t i = 0; i < kinds.size(); ++i) {
        faults.push(Json::object(
            {{"answer", Json(kinds[i])}, {"every", Json(static_cast<int>(5 + 2 * i))}}));
      }
    }
    const Json file = Json::object({{"faults", faults}, {"secret", Json("s")}});
    standin_ = *standin::make(kind_, bench_.sim().view(), {file, ""});
    server_ =
        std::move(*bench_.sim().view().network.serve({.port = 7000}, standin::handler(standin_)));
  }

  [[nodiscard]] int below(int bound) {
    return static_cast<int>(random_() % static_cast<unsigned>(bound));
  }
  static std::string id(std::size_t index) { return fmt::format("p{}", index); }
  static std::string email(std::size_t index) { return fmt::format("p{}@x.co", index); }

  void move_people() {
    const int touched = 1 + below(people_max);
    for (int i = 0; i < touched; ++i) {
      const auto index = static_cast<std::size_t>(below(people_max));
      Person& person = people_[index];
      const int what = below(10);
      if (person.name.empty()) {
        person = {true, true, fmt::format("N{}", below(3))};
        bench_.add_person(id(index), email(index), person.name);
      } else if (what < 3) {
        person.member ? bench_.leave(id(index))
                      : bench_.run_sql(fmt::format(
                            "insert into audiences.vips values ('{}', 10, now())", id(index)));
        person.member = !person.member;
      } else if (what < 5) {
        person.allowed = !person.allowed;
        bench_.say(id(index), person.allowed);
      } else {
        person.name = fmt::format("N{}", below(3));
        bench_.run_sql(
            fmt::format("update rondo.profile_values set value = '{}' where profile_id = '{}' and "
                        "field = 'given_name'",
                        person.name, id(index)));
      }
    }
    for (std::size_t i = 0; i < people_.size(); ++i) expect(i);
  }

  void expect(std::size_t index) {
    const Person& person = people_[index];
    Expected& expected = expected_[email(index)];
    const bool wanted = person.member && person.allowed;
    if (wanted && !expected.held) ++expected.creates;
    if (wanted && expected.held && *expected.held != person.name) ++expected.changes;
    if (!wanted && expected.held) ++expected.archives;
    expected.held = wanted ? std::optional(person.name) : std::nullopt;
  }

  void deliver_until_calm(int round) {
    for (int life = 0; life < lives_max; ++life) {
      const bool cut = life < 6 && below(2) == 0;
      if (cut) bench_.sim().crash_after(static_cast<std::uint64_t>(1 + below(80)));
      const auto report = bench_.try_run();
      if (!report && !with_outbox_) bench_.lose_outbox();
      if (!report || !*report) continue;
      check_sums(**report);
      if ((*report)->planned == 0 && (*report)->settled == 0 && !cut) return;
    }
    fault(fmt::format("round {}: not calm after {} lives", round, lives_max));
  }

  void check_sums(const sync::SyncReport& r) {
    if (r.planned != r.ok + r.rejected + r.unknown) fault("planned is not ok + rejected + unknown");
    if (r.considered != r.planned + r.unchanged + r.blocked) fault("considered does not add up");
  }

  void check(int round) {
    const Json state = standin_->state();
    const bool webhook = kind_ == "webhook";
    const Json& all = webhook ? state : state["objects"]["contacts"];
    std::size_t held = 0;
    for (const auto& [key, expected] : expected_) {
      const Json* record = all["records"].find(key);
      held += expected.held ? 1U : 0U;
      const bool there = record != nullptr;
      if (there != expected.held.has_value()) {
        fault(fmt::format("round {}: {} {}", round, key,
                          there ? "is there and should not be" : "is missing"));
      } else if (there && (*record)["firstname"].as_string() != *expected.held) {
        fault(fmt::format("round {}: {} holds another name", round, key));
      }
      if (!webhook) check_history(round, key, expected, all["keys"][key]);
    }
    if (all["records"].as_object().size() != held) fault("records that nobody asked for");
    if (!webhook) return;
    if (!state["duplicate_effects"].as_array().empty())
      fault(fmt::format("round {}: an effect twice", round));
    if (state["conflicts"].as_int() > 0) fault("one key with two bodies");
    if (state["unsigned"].as_int() > 0) fault("a request without its signature");
    check_effects(round, state["effects"].as_int());
  }

  // Every change that was asked for took effect once: not one more, not one less.
  void check_history(int round, const std::string& key, const Expected& expected,
                     const Json& history) {
    const auto differs = [&](const char* what, std::int64_t wanted) {
      if (history[what].as_int() == wanted) return;
      fault(fmt::format("round {}: {} had {} {} instead of {}", round, key, history[what].as_int(),
                        what, wanted));
    };
    differs("creates", expected.creates);
    differs("changes", expected.changes);
    differs("archives", expected.archives);
  }

  // A webhook's effects cannot be told apart by content. In doubt about a record whose person
  // changed in between, both the old and the new are sent, each once; hence no equality, but a
  // bound by receipts.
  void check_effects(int round, std::int64_t effects) {
    const std::int64_t receipts =
        std::stoll(bench_.one("select count(*) from rondo.deliveries where state <> 'rejected'"));
    if (effects > receipts)
      fault(fmt::format("round {}: {} effects of {} receipts", round, effects, receipts));
  }

  void fault(std::string text) {
    if (faults_.size() < 2'000) faults_ += "  " + std::move(text) + "\n";
  }

  std::mt19937_64 random_;
  std::string kind_;
  bool with_outbox_;
  sync::Bench bench_;
  std::shared_ptr<standin::Standin> standin_;
  std::unique_ptr<world::HttpServer> server_;
  std::vector<Person> people_;
  std::map<std::string, Expected> expected_;
  std::string faults_;
};

// The check has to be able to fail: without an outbox some seed must show a double effect.
std::string control_without_outbox(std::uint64_t seed) {
  for (std::uint64_t i = 1; i <= 10; ++i) {
    if (!Scenario(seed * 100 + i, "webhook", false).run().empty()) return {};
  }
  return "  ten scenarios without an outbox, and nobody noticed";
}

constexpr std::array scenes{
    Scene{"delivery_hubspot", [](std::uint64_t seed) { return Scenario(seed, "hubspot").run(); }},
    Scene{"delivery_webhook", [](std::uint64_t seed) { return Scenario(seed, "webhook").run(); }},
    Scene{"control_without_outbox", control_without_outbox, 50},
};

}  // namespace

std::span<const Scene> delivery_scenes() { return scenes; }

}  // namespace rondo::sim
