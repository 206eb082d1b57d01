#include "world/real/real_world.h"

#include <mutex>
#include <optional>
#include <thread>

#include <signal.h>

#include "world/real/machine.h"
#include "world/real/real_disk.h"
#include "world/real/real_network.h"
#include "world/real/real_processes.h"
#include "world/real/stop_signal.h"
#include "world/real/wait_for.h"

namespace rondo::world {

class RealWorld::Implementation {
 public:
  ~Implementation() { loop.close_all(); }

  Loop loop;
  RealClock clock{loop};
  RealRandom random;
  RealDisk disk{loop};
  RealNetwork network{loop};
  RealProcesses processes{loop};
  RealEnvironment environment;
  std::optional<StopSignal> stop_signal;
};

RealWorld::RealWorld() {
  // A peer that hung up is an error to handle, not a reason to die. Children get the default back.
  ::signal(SIGPIPE, SIG_IGN);
  implementation_ = std::make_unique<Implementation>();
}

RealWorld::~RealWorld() = default;

World RealWorld::view() {
  Implementation& all = *implementation_;
  return {all.clock, all.random, all.disk, all.network, all.processes, all.environment};
}

void RealWorld::run(Task<void> task) {
  bool ended = false;
  spawn(std::move(task), [this, &ended] {
    ended = true;
    implementation_->loop.stop();
  });
  while (!ended) implementation_->loop.run();
}

void RealWorld::post(std::function<void()> work) { implementation_->loop.post(std::move(work)); }

void RealWorld::on_stop_signal(std::function<void()> stop) {
  implementation_->stop_signal.emplace(implementation_->loop, std::move(stop));
}

class WorldThread::Implementation {
 public:
  explicit Implementation(std::function<Task<void>(RealWorld&)> body)
      : body_(std::move(body)), thread_([this] { live(); }) {}
  Implementation(const Implementation&) = delete;
  Implementation& operator=(const Implementation&) = delete;
  ~Implementation() { thread_.join(); }

  bool post(std::function<void()> work) {
    const std::scoped_lock lock(mutex_);
    if (ended_) return false;
    world_.post(std::move(work));
    return true;
  }

 private:
  void live() {
    world_.run(body_(world_));
    {
      const std::scoped_lock lock(mutex_);
      ended_ = true;
    }
    // What was accepted before is still run, so that nobody waits for it in vain.
    world_.run(after_all_posted(world_));
  }

  static Task<void> after_all_posted(RealWorld& world) {
    auto turn = wait_for<bool>(
        [&](Done<bool> done) { world.post([done = std::move(done)] { done(true); }); });
    co_await turn;
  }

  std::function<Task<void>(RealWorld&)> body_;
  RealWorld world_;
  std::mutex mutex_;  // guards ended_
  bool ended_ = false;
  std::thread thread_;  // last: it uses all the others
};

WorldThread::WorldThread(std::function<Task<void>(RealWorld&)> body)
    : implementation_(std::make_unique<Implementation>(std::move(body))) {}
WorldThread::~WorldThread() = default;
bool WorldThread::post(std::function<void()> work) {
  return implementation_->post(std::move(work));
}

}  // namespace rondo::world
