#include "collect/loader.h"

#include <optional>
#include <utility>

#include "collect/event_intake.h"
#include "collect/views.h"
#include "log/reader.h"
#include "warehouse/system_tables.h"

namespace rondo::collect {
namespace {

struct Step {
  std::int64_t records = 0;
  log::Offset position = 0;
};

Result<Step> gather(log::Reader& reader, EventIntake& intake, log::Offset from,
                    std::int64_t rows_max) {
  Step step{.position = from};
  while (step.records < rows_max && step.position - from < load_bytes_max) {
    TRY_ASSIGN(const auto record, reader.next());
    if (!record) break;
    TRY_ASSIGN(const LogRecord decoded, decode(record->payload));
    TRY(intake.add(decoded, record->offset));
    step.position = record->next;
    ++step.records;
  }
  return step;
}

Result<Intake> store(warehouse::Session& session, EventIntake& intake, log::Offset position) {
  Intake stored;
  TRY(session.transaction([&]() -> Result<void> {
    TRY_ASSIGN(stored, std::move(intake).store(session));
    return warehouse::set_load_position(session, log_stream, static_cast<std::int64_t>(position));
  }));
  return stored;
}

}  // namespace

Result<LoadReport> load_events(const LoadContext& context, const std::string& log_directory,
                               log::Offset durable_end, std::int64_t rows_max) {
  auto& session = context.session;
  LoadReport report;
  TRY_ASSIGN(const auto position, warehouse::load_position(session, log_stream));
  const auto start = static_cast<log::Offset>(position);
  report.position = start;
  TRY_ASSIGN(auto reader, log::Reader::open(context.world.disk, log_directory, start, durable_end));
  while (true) {
    EventIntake intake(context.project.identity);
    TRY_ASSIGN(const Step step, gather(reader, intake, report.position, rows_max));
    if (step.records == 0) break;
    TRY_ASSIGN(const Intake stored, store(session, intake, step.position));
    report.records += step.records;
    report.events += stored.events;
    report.quarantined += stored.quarantined;
    report.position = step.position;
    context.progress.update("events", static_cast<std::int64_t>(step.position - start),
                            static_cast<std::int64_t>(durable_end - start));
  }
  TRY(ensure_event_views(session, context.project));
  return report;
}

}  // namespace rondo::collect
