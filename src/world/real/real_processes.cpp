#include "world/real/real_processes.h"

#include <array>
#include <cerrno>

#include <fmt/core.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "world/real/spawn_process.h"
#include "world/real/wait_for.h"

namespace rondo::world {
namespace {

constexpr std::size_t read_bytes = 64U << 10;

/// One output of the child, kept up to a limit.
class OutputStream {
 public:
  explicit OutputStream(std::size_t bytes_max) : bytes_max_(bytes_max) {}
  void take(std::string_view bytes) {
    const std::size_t kept = std::min(bytes.size(), bytes_max_ - bytes_.size());
    bytes_.append(bytes.substr(0, kept));
    dropped_ += bytes.size() - kept;
  }
  [[nodiscard]] std::string text() && {
    if (dropped_ > 0) {
      bytes_ += fmt::format("\n[{} more bytes were dropped]\n",
                            with_commas(static_cast<long long>(dropped_)));
    }
    return std::move(bytes_);
  }

 private:
  std::size_t bytes_max_;
  std::string bytes_;
  std::size_t dropped_ = 0;
};

/// One child from its start to its end. Lives in the task that waits for it.
class RunningProcess final : public Closable {
 public:
  RunningProcess(Loop& loop, const ProcessSpec& spec, SpawnedProcess spawned)
      : loop_(loop),
        spec_(spec),
        spawned_(spawned),
        output_(spec.output_bytes_max),
        error_output_(spec.output_bytes_max),
        timeout_(loop),
        drain_(loop) {
    loop_.remember(*this);
  }
  RunningProcess(const RunningProcess&) = delete;
  RunningProcess& operator=(const RunningProcess&) = delete;
  ~RunningProcess() override {
    loop_.forget(*this);
    close_pipes();
  }

  void start(Done<bool> done);
  [[nodiscard]] Result<ProcessResult> result() &&;
  void close_now() override;

 private:
  void write_input();
  void read(int& descriptor, OutputStream& into);
  void exited();
  void run_out_of_time();
  void finish_if_complete();
  void finish();
  void close(int& descriptor);
  void close_pipes();

  Loop& loop_;
  const ProcessSpec& spec_;
  SpawnedProcess spawned_;
  OutputStream output_;
  OutputStream error_output_;
  Timer timeout_;
  Timer drain_;
  std::size_t written_ = 0;
  int status_ = 0;
  bool exited_ = false;
  bool timed_out_ = false;
  bool finished_ = false;
  std::optional<Done<bool>> done_;
};

void RunningProcess::start(Done<bool> done) {
  done_ = std::move(done);
  loop_.watch(spawned_.exit_watch, Loop::readable, [this](unsigned) { exited(); });
  loop_.watch(spawned_.output, Loop::readable,
              [this](unsigned) { read(spawned_.output, output_); });
  loop_.watch(spawned_.error_output, Loop::readable,
              [this](unsigned) { read(spawned_.error_output, error_output_); });
  timeout_.start(spec_.timeout, [this] { run_out_of_time(); });
  if (spec_.input.empty()) return close(spawned_.input);
  loop_.watch(spawned_.input, Loop::writable, [this](unsigned) { write_input(); });
}

void RunningProcess::write_input() {
  const ssize_t put =
      ::write(spawned_.input, spec_.input.data() + written_, spec_.input.size() - written_);
  if (put < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (put > 0) written_ += static_cast<std::size_t>(put);
  // A child that no longer reads is no failure: its exit code says how it went.
  if (put < 0 || written_ == spec_.input.size()) close(spawned_.input);
}

void RunningProcess::read(int& descriptor, OutputStream& into) {
  std::array<char, read_bytes> buffer;
  const ssize_t got = ::read(descriptor, buffer.data(), buffer.size());
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got > 0) return into.take({buffer.data(), static_cast<std::size_t>(got)});
  close(descriptor);
  finish_if_complete();
}

void RunningProcess::exited() {
  if (::waitpid(spawned_.pid, &status_, WNOHANG) != spawned_.pid) return;
  exited_ = true;
  timeout_.cancel();
  close(spawned_.exit_watch);
  close(spawned_.input);
  drain_.start(RealProcesses::drain_grace, [this] { finish(); });
  finish_if_complete();
}

void RunningProcess::run_out_of_time() {
  timed_out_ = true;
  ::kill(-spawned_.pid, SIGKILL);  // not reaped yet, so the number is still its own
}

void RunningProcess::finish_if_complete() {
  if (exited_ && spawned_.output < 0 && spawned_.error_output < 0) finish();
}

void RunningProcess::finish() {
  if (std::exchange(finished_, true)) return;
  drain_.cancel();
  close_pipes();
  // Not from inside a callback of this object: the task that goes on destroys it.
  loop_.post([done = std::move(*done_)] { done(true); });
}

void RunningProcess::close(int& descriptor) {
  if (descriptor < 0) return;
  loop_.unwatch(descriptor);
  ::close(descriptor);
  descriptor = -1;
}

void RunningProcess::close_pipes() {
  close(spawned_.input);
  close(spawned_.output);
  close(spawned_.error_output);
  close(spawned_.exit_watch);
}

void RunningProcess::close_now() {
  close_pipes();
  done_.reset();
  if (exited_) return;
  ::kill(-spawned_.pid, SIGKILL);
  ::waitpid(spawned_.pid, nullptr, 0);
}

Result<ProcessResult> RunningProcess::result() && {
  if (timed_out_) {
    return fail(ErrorKind::transient, "R0041",
                fmt::format("{} ran longer than {} and was killed with all it had started",
                            spec_.command.front(), to_short_text(spec_.timeout)),
                "raise its timeout, or find out what it waits for");
  }
  constexpr int signal_base = 128;  // as shells count
  const int code = WIFSIGNALED(status_) ? signal_base + WTERMSIG(status_) : WEXITSTATUS(status_);
  return ProcessResult{.exit_code = code,
                       .output = std::move(output_).text(),
                       .error_output = std::move(error_output_).text()};
}

}  // namespace

Task<Result<ProcessResult>> RealProcesses::run(ProcessSpec spec) {
  auto spawned = spawn_process(spec);
  if (!spawned) co_return fail(std::move(spawned).error());
  RunningProcess running(loop_, spec, *spawned);
  auto ended = wait_for<bool>([&](Done<bool> done) { running.start(std::move(done)); });
  co_await ended;
  co_return std::move(running).result();
}

}  // namespace rondo::world
