#include "standin/webhook.h"

#include <map>

#include "base/hash.h"
#include "base/text.h"

namespace rondo::standin {
namespace {

class Webhook final : public Standin {
 public:
  Webhook(world::World world, Options options) : Standin(world, std::move(options)) {}

  [[nodiscard]] Json state() const override {
    Json::Object records;
    for (const auto& [key, fields] : records_) records.emplace_back(key, fields);
    Json duplicates = Json::array();
    std::int64_t effects = 0;
    for (const auto& [id, times] : effects_) {
      effects += times;
      if (times > 1) duplicates.push(Json(id));
    }
    return Json::object({{"requests", Json(requests_so_far())},
                         {"deliveries", Json(static_cast<std::int64_t>(deliveries_.size()))},
                         {"repeats", Json(repeats_)},
                         {"effects", Json(effects)},
                         {"duplicate_effects", duplicates},
                         {"conflicts", Json(conflicts_)},
                         {"unsigned", Json(unsigned_)},
                         {"live", Json(static_cast<std::int64_t>(records_.size()))},
                         {"records", Json(std::move(records))}});
  }

 protected:
  world::HttpResponse answer(const Call& call) override {
    if (call.method != "POST") return {405, {}, ""};
    const world::Headers& headers = call.request->headers;
    if (!signed_right(*call.request)) {
      ++unsigned_;
      return json_answer(401, Json::object({{"message", Json("the signature does not fit")}}));
    }
    const std::string key(headers.get("idempotency-key").value_or(""));
    const std::string content = content_hash(call.request->body).hex();
    const auto [known, first] = deliveries_.try_emplace(key, content);
    if (!key.empty() && !first) {
      // The same key with another body is a mistake of the sender, and worth knowing.
      if (known->second != content) {
        ++conflicts_;
        return json_answer(422, Json::object({{"message", Json("this key had another body")}}));
      }
      ++repeats_;
      return json_answer(200, Json::object({{"repeated", Json(true)}}));
    }
    for (const Json& record : call.body["records"].as_array()) take(record);
    return json_answer(200, Json::object({{"accepted", Json(true)}}));
  }

  [[nodiscard]] Json memory() const override {
    Json::Object deliveries, effects, records;
    for (const auto& [key, content] : deliveries_) deliveries.emplace_back(key, Json(content));
    for (const auto& [id, times] : effects_) effects.emplace_back(id, Json(times));
    for (const auto& [key, fields] : records_) records.emplace_back(key, fields);
    return Json::object({{"deliveries", Json(std::move(deliveries))},
                         {"effects", Json(std::move(effects))},
                         {"records", Json(std::move(records))},
                         {"repeats", Json(repeats_)}});
  }
  void remember(const Json& memory) override {
    for (const auto& [key, v] : memory["deliveries"].as_object()) deliveries_[key] = v.as_string();
    for (const auto& [id, v] : memory["effects"].as_object()) effects_[id] = v.as_int();
    for (const auto& [key, v] : memory["records"].as_object()) records_[key] = v;
    repeats_ = memory["repeats"].as_int();
  }
  void reset() override {
    deliveries_.clear();
    effects_.clear();
    records_.clear();
    repeats_ = conflicts_ = unsigned_ = 0;
  }

 private:
  void take(const Json& record) {
    const std::string key(record["key"].as_string());
    const std::string id(record["id"].as_string());
    ++effects_[id.empty() ? key : id];
    if (record["action"].as_string() == "remove") {
      records_.erase(key);
    } else {
      records_[key] = record["fields"];
    }
  }

  [[nodiscard]] bool signed_right(const world::HttpRequest& request) const {
    const std::string secret(options()["secret"].as_string());
    if (secret.empty()) return true;
    const auto part = [&](const char* name) {
      return std::string(request.headers.get(name).value_or(""));
    };
    const std::string text =
        part("webhook-id") + "." + part("webhook-timestamp") + "." + request.body;
    std::string key = secret;
    if (secret.starts_with("whsec_")) key = base64_decode(secret.substr(6)).value_or(secret);
    return equal_in_constant_time(part("webhook-signature"),
                                  "v1," + base64_encode(hmac_sha256(key, text)));
  }

  std::map<std::string, std::string> deliveries_;  // key -> hash of its body
  std::map<std::string, std::int64_t> effects_;    // record id -> how often it took effect
  std::map<std::string, Json> records_;
  std::int64_t repeats_ = 0;
  std::int64_t conflicts_ = 0;
  std::int64_t unsigned_ = 0;
};

}  // namespace

std::shared_ptr<Standin> make_webhook(world::World world, Options options) {
  return std::make_shared<Webhook>(world, std::move(options));
}

}  // namespace rondo::standin
