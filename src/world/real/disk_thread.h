#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace rondo::world {

/// Runs blocking work (fdatasync) beside the loop, one piece after the other in the order it came.
/// Its thread is started with the first piece; the destructor finishes what is queued.
class DiskThread {
 public:
  DiskThread() = default;
  ~DiskThread();
  DiskThread(const DiskThread&) = delete;
  DiskThread& operator=(const DiskThread&) = delete;
  void run(std::function<void()> work);

 private:
  void work_on();

  std::mutex mutex_;  // guards queue_ and ending_
  std::condition_variable changed_;
  std::deque<std::function<void()>> queue_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace rondo::world
