#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "connector/client.h"
#include "connector/connector.h"
#include "world/network.h"

// One request and what its answer means, as pure functions of values.
namespace rondo::connector {

/// What expressions see of a destination.
struct Surroundings {
  Json settings = Json::object();  ///< without the secrets
  Json secret = Json::object();
  std::string object{};
};

/// The rows of one request.
struct Request {
  const Connector* connector = nullptr;
  const Operation* operation = nullptr;
  const Surroundings* around = nullptr;
  std::vector<const Row*> rows{};
  std::vector<Json> fields{};  ///< of each row, as this API writes them
  std::string id{};            ///< names the request: its idempotency key
};

/// Field values as this API writes them. `timestamps` names the fields that hold times.
[[nodiscard]] Json encode_fields(const Encoding& encoding, const Json& fields,
                                 const std::set<std::string>& timestamps);

/// The key under which `rows` are sent: that of their group, or a hash of operation and seqs.
[[nodiscard]] std::string request_id(const Operation& operation, std::span<const Row* const> rows);

[[nodiscard]] world::HttpRequest build(const Request& request);
[[nodiscard]] world::HttpRequest build_lookup(const Connector& connector,
                                              const Operation& operation,
                                              const Surroundings& around, const Json& input);

/// "http://host:1/a/b?c" -> "/a/b"
[[nodiscard]] std::string path_of_url(const std::string& url);

/// Adds webhook-id, webhook-timestamp and webhook-signature (Standard Webhooks 1.0: HMAC-SHA256
/// over "id.timestamp.body"; a secret "whsec_…" is base64, any other is taken as its bytes).
void sign_standard_webhook(world::HttpRequest& request, std::string_view secret,
                           std::string_view id, Time now);

/// What came back: an answer, or why there was none.
struct Answer {
  int status = 0;                ///< 0: none came
  Json header = Json::object();  ///< names in lower case
  Json body{};                   ///< null if it is no JSON
  std::string transport{};       ///< why no answer came; empty if one did
  bool nothing_sent = false;     ///< no answer, and the request never left
};
[[nodiscard]] Answer read_answer(const Result<world::HttpResponse>& response);

/// What an answer means for the rows of its request.
struct Verdict {
  /// Set: the request as a whole failed that way and `results` is empty. A 2xx never sets it.
  std::optional<FailureClass> failure{};
  std::string code{}, reason{};
  std::optional<Duration> wait{};
  /// One for each row (`row` counts within the request), unless it failed as a whole.
  std::vector<RowResult> results{};
  std::vector<std::size_t> again{};  ///< rows that the answer says may be sent again
};
[[nodiscard]] Verdict judge(const Request& request, const Answer& answer);

/// What an answer means for a question; `failure` as above.
struct LookupVerdict {
  std::optional<FailureClass> failure{};
  std::optional<Duration> wait{};
  LookupResult result{};
};
[[nodiscard]] LookupVerdict judge_lookup(const Connector& connector, const Operation& operation,
                                         const Json& input, const Answer& answer);

/// Most that one question costs, in millionths of the connector's currency.
[[nodiscard]] std::int64_t price_of(const Connector& connector, const Operation& operation);

/// Equal for our purposes: the same text; or both numbers of the same value; "" and null are one.
[[nodiscard]] bool same_field(const Json& ours, const Json& theirs);

}  // namespace rondo::connector
