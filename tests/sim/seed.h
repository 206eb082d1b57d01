#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "picture.h"

namespace rondo::simtest {

/// What is switched off to see the test fail.
enum class Control {
  none,
  log_syncs,   ///< the log says 200 before its bytes are safe
  state_kept,  ///< outbox, spend and journal are lost at each power cut
};

struct SeedReport {
  std::vector<std::string> broken{};  ///< empty: all promises were kept
  std::string trace{};
  std::uint64_t power_cuts = 0;
  std::uint64_t runs = 0;  ///< that came to their end, good or bad
  std::uint64_t failed_runs = 0;
  std::uint64_t resends = 0;  ///< by clients of the collector
  std::uint64_t steps = 0;
};

/// The whole loop in one simulated world, once for each seed, against its undisturbed twin.
class Simulation {
 public:
  Simulation(DatabaseServer& warehouse, world::World real, std::string project,
             std::string scratch);

  SeedReport run(std::uint64_t seed, Control control = Control::none);

 private:
  /// The undisturbed company of a variant in the end; made once.
  const Picture& twin(std::uint64_t variant);

  DatabaseServer& warehouse_;
  world::World real_;
  std::string project_;
  std::string scratch_;
  std::map<std::uint64_t, Picture> twins_;
};

}  // namespace rondo::simtest
