#include <fmt/format.h>

#include "base/text.h"
#include "cli/open.h"
#include "collect/release.h"
#include "world/real/real_world.h"

namespace rondo::cli {
namespace {

constexpr std::int64_t shown_max = 50;

Result<Json> held_records(warehouse::Session& session) {
  TRY_ASSIGN(
      auto rows,
      session.query("select quarantine_id, source, stream, reason_code, reason, received_at "
                    "from rondo.quarantine where state = 'held' order by received_at, 1 limit ?",
                    {shown_max}));
  Json all = Json::array();
  while (true) {
    TRY_ASSIGN(const bool more, rows.next());
    if (!more) return all;
    all.push(Json::object({{"id", rows.text(0)},
                           {"source", rows.text(1)},
                           {"stream", rows.text(2)},
                           {"code", rows.text(3)},
                           {"reason", rows.text(4)},
                           {"received_at", rows.text(5)}}));
  }
}

int show(const Context& context, control::House& house) {
  const auto held = held_records(house.session());
  if (!held) return report_error(context, held.error());
  const auto count =
      house.session().count("select count(*) from rondo.quarantine where state = 'held'");
  if (!count) return report_error(context, count.error());
  if (context.json) {
    context.terminal.out(Json::object({{"held", *count}, {"records", *held}}).pretty() + "\n");
    return Exit::done;
  }
  for (const auto& record : held->as_array()) {
    // The name of an event and the reason that quotes it were chosen by whoever sent it.
    const auto shown = [&](std::string_view key, std::size_t bytes_max) {
      return printable(record[key].as_string().substr(0, bytes_max));
    };
    context.terminal.out(fmt::format("{}  {}.{}  {} {}\n", shown("id", 32), shown("source", 64),
                                     shown("stream", 64), shown("code", 8), shown("reason", 200)));
  }
  context.terminal.out(
      *count == 0 ? "nothing is held\n"
                  : fmt::format("{} held; `rondo quarantine --release all` checks them again under "
                                "today's contracts\n",
                                with_commas(*count)));
  return Exit::done;
}

Result<std::vector<std::string>> wanted(warehouse::Session& session,
                                        const std::vector<std::string>& ids) {
  if (ids != std::vector<std::string>{"all"}) return ids;
  std::vector<std::string> all;
  TRY_ASSIGN(
      auto rows,
      session.query("select quarantine_id from rondo.quarantine where state = 'held' order by 1"));
  while (true) {
    TRY_ASSIGN(const bool more, rows.next());
    if (!more) return all;
    all.emplace_back(rows.text(0));
  }
}

}  // namespace

int quarantine(const Context& context, const QuarantineOptions& options) {
  world::RealWorld real;
  auto house = open_house(context, real.view(), project::SecretMode::placeholder);
  if (!house) return Exit::failed;
  if (options.release.empty()) return show(context, *house);
  const auto ids = wanted(house->session(), options.release);
  if (!ids) return report_error(context, ids.error());
  model::NoProgress progress;
  const auto report =
      collect::release({house->world(), house->session(), house->project(), progress}, *ids);
  if (!report) return report_error(context, report.error());
  context.terminal.out(
      fmt::format("{} released, {} still break their contract\n", with_commas(report->released),
                  with_commas(static_cast<long long>(ids->size()) - report->released)));
  return Exit::done;
}

}  // namespace rondo::cli
