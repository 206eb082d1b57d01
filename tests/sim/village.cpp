#include "village.h"

#include <utility>

#include <fmt/format.h>

#include "world/sim/sim_random.h"

namespace rondo::simtest {
namespace {

using namespace std::chrono_literals;

constexpr int people = 20;
constexpr int contacts_known = 16;  // the others only come by
constexpr Duration hour = 1h;

std::string email_of(int person) {
  return fmt::format("p{}@{}", person, person == 5 ? "gone.example" : "mail.example");
}

class Maker {
 public:
  Maker(std::uint64_t variant, Time start) : random_(variant, "village"), start_(start) {}

  Village make() {
    village_.clients.resize(3);
    village_.contacts = contacts(false);
    village_.contacts_later = contacts(true);
    for (int person = 0; person < people; ++person) visit(person);
    misbehave();
    bounce(2);
    bounce(7);
    return std::move(village_);
  }

 private:
  std::string contacts(bool later) {
    world::SimRandom random(1, "contacts");
    std::string text =
        "customer_id,email,first_name,last_name,company_domain,marketing_consent,updated_at\n";
    for (int person = 0; person < contacts_known + (later ? 1 : 0); ++person) {
      const bool changed = later && (person == 3 || person == 9);
      const char* consent = person % 8 == 6 ? "" : person % 5 == 4 ? "no" : "yes";
      if (later && person == 3) consent = "no";
      text += fmt::format("u{},{},{},Last{},firm{}.example,{},2025-12-{:02}T10:00:00Z\n", person,
                          email_of(person), changed ? "Renamed" : fmt::format("First{}", person),
                          person, person % 4, consent, changed ? 30 : 1 + person);
    }
    return text;
  }

  Json event(std::string_view type, const std::string& name, Json properties) {
    const Time at = start_ + Duration{static_cast<std::int64_t>(random_.below(3'000'000'000))};
    Json made = Json::object({{"type", type},
                              {"messageId", fmt::format("m{}", village_.events++)},
                              {"timestamp", to_text(at)}});
    if (!name.empty()) made.set("event", name);
    return made.set("properties", std::move(properties));
  }

  // Batches of one to four events, each client at its own pace.
  void send(std::size_t client, const std::string& key, Json made) {
    auto& batches = village_.clients[client];
    if (batches.empty() || batches.back().events.size() > random_.below(4)) {
      batches.push_back({key,
                         {},
                         Duration{static_cast<std::int64_t>(
                             random_.below(static_cast<std::uint64_t>(hour.count()) / 8))}});
    }
    batches.back().events.push_back(std::move(made));
  }

  void visit(int person) {
    const std::size_t client = static_cast<std::size_t>(person % 2);
    const std::string anonymous = fmt::format("a{}", person);
    const std::string user = fmt::format("u{}", person);
    auto viewed = event("track", "Product Viewed",
                        Json::object({{"product_id", fmt::format("s{}", random_.below(9))}}));
    send(client, "web", viewed.set("anonymousId", anonymous));
    if (person % 3 != 2) {
      auto known = event("identify", "", Json::object());
      known.set("userId", user).set("anonymousId", anonymous);
      send(client, "web", known.set("traits", Json::object({{"email", email_of(person)}})));
    }
    const std::uint64_t orders = random_.below(4);
    for (std::uint64_t i = 0; i < orders; ++i) {
      auto ordered = event("track", "Order Completed",
                           Json::object({{"order_id", fmt::format("o{}-{}", person, i)},
                                         {"total", Json(1.25 * static_cast<double>(person + 1))}}));
      // Some orders come without a login and find their person by the visit.
      const bool logged_in = i == 0 || person % 3 == 2;
      ordered.set(logged_in ? "userId" : "anonymousId", logged_in ? user : anonymous);
      if (person == 1 && i == 0) {
        ordered.set("context", Json::object({{"consent", denied()}}));
      }
      send(client, "web", std::move(ordered));
    }
  }

  static Json denied() {
    return Json::object({{"categoryPreferences", Json::object({{"Marketing", Json(false)}})}});
  }

  void misbehave() {
    auto wrong = event("track", "Order Completed",
                       Json::object({{"order_id", "wrong"}, {"total", Json(-1)}}));
    send(0, "web", wrong.set("userId", "u4"));
    auto unheard = event("track", "Never Declared", Json::object());
    send(1, "web", unheard.set("userId", "u8"));
  }

  void bounce(int person) {
    auto bounced = event("track", "Email Bounced",
                         Json::object({{"email", email_of(person)}, {"kind", "hard"}}));
    send(2, "esp", bounced.set("anonymousId", fmt::format("esp{}", person)));
  }

  world::SimRandom random_;
  Time start_;
  Village village_;
};

}  // namespace

Village make_village(std::uint64_t variant, Time start) { return Maker(variant, start).make(); }

Task<void> send_batches(world::World world, std::vector<Village::Batch> batches, std::uint16_t port,
                        Ledger& ledger) {
  for (const auto& batch : batches) {
    co_await world.clock.sleep(batch.pause);
    Json events = Json::array();
    for (const Json& one : batch.events) events.push(one);
    const std::string body =
        Json::object({{"writeKey", batch.write_key}, {"batch", std::move(events)}}).text();
    while (true) {
      world::HttpRequest request;
      request.method = "POST";
      request.url = fmt::format("http://localhost:{}/v1/batch", port);
      request.body = body;
      request.timeout = 5s;
      const auto answer = co_await world.network.send(std::move(request));
      if (answer && answer->status == 200) break;
      ++ledger.resends;
      co_await world.clock.sleep(3s);
    }
    for (const Json& one : batch.events) {
      ledger.acknowledged.emplace(one["messageId"].as_string());
    }
  }
  ++ledger.finished;
}

}  // namespace rondo::simtest
