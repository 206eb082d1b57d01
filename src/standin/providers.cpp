#include "standin/providers.h"

#include <set>

#include <fmt/format.h>

#include "base/text.h"
#include "standin/people.h"

namespace rondo::standin {
namespace {

std::string text_in(const Json& object, std::string_view name) {
  return std::string(object[name].as_string());
}

/// What both sellers share: credits, the log of charges, and the luck of the seed.
class Seller : public Standin {
 public:
  Seller(std::string_view name, world::World world, Options options)
      : Standin(world, std::move(options)), name_(name) {}

  [[nodiscard]] Json state() const override {
    return Json::object({{"requests", Json(requests_so_far())},
                         {"questions", Json(questions_)},
                         {"hits", Json(hits_)},
                         {"credits_spent", Json(spent_)},
                         {"charges", charges_}});
  }

 protected:
  [[nodiscard]] Json memory() const override {
    Json paid = Json::array();
    for (const std::string& one : paid_) paid.push(Json(one));
    return Json::object({{"questions", Json(questions_)},
                         {"hits", Json(hits_)},
                         {"spent", Json(spent_)},
                         {"charges", charges_},
                         {"paid", paid}});
  }
  void remember(const Json& memory) override {
    questions_ = memory["questions"].as_int();
    hits_ = memory["hits"].as_int();
    spent_ = memory["spent"].as_double();
    charges_ = memory["charges"].is_array() ? memory["charges"] : Json::array();
    for (const Json& one : memory["paid"].as_array()) paid_.emplace(one.as_string());
  }
  void reset() override {
    questions_ = hits_ = 0;
    spent_ = 0;
    charges_ = Json::array();
    paid_.clear();
  }

  [[nodiscard]] bool has_credits(double needed) const {
    const Json* credits = options().find("credits");
    return credits == nullptr || spent_ + needed <= credits->as_double();
  }
  [[nodiscard]] Known ask(const Asked& asked, double share_default) {
    ++questions_;
    Known known = look_up(name_, options()["seed"].as_int(1),
                          options()["hit_share"].as_double(share_default), asked);
    if (known.found) ++hits_;
    return known;
  }
  void charge(double credits, const std::string& question) {
    spent_ += credits;
    charges_.push(Json::object(
        {{"question", Json(question)}, {"credits", Json(credits)}, {"at", Json(to_text(now()))}}));
  }
  /// True the first time: an answer that was paid once is free for ever.
  bool first_time(const std::string& question) { return paid_.insert(question).second; }
  [[nodiscard]] bool token_fits(std::string_view given) const {
    const std::string_view token = options()["token"].as_string();
    return token.empty() ? !given.empty() : given == token;
  }

 private:
  std::string name_;
  std::int64_t questions_ = 0;
  std::int64_t hits_ = 0;
  double spent_ = 0;
  Json charges_ = Json::array();
  std::set<std::string> paid_;
};

class Prospeo final : public Seller {
 public:
  Prospeo(world::World world, Options options) : Seller("prospeo", world, std::move(options)) {}

 protected:
  [[nodiscard]] world::HttpResponse throttled() const override {
    return error(429, "RATE_LIMITED");
  }
  [[nodiscard]] world::HttpResponse broken() const override { return error(500, "INTERNAL_ERROR"); }

  world::HttpResponse answer(const Call& call) override {
    if (!token_fits(call.request->headers.get("x-key").value_or(""))) {
      return error(401, "INVALID_API_KEY");
    }
    world::HttpResponse response = routed(call);
    response.headers.add("x-minute-rate-limit", "1200");
    response.headers.add("x-minute-request-left", "1200");
    return response;
  }

 private:
  [[nodiscard]] static world::HttpResponse error(int status, std::string_view code) {
    return json_answer(status, Json::object({{"error", Json(true)}, {"error_code", Json(code)}}));
  }

  world::HttpResponse routed(const Call& call) {
    const std::string path = join(call.path, "/");
    if (path == "account-information") {
      return json_answer(200, Json::object({{"error", Json(false)}, {"response", state()}}));
    }
    if (path != "enrich-person" || call.method != "POST") return error(404, "INVALID_REQUEST");
    const Json& data = call.body["data"];
    const Asked asked{text_in(data, "first_name"), text_in(data, "last_name"),
                      text_in(data, "company_website"), text_in(data, "email")};
    const bool named = !asked.given_name.empty() && !asked.surname.empty();
    const bool enough = !asked.email.empty() || !text_in(data, "linkedin_url").empty() ||
                        (named && !asked.domain.empty());
    if (!enough) return error(400, "INVALID_DATAPOINTS");
    if (!has_credits(1)) return error(400, "INSUFFICIENT_CREDITS");
    return found(data.text(), ask(asked, 0.55), call.body["only_verified_email"].as_bool());
  }

  world::HttpResponse found(const std::string& question, const Known& known, bool only_verified) {
    if (!known.found || (only_verified && !known.verified)) return error(400, "NO_MATCH");
    const bool paid = first_time(question);
    if (paid) charge(1, question);
    const Json email = Json::object({{"status", Json(known.verified ? "VERIFIED" : "UNVERIFIED")},
                                     {"revealed", Json(true)},
                                     {"email", Json(known.work_email)}});
    const Json person =
        Json::object({{"email", email}, {"current_job_title", Json(known.job_title)}});
    const Json company =
        Json::object({{"name", Json(known.company)}, {"domain", Json(known.domain)}});
    return json_answer(200, Json::object({{"error", Json(false)},
                                          {"free_enrichment", Json(!paid)},
                                          {"person", person},
                                          {"company", company}}));
  }
};

class Hunter final : public Seller {
 public:
  Hunter(world::World world, Options options) : Seller("hunter", world, std::move(options)) {}

 protected:
  // Hunter's own way: 403 says "slower", 429 says that the plan is used up.
  [[nodiscard]] world::HttpResponse throttled() const override {
    return error(403, "too_many_requests", "You have reached the limit of requests per second");
  }
  [[nodiscard]] world::HttpResponse broken() const override {
    return error(500, "internal_error", "internal error");
  }

  world::HttpResponse answer(const Call& call) override {
    if (!token_fits(call.parameter("api_key"))) {
      return error(401, "authentication_failed", "No user found for the API key supplied");
    }
    const std::string_view what = call.path.empty() ? std::string_view() : call.path.back();
    if (what == "email-finder") return find(call);
    if (what == "email-verifier") return verify(call);
    if (what == "account") return json_answer(200, Json::object({{"data", state()}}));
    return error(404, "not_found", "no such address");
  }

 private:
  [[nodiscard]] static world::HttpResponse error(int status, std::string_view id,
                                                 std::string_view details) {
    const Json one =
        Json::object({{"id", Json(id)}, {"code", Json(status)}, {"details", Json(details)}});
    return json_answer(status, Json::object({{"errors", Json::array({one})}}));
  }

  world::HttpResponse find(const Call& call) {
    std::string domain(call.parameter("domain"));
    if (domain.empty() && !call.parameter("company").empty()) {
      domain = lower(call.parameter("company")) + ".example";
    }
    const Asked asked{std::string(call.parameter("first_name")),
                      std::string(call.parameter("last_name")), domain, ""};
    const bool named = !call.parameter("full_name").empty() ||
                       (!asked.given_name.empty() && !asked.surname.empty());
    if (domain.empty() || !named) {
      return error(400, "wrong_params", "You are missing the domain or company, or the name");
    }
    if (!has_credits(1))
      return error(429, "usage_exceeded", "The requests of this month are used up");
    Known known = is_webmail(domain) ? Known{} : ask(asked, 0.5);
    Json data = Json::object({{"first_name", Json(asked.given_name)},
                              {"last_name", Json(asked.surname)},
                              {"email", Json()},
                              {"score", Json()},
                              {"domain", Json(domain)},
                              {"position", Json()},
                              {"company", Json()},
                              {"verification", Json()}});
    if (known.found) {
      charge(1, domain + "|" + asked.given_name + "|" + asked.surname);
      data.set("email", Json(known.work_email)).set("score", Json(known.verified ? 97 : 62));
      data.set("position", Json(known.job_title)).set("company", Json(known.company));
      const std::string_view status = known.verified ? "valid" : "accept_all";
      data.set("verification", Json::object({{"status", Json(status)},
                                             {"date", Json(to_text(now()).substr(0, 10))}}));
    }
    return json_answer(200, Json::object({{"data", data}}));
  }

  world::HttpResponse verify(const Call& call) {
    const std::string email(call.parameter("email"));
    if (email.find('@') == std::string::npos)
      return error(400, "wrong_params", "email is not valid");
    if (!has_credits(0.5))
      return error(429, "usage_exceeded", "The requests of this month are used up");
    charge(0.5, "verify|" + email);
    const Known known =
        look_up("hunter-verifier", options()["seed"].as_int(1), 0.9, {"", "", "", email});
    const std::string_view status = !known.found     ? "invalid"
                                    : known.verified ? "valid"
                                                     : "accept_all";
    return json_answer(200,
                       Json::object({{"data", Json::object({{"status", Json(status)},
                                                            {"score", Json(known.found ? 90 : 0)},
                                                            {"email", Json(email)}})}}));
  }
};

}  // namespace

std::shared_ptr<Standin> make_prospeo(world::World world, Options options) {
  return std::make_shared<Prospeo>(world, std::move(options));
}
std::shared_ptr<Standin> make_hunter(world::World world, Options options) {
  return std::make_shared<Hunter>(world, std::move(options));
}

}  // namespace rondo::standin
