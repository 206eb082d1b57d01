#include "world/real/spawn_process.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/core.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace rondo::world {
namespace {

class Pipe {
 public:
  Pipe() { opened_ = ::pipe2(ends_.data(), O_CLOEXEC) == 0; }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    for (const int end : ends_) {
      if (end >= 0) ::close(end);
    }
  }
  [[nodiscard]] bool opened() const { return opened_; }
  [[nodiscard]] int reading() const { return ends_[0]; }
  [[nodiscard]] int writing() const { return ends_[1]; }
  int keep(std::size_t end) {
    const int kept = ends_.at(end);
    ::fcntl(kept, F_SETFL, O_NONBLOCK);
    ends_.at(end) = -1;
    return kept;
  }

 private:
  std::array<int, 2> ends_{-1, -1};
  bool opened_ = false;
};

/// Our variables, with the given ones in place of those of the same name.
std::vector<std::string> environment_of(const ProcessSpec& spec) {
  std::vector<std::string> all;
  const auto replaced = [&](std::string_view variable) {
    return std::ranges::any_of(spec.environment, [&](const auto& given) {
      return variable.starts_with(given.first) &&
             variable.substr(given.first.size()).starts_with('=');
    });
  };
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    if (!replaced(*variable)) all.emplace_back(*variable);
  }
  for (const auto& [name, value] : spec.environment) all.push_back(name + "=" + value);
  return all;
}

std::vector<char*> pointers_to(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  for (const std::string& string : strings) pointers.push_back(const_cast<char*>(string.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

/// What the child does between fork and exec.
class SpawnPlan {
 public:
  SpawnPlan() {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawnattr_init(&attributes_);
    ::posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    sigset_t all;
    ::sigfillset(&all);  // we ignore SIGPIPE; a child expects it to work
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    sigset_t none;
    ::sigemptyset(&none);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;
  ~SpawnPlan() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }
  void become(int descriptor, int number) {
    ::posix_spawn_file_actions_adddup2(&actions_, descriptor, number);
  }
  void enter(const std::string& directory) {
    ::posix_spawn_file_actions_addchdir_np(&actions_, directory.c_str());
  }
  int spawn(pid_t& pid, const ProcessSpec& spec) {
    const auto environment = environment_of(spec);
    return ::posix_spawnp(&pid, spec.command.front().c_str(), &actions_, &attributes_,
                          pointers_to(spec.command).data(), pointers_to(environment).data());
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

tl::unexpected<Error> spawn_error(int number, const ProcessSpec& spec) {
  auto message =
      fmt::format("cannot start {}: {}",
                  spec.command.empty() ? "a command without a name" : spec.command.front(),
                  std::strerror(number));
  const bool machine_is_full =
      number == EAGAIN || number == ENOMEM || number == EMFILE || number == ENFILE;
  if (machine_is_full) return fail(ErrorKind::transient, "R0041", std::move(message));
  return fail(ErrorKind::permanent, "R0040", std::move(message),
              "is it installed, on the PATH and executable?");
}

}  // namespace

Result<SpawnedProcess> spawn_process(const ProcessSpec& spec) {
  if (spec.command.empty() || spec.command.front().empty()) return spawn_error(ENOENT, spec);
  if (!spec.directory.empty() && ::access(spec.directory.c_str(), X_OK) != 0) {
    return fail(ErrorKind::permanent, "R0040",
                fmt::format("cannot start {} in {}: {}", spec.command.front(), spec.directory,
                            std::strerror(errno)));
  }
  Pipe input;
  Pipe output;
  Pipe error_output;
  if (!input.opened() || !output.opened() || !error_output.opened())
    return spawn_error(EMFILE, spec);
  SpawnPlan plan;
  plan.become(input.reading(), STDIN_FILENO);
  plan.become(output.writing(), STDOUT_FILENO);
  plan.become(error_output.writing(), STDERR_FILENO);
  if (!spec.directory.empty()) plan.enter(spec.directory);

  SpawnedProcess spawned;
  const int failed = plan.spawn(spawned.pid, spec);
  if (failed != 0) return spawn_error(failed, spec);
  spawned.exit_watch = static_cast<int>(::syscall(SYS_pidfd_open, spawned.pid, 0));
  if (spawned.exit_watch < 0) {
    const int number = errno;
    ::kill(-spawned.pid, SIGKILL);
    ::waitpid(spawned.pid, nullptr, 0);
    return spawn_error(number, spec);
  }
  ::fcntl(spawned.exit_watch, F_SETFD, FD_CLOEXEC);
  spawned.input = input.keep(1);
  spawned.output = output.keep(0);
  spawned.error_output = error_output.keep(0);
  return spawned;
}

}  // namespace rondo::world
