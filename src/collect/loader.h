#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "log/log.h"
#include "model/progress.h"
#include "model/project.h"
#include "warehouse/warehouse.h"
#include "world/world.h"

namespace rondo::collect {

/// What the functions that fill the warehouse work with.
struct LoadContext {
  world::World world;
  warehouse::Session& session;
  const model::Project& project;
  model::Progress& progress;
};

struct LoadReport {
  std::int64_t records = 0;      ///< read from the log
  std::int64_t events = 0;       ///< new in raw.events
  std::int64_t quarantined = 0;  ///< new in rondo.quarantine
  log::Offset position = 0;      ///< the warehouse now holds everything below
  [[nodiscard]] std::int64_t repeated() const { return records - events - quarantined; }
};

/// The name under which the loader's position stands in rondo.load_positions.
constexpr std::string_view log_stream = "log";
constexpr std::int64_t load_rows_max = 20'000;  ///< of one transaction
constexpr std::size_t load_bytes_max = 64U << 20;

/// Brings the log into raw.events and rondo.quarantine, exactly once: rows and position are one
/// transaction, and an event id that is there already is left out. Reads up to `durable_end` (see
/// log/log.h), in batches. May be stopped at any point and begun again. Afterwards the views of all
/// tracking sources are there (see views.h).
[[nodiscard]] Result<LoadReport> load_events(const LoadContext& context,
                                             const std::string& log_directory,
                                             log::Offset durable_end,
                                             std::int64_t rows_max = load_rows_max);

}  // namespace rondo::collect
