#pragma once

#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/task.h"
#include "connector/connector.h"
#include "guard/retry.h"
#include "world/world.h"

namespace rondo::connector {

/// One record on its way.
struct Row {
  std::string key_field;         ///< name of the match field
  std::string key;               ///< its value, canonical
  std::string remote_id{};       ///< the destination's own id, if we know it
  std::string seq{};             ///< unique in the run: by it answers find their row
  Json fields = Json::object();  ///< typed as in the warehouse; timestamps as RFC 3339 text
  /// Rows with the same text here are sent as one request under that very key: how a request whose
  /// answer was lost is repeated. Empty: free to be put into any batch.
  std::string group{};
};

/// What became of a row. `ok` was proved by the answer; whatever was not is `unknown`.
enum class RowState { ok, rejected, unknown };
[[nodiscard]] std::string_view name_of(RowState state);

struct RowResult {
  std::size_t row = 0;  ///< index into the rows given
  RowState state = RowState::unknown;
  std::string code{};  ///< empty for ok; else ours (no_answer, unmatched, not_sent,
                       ///< read_back_differs, read_back_missing) or the API's
  std::string reason{};
  std::string remote_id{};
  bool created = false;
  std::string request_id{};  ///< key of the request that decided
};

/// Hears of every request before its first byte is sent, and of every row once its fate is known.
/// An error from either stops the run: nothing more is sent.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual Result<void> sending(std::span<const std::size_t> rows,
                               const std::string& request_id) = 0;
  virtual Result<void> settled(std::span<const RowResult> results) = 0;
};

struct RunOutcome {
  std::vector<RowResult> results;  ///< one for each row, in their order
  std::optional<Error> stopped{};  ///< why rows are left `not_sent`, if some are
};

/// What a provider said to one question.
struct LookupResult {
  enum class State { found, miss, rejected, unknown } state = State::unknown;
  Json fields = Json::object();  ///< found: our field names; only those with a value
  bool verified = false;
  std::int64_t cost_micros = 0;  ///< what this answer costs by the connector's charge rule
  std::string code{}, reason{};
  std::optional<Error>
      stopped{};  ///< no further question will get through (credentials, plan used up)
};

struct ClientOptions {
  guard::RetryPolicy retry{};
  std::size_t in_flight_max = 4;                      ///< requests of one run at the same time
  Duration timeout = std::chrono::seconds{30};        ///< of one request
  Duration throttled_max = std::chrono::minutes{10};  ///< a batch waits no longer for a limit
  Duration rest_max = std::chrono::minutes{1};        ///< nor for an open breaker
};

/// Every required setting that is missing or empty, every unknown one, as sentences. Besides those
/// of the connector a destination may set `credit_price`, what its contract says that a credit
/// costs.
[[nodiscard]] std::vector<std::string> settings_problems(
    const Connector& connector, const std::map<std::string, std::string>& settings);

/// One configured destination or provider: its connector, settings, limits and breaker. Owned by
/// one loop. All runs through the same client share its limits.
class Client {
 public:
  /// Error R0403 lists all `settings_problems`.
  static Result<std::unique_ptr<Client>> make(world::World world, Connector connector,
                                              std::map<std::string, std::string> settings,
                                              ClientOptions options);
  virtual ~Client() = default;

  [[nodiscard]] virtual const Connector& connector() const = 0;

  /// Sends all rows and says what became of each. Rows with the same key never share a request.
  /// `timestamps` names the fields that hold times, for the connector's encoding.
  /// Errors of single rows and requests are in the outcome; R0404 if there is no such operation.
  virtual Task<RunOutcome> run(std::string operation, std::string object, std::vector<Row> rows,
                               std::set<std::string> timestamps, Observer& observer) = 0;

  /// Asks one question. `input` is what the operation's body and query see as `input`.
  virtual Task<LookupResult> lookup(std::string operation, Json input) = 0;
  /// Most that one question of that operation can cost, in millionths of `connector().currency`.
  [[nodiscard]] virtual std::int64_t price_micros(std::string_view operation) const = 0;

  /// The file of a file connector, "" for others.
  [[nodiscard]] virtual std::string file_path(std::string_view object) const = 0;
};

}  // namespace rondo::connector
