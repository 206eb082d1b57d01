#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/task.h"
#include "world/world.h"

namespace rondo::simtest {

/// What happens in a village shop within an hour: some twenty people, some sixty events, from
/// values alone. The same variant is the same hour.
struct Village {
  struct Batch {
    std::string write_key;
    std::vector<Json> events;
    Duration pause{};  ///< before it is sent
  };
  std::string contacts;                     ///< the CRM export at first …
  std::string contacts_later;               ///< … and after people changed their minds
  std::vector<std::vector<Batch>> clients;  ///< each sends its batches one after the other
  std::size_t events = 0;
};
[[nodiscard]] Village make_village(std::uint64_t variant, Time start);

/// What the clients know.
struct Ledger {
  std::set<std::string> acknowledged{};  ///< message ids
  std::uint64_t resends = 0;
  std::size_t finished = 0;
};

/// As the SDKs do it: the same bytes again until somebody says 200.
Task<void> send_batches(world::World world, std::vector<Village::Batch> batches, std::uint16_t port,
                        Ledger& ledger);

}  // namespace rondo::simtest
