#pragma once

#include "connector/batches.h"
#include "connector/client.h"
#include "connector/exchange.h"
#include "connector/pace.h"

namespace rondo::connector {

/// What an answer says of the other side's health, for the breaker; nothing: it is well.
[[nodiscard]] std::optional<ErrorKind> health_kind(const std::optional<FailureClass>& failure,
                                                   const Answer& answer);

/// The client over world::Network.
class HttpClient final : public Client {
 public:
  HttpClient(world::World world, Connector connector, Surroundings around, ClientOptions options);

  [[nodiscard]] const Connector& connector() const override { return connector_; }
  Task<RunOutcome> run(std::string operation, std::string object, std::vector<Row> rows,
                       std::set<std::string> timestamps, Observer& observer) override;
  Task<LookupResult> lookup(std::string operation, Json input) override;
  [[nodiscard]] std::int64_t price_micros(std::string_view operation) const override;
  [[nodiscard]] std::string file_path(std::string_view object) const override;

 private:
  /// What all requests of one run share.
  struct Run {
    const Operation& operation;
    Surroundings around;
    std::vector<Row> rows;
    std::vector<Json> fields;
    Observer& observer;
    RunOutcome outcome{};
    std::vector<bool> settled{};
  };
  /// One request and its repetitions.
  struct Attempt {
    std::vector<std::size_t> rows;
    std::uint32_t made = 0;  ///< attempts that count
    bool announced = false;  ///< the observer heard of it
    bool lost = false;       ///< one was sent and not answered: it may have happened
    Duration throttled{0};   ///< time spent waiting for limits
    std::string id{};
  };
  enum class Next { again, done, halve };

  Task<void> deliver(Run& run, Attempt attempt);
  Task<void> deliver_halves(Run& run, Attempt attempt);
  /// False: nothing may be sent any more, the rows are settled.
  Task<bool> wait_for_place(Run& run, Attempt& attempt, std::string path);
  [[nodiscard]] Error held_back() const;
  Request request_of(const Run& run, const Attempt& attempt) const;
  Task<Answer> exchange(world::HttpRequest request, std::string id);

  bool announce(Run& run, Attempt& attempt);
  Next take_results(Run& run, Attempt& attempt, Verdict& verdict, Duration& wait);
  Next take_failure(Run& run, Attempt& attempt, const Verdict& verdict, const Answer& answer,
                    Duration& wait);
  Next try_again(Run& run, Attempt& attempt, const Verdict& verdict, Duration& wait);
  void stop(Run& run, Error why);
  void settle(Run& run, std::vector<RowResult> results);
  /// All rows of the attempt alike.
  void settle_all(Run& run, const Attempt& attempt, RowState state, std::string code,
                  std::string reason);
  void leave_unsent(Run& run, const Attempt& attempt);
  std::optional<Duration> wait_after(const Error& error, std::uint32_t made);

  world::World world_;
  Connector connector_;
  Surroundings around_;
  ClientOptions options_;
  Pace pace_;
};

}  // namespace rondo::connector
