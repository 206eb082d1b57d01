#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/task.h"
#include "standin/faults.h"
#include "world/world.h"

// Other companies' APIs, well enough to rehearse against: with a memory, with their limits, and as
// unreliable as the faults say. They run on any World, so tests meet them in virtual time and
// people by `rondo stand-in NAME --port N`.
namespace rondo::standin {

struct Options {
  /// `{token, rate_per_10s, properties: [...], seed, hit_share, credits, faults: [...]}`; see
  /// README.md. Empty: any credentials, no faults.
  Json file = Json::object();
  std::string state_path{};  ///< where the memory is kept between two starts; empty: nowhere
};

/// A request as the stand-ins look at it.
struct Call {
  std::string method;
  std::vector<std::string> path;  ///< decoded segments
  std::vector<std::pair<std::string, std::string>> query;
  Json body;
  const world::HttpRequest* request = nullptr;

  [[nodiscard]] std::string_view parameter(std::string_view name) const;  ///< "" if not given
};
[[nodiscard]] Call read_call(const world::HttpRequest& request);
[[nodiscard]] world::HttpResponse json_answer(int status, const Json& body);

/// One stand-in. Every request is logged and may meet a fault; `/_standin/state`,
/// `/_standin/requests` and `/_standin/reset` (POST) are its own, never faulted.
class Standin {
 public:
  Standin(world::World world, Options options);
  virtual ~Standin() = default;
  Standin(const Standin&) = delete;
  Standin& operator=(const Standin&) = delete;

  Task<world::HttpResponse> handle(world::HttpRequest request);
  /// What it knows, for tests and people: counts, records, effects.
  [[nodiscard]] virtual Json state() const = 0;
  /// Writes the memory down now, if it is to be kept. Errors: those of the disk.
  Result<void> save();

 protected:
  virtual world::HttpResponse answer(const Call& call) = 0;
  /// How this API says "too many requests" and "we failed".
  [[nodiscard]] virtual world::HttpResponse throttled() const;
  [[nodiscard]] virtual world::HttpResponse broken() const;
  /// Its memory as text and back; what `state_path` holds.
  [[nodiscard]] virtual Json memory() const { return Json(); }
  virtual void remember(const Json&) {}
  virtual void reset() = 0;

  [[nodiscard]] const Json& options() const { return options_.file; }
  [[nodiscard]] Time now() const { return world_.clock.now(); }
  [[nodiscard]] std::uint64_t requests_so_far() const { return count_; }

 private:
  friend Result<std::shared_ptr<Standin>> make(std::string_view, world::World, Options);
  Result<void> load();
  world::HttpResponse own_answer(const Call& call);
  void note(const Call& call, const world::HttpResponse& answer, FaultKind fault);

  world::World world_;
  Options options_;
  Faults faults_;
  std::uint64_t count_ = 0;
  std::string saved_;
  Json log_ = Json::array();
};

/// hubspot, webhook, prospeo or hunter. Errors: permanent R0404 (no such stand-in), R0401 (the
/// faults are not understood), those of the disk if a memory is there and cannot be read.
[[nodiscard]] Result<std::shared_ptr<Standin>> make(std::string_view name, world::World world,
                                                    Options options);
[[nodiscard]] std::vector<std::string> names();

/// For world::Network::serve. Keeps the stand-in alive.
[[nodiscard]] world::HttpHandler handler(std::shared_ptr<Standin> standin);

}  // namespace rondo::standin
