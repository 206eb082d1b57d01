#include "world/sim/sim_world.h"

#include <map>

#include <fmt/format.h>

#include "base/check.h"
#include "world/sim/sim_core.h"
#include "world/sim/sim_disk.h"
#include "world/sim/sim_network.h"
#include "world/sim/sim_random.h"

namespace rondo::world {
namespace {

class SimClock final : public Clock {
 public:
  explicit SimClock(SimCore& core) : core_(core) {}
  [[nodiscard]] Time now() const override { return core_.options.start + core_.now(); }
  [[nodiscard]] Duration monotonic() const override { return core_.now(); }
  Task<void> sleep(Duration wait) override {
    core_.note(fmt::format("clock sleep {}", wait.count()));
    Pause pause(core_, wait);
    co_await pause;
  }

 private:
  SimCore& core_;
};

class SimEnvironment final : public Environment {
 public:
  [[nodiscard]] std::optional<std::string> variable(const std::string& name) const override {
    const auto found = variables.find(name);
    return found != variables.end() ? std::optional(found->second) : std::nullopt;
  }
  std::map<std::string, std::string> variables;
};

class SimProcesses final : public Processes {
 public:
  using Behaviour = std::function<ProcessResult(const ProcessSpec&)>;

  explicit SimProcesses(SimCore& core) : core_(core), random_(core.options.seed, "processes") {}

  Task<Result<ProcessResult>> run(ProcessSpec spec) override {
    constexpr Duration run_time_max = std::chrono::seconds{1};
    PROMISE(!spec.command.empty());
    const std::string program = spec.command.front();
    const auto known = behaviours.find(program);
    if (known == behaviours.end()) {
      core_.note("process " + program + " R0040");
      co_return fail(ErrorKind::permanent, "R0040", "no such program: " + program);
    }
    const Duration takes = random_.up_to(run_time_max);
    Pause pause(core_, std::min(takes, spec.timeout));
    co_await pause;
    if (takes > spec.timeout) {
      core_.note("process " + program + " R0041");
      co_return fail(ErrorKind::transient, "R0041", program + " ran out of time");
    }
    ProcessResult result = known->second(spec);
    core_.note(fmt::format("process {} {}", program, result.exit_code));
    co_return result;
  }

  std::map<std::string, Behaviour> behaviours;

 private:
  SimCore& core_;
  SimRandom random_;
};

}  // namespace

class SimWorld::Implementation {
 public:
  explicit Implementation(const SimOptions& options)
      : core(options),
        clock(core),
        random(options.seed, "program"),
        disk(core),
        network(core),
        processes(core) {}
  // Frames first: the files and servers they hold still speak to the twins.
  ~Implementation() { core.end(); }
  Implementation(const Implementation&) = delete;
  Implementation& operator=(const Implementation&) = delete;

  /// Everything that is due until then, or until the power is off.
  bool step(Duration until) {
    PROMISE(!stepping);
    stepping = true;
    const bool happened = core.step(until);
    stepping = false;
    if (!core.power() && !crashed) fall();
    return happened;
  }

  void fall() {
    crashed = true;
    core.abandon_ours();
    network.crash();
    disk.crash();
  }

  SimCore core;
  SimClock clock;
  SimRandom random;
  SimDisk disk;
  SimNetwork network;
  SimProcesses processes;
  SimEnvironment environment;
  bool crashed = false;
  bool stepping = false;
};

SimWorld::SimWorld(SimOptions options) : implementation_(new Implementation(options)) {}
SimWorld::~SimWorld() = default;

World SimWorld::view() {
  auto& all = *implementation_;
  return {all.clock, all.random, all.disk, all.network, all.processes, all.environment};
}

SimOptions& SimWorld::options() { return implementation_->core.options; }

void SimWorld::set_variable(std::string name, std::string value) {
  implementation_->environment.variables[std::move(name)] = std::move(value);
}

void SimWorld::set_mail_routes(std::string domain, MailRoutes routes) {
  implementation_->network.set_mail_routes(std::move(domain), std::move(routes));
}

void SimWorld::set_process(std::string program,
                           std::function<ProcessResult(const ProcessSpec&)> behaviour) {
  implementation_->processes.behaviours[std::move(program)] = std::move(behaviour);
}

bool SimWorld::run(Task<void> task) {
  auto& all = *implementation_;
  PROMISE(!all.stepping);
  if (all.crashed) return false;
  bool ended = false;
  // As an event, so that the power may go off in its very first operation.
  const auto owned = std::make_shared<Task<void>>(std::move(task));
  all.core.after(Duration{0}, Machine::ours,
                 [owned, &ended] { spawn(std::move(*owned), [&ended] { ended = true; }); });
  const Duration until = all.core.now() + all.core.options.run_time_max;
  while (!ended && !all.crashed && all.step(until)) {
  }
  if (all.crashed) return false;
  if (!ended) {
    all.core.note("deadlock");
    all.core.abandon_ours();
  }
  return ended;
}

void SimWorld::run_for(Duration span) {
  auto& all = *implementation_;
  const Duration until = all.core.now() + span;
  const bool crashed_before = all.crashed;
  while (all.crashed == crashed_before && all.step(until)) {
  }
  if (all.crashed == crashed_before) all.core.idle_until(until);
}

void SimWorld::crash_after(std::uint64_t steps) {
  PROMISE(steps > 0);
  implementation_->core.power_off_after(steps);
}

void SimWorld::crash() {
  auto& all = *implementation_;
  if (!all.core.power()) return;
  all.core.power_off();
  if (!all.stepping) all.fall();
}

bool SimWorld::crashed() const { return implementation_->crashed; }

void SimWorld::restart() {
  auto& all = *implementation_;
  if (!all.crashed) crash();
  run_for(std::max(all.core.options.restart_time, all.core.options.delay_max));
  all.crashed = false;
  all.core.power_on();
  all.core.note("power on");
}

void SimWorld::as_other_machine(const std::function<void()>& body) {
  implementation_->core.as(Machine::others, body);
}

Duration SimWorld::elapsed() const { return implementation_->core.now(); }
const std::string& SimWorld::trace() const { return implementation_->core.trace(); }
std::uint64_t SimWorld::steps() const { return implementation_->core.operations(); }

}  // namespace rondo::world
