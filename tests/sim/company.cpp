#include "company.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/check.h"
#include "base/text.h"
#include "control/loop.h"
#include "project/project.h"
#include "project/yaml_json.h"

namespace rondo::simtest {
namespace {

constexpr std::array standins{"hubspot", "webhook", "prospeo", "hunter"};
constexpr std::uint16_t first_port = 7001;

class Silent final : public control::RunObserver {
 public:
  void update(std::string_view, std::int64_t, std::int64_t) override {}
  void run_started(const control::Run&, const std::vector<std::string>&, bool) override {}
  void step_started(const control::Asset&) override {}
  void step_ended(const control::Asset&, const control::Step&) override {}
  void step_retries(const control::Asset&, const Error&, Duration) override {}
  void run_ended(const control::Run&, const std::vector<control::Step>&) override {}
};

/// `stand_ins/NAME.yaml` of the project says how a stand-in is set up.
Json settings_of(world::Disk& disk, const std::string& path) {
  const auto text = world::read_file(disk, path);
  if (!text) return Json::object();
  auto settings = project::read_yaml(*text, path);
  if (!settings) fmt::print(stderr, "{}\n", settings.error().text());
  PROMISE(settings.has_value());
  return std::move(*settings);
}

void must(const Result<void>& result) {
  if (!result) fmt::print(stderr, "{}\n", result.error().text());
  PROMISE(result.has_value());
}

/// Writes a file so that a power cut leaves it: with every folder above it.
void write_safely(world::Disk& disk, const std::string& path, const std::string& text) {
  const auto last = path.rfind('/');
  const std::string folder = path.substr(0, last);
  must(disk.make_directories(folder));
  must(world::write_file(disk, path, text));
  for (auto at = folder.size(); at != std::string::npos && at > 0; at = folder.rfind('/', at - 1)) {
    must(disk.sync_directory(folder.substr(0, at)));
    if (at == 0) break;
  }
  must(disk.sync_directory("/"));
}

Result<void> copy_folder(world::Disk& from, const std::string& folder, const std::string& below,
                         Company& into) {
  TRY_ASSIGN(const auto entries, from.list(folder + (below.empty() ? "" : "/" + below)));
  for (const auto& entry : entries) {
    const std::string name = below.empty() ? entry.name : below + "/" + entry.name;
    if (entry.is_directory) {
      TRY(copy_folder(from, folder, name, into));
    } else {
      TRY_ASSIGN(const auto text, world::read_file(from, folder + "/" + name));
      into.put_file(name, text);
    }
  }
  return {};
}

}  // namespace

Company::Company(DatabaseServer& warehouse, world::World real, CompanyOptions options)
    : warehouse_(warehouse), real_(real), options_(std::move(options)), sim_(options_.sim) {
  warehouse_.wipe();
  if (!options_.log_syncs) {
    careless_ = std::make_unique<CarelessDisk>(sim_.view().disk, "/log/");
  }
  sim_.as_other_machine([this] {
    std::uint16_t port = first_port;
    for (const char* name : standins) {
      doors_.push_back(std::make_unique<Door>(
          name, port++, sim_.view(),
          settings_of(real_.disk, options_.project + "/stand_ins/" + name + ".yaml")));
    }
  });
  for (const auto& door : doors_) {
    std::string upper = door->name();
    for (char& c : upper) c = static_cast<char>(c - 'a' + 'A');
    sim_.set_variable(upper + "_URL", door->url());
    sim_.set_variable(upper + "_TOKEN", "token-of-" + door->name());
  }
  sim_.set_variable("WEBHOOK_SECRET", "whsec_c2VjcmV0");
  sim_.set_variable("WEB_KEY", "web");
  sim_.set_variable("ESP_KEY", "esp");
  sim_.set_mail_routes("mail.example", {true, {{10, "mx.mail.example"}}, true});
  must(copy_folder(real_.disk, options_.project, "", *this));
}

Company::~Company() {
  sim_.crash();
  program_.reset();
}

world::World Company::machine() {
  const world::World all = sim_.view();
  if (careless_ == nullptr) return all;
  return {all.clock, all.random, *careless_, all.network, all.processes, all.environment};
}

Door& Company::door(std::string_view name) {
  const auto found = std::ranges::find(doors_, name, [](const auto& each) { return each->name(); });
  PROMISE(found != doors_.end());
  return **found;
}

void Company::put_file(const std::string& name, const std::string& text) {
  const std::string path = options_.scratch + "/" + name;
  const world::SimOptions before = sim_.options();
  sim_.options().sync_fails = sim_.options().no_space = 0;
  write_safely(sim_.view().disk, path, text);
  sim_.options() = before;
  if (!name.starts_with("data/")) return;
  must(real_.disk.make_directories(path.substr(0, path.rfind('/'))));
  must(world::write_file(real_.disk, path, text));
}

Result<std::string> Company::read_file(const std::string& name) {
  return world::read_file(sim_.view().disk, options_.scratch + "/" + name);
}

Result<void> Company::load_project(bool check_sql) {
  auto loaded =
      project::load_project(sim_.view().disk, sim_.view().environment, options_.scratch, "local",
                            {.secrets = project::SecretMode::require, .check_sql = check_sql});
  if (!loaded.project) {
    return fail(ErrorKind::permanent, "R0101", "\n" + loaded.diagnostics.render(false));
  }
  project_ = std::move(loaded.project);
  return {};
}

Result<std::unique_ptr<Program>> Company::make_program() {
  auto made = std::make_unique<Program>();
  const std::string directory = control::log_directory(*project_);
  TRY_ASSIGN(made->log,
             log::Log::open(machine().disk, {.directory = directory, .segment_bytes_max = 4'000}));
  made->collector = std::make_unique<collect::Collector>(
      machine(), *made->log, *project_,
      collect::CollectorOptions{.deduplicate = options_.deduplicate});
  TRY(made->collector->remember(directory, made->log->durable_end()));
  TRY_ASSIGN(made->server,
             machine().network.serve({.port = collector_port}, made->collector->handler()));
  TRY_ASSIGN(
      made->house, control::House::open(machine(), *project_, [this](const model::Project&) {
        return Result<std::unique_ptr<warehouse::Warehouse>>(over_the_wire(warehouse_, machine()));
      }));
  made->stages = std::make_unique<control::Stages>(*made->house,
                                                   control::StageOptions{"", project::read_yaml});
  return made;
}

Result<void> Company::start() {
  PROMISE(program_ == nullptr);
  TRY_ASSIGN(program_, make_program());
  return {};
}

void Company::stop() {
  sim_.crash();
  program_.reset();
  sim_.restart();
}

std::optional<Result<control::RunResult>> Company::run(const std::string& selection) {
  PROMISE(program_ != nullptr);
  Silent observer;
  const control::StepBody body = program_->stages->body();
  auto order = control::make_order(*project_, selection, "hand");
  return sim_.run(control::run_assets(machine(), program_->house->journal(),
                                      program_->house->graph(), std::move(order), body, observer));
}

}  // namespace rondo::simtest
