#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "log/frame.h"
#include "world/world.h"

namespace rondo::log {

/// Records on their way into the log. They are kept back to back, so that a writer can build each
/// one in place: append to `bytes()`, then `close()`.
class Batch {
 public:
  void add(std::string_view payload) {
    bytes_ += payload;
    close();
  }
  [[nodiscard]] std::string& bytes() { return bytes_; }
  void close() { ends_.push_back(bytes_.size()); }  ///< the record has 1 to payload_bytes_max bytes

  [[nodiscard]] std::size_t records() const { return ends_.size(); }
  [[nodiscard]] std::size_t size_bytes() const { return bytes_.size(); }
  [[nodiscard]] std::string_view record(std::size_t index) const;

 private:
  std::string bytes_;
  std::vector<std::size_t> ends_;
};

/// Where accepted events go. An interface so that a collector can be measured and tested without a
/// disk.
class Appender {
 public:
  virtual ~Appender() = default;
  /// Goes on when all records, and everything accepted before them, are safe from a power cut;
  /// answers where the first one starts. An empty batch waits for what was accepted before. From
  /// its start to its first wait it runs in one piece: batches keep the order of their calls.
  /// Errors: R0303 the log is dead (transient: another attempt, later, may meet a healthy one),
  /// R0305 too much is waiting (throttled). After an error nothing of the batch is promised, and
  /// none of it is withdrawn.
  virtual Task<Result<Offset>> append(const Batch& batch) = 0;
  /// Whether a batch of that size would be taken now.
  [[nodiscard]] virtual Result<void> ready_for(std::size_t bytes) const = 0;
};

struct Options {
  std::string directory;
  std::uint64_t segment_bytes_max = 256U
                                    << 20;    ///< a larger single group gets a segment of its own
  std::size_t waiting_bytes_max = 32U << 20;  ///< accepted but not yet written; above: R0305
};

struct Recovery {
  std::uint64_t frames = 0;     ///< whole frames in the last segment
  std::uint64_t bytes_cut = 0;  ///< torn tail that was cut off
};

/// The durable, ordered record of accepted events: segments of checksummed frames, group commit.
/// One writer (the directory is locked); it lives on one loop. While one group is being synced, the
/// next one gathers: whoever comes meanwhile shares the next sync.
///
/// A write or sync that fails kills the log: the kernel may have dropped the pages, so nothing is
/// tried again and every later append answers R0303. Opening it again finds the last good frame.
class Log final : public Appender {
 public:
  /// Makes the directory if it is missing. Scans the last segment, cuts a torn tail off and syncs
  /// what stands. Errors: R0301 a broken frame with whole groups behind it (nothing is touched),
  /// R0302 a missing segment, R0024 somebody else has it open, or what the disk says.
  static Result<std::unique_ptr<Log>> open(world::Disk& disk, Options options);
  ~Log() override;

  Task<Result<Offset>> append(const Batch& batch) override;
  [[nodiscard]] Result<void> ready_for(std::size_t bytes) const override;

  /// Everything below is on disk. Readers go no further.
  [[nodiscard]] Offset durable_end() const;
  /// The same for other threads: it only grows and outlives the log.
  [[nodiscard]] std::shared_ptr<const std::atomic<Offset>> durable_mark() const;
  [[nodiscard]] const Recovery& recovery() const;
  [[nodiscard]] bool is_dead() const;
  [[nodiscard]] std::uint64_t syncs() const;  ///< groups written so far

  /// Deletes the segments that lie wholly below `offset`, oldest first; never the one in use.
  /// Answers how many.
  Result<std::size_t> drop_below(Offset offset);

 private:
  struct State;
  explicit Log(std::shared_ptr<State> state);
  static Task<void> commit(std::shared_ptr<State> state);

  std::shared_ptr<State> state_;  // shared with the committer, which may outlive us by one sync
};

/// How far the log of a directory may be read when its writer lives in another process or in none:
/// looks for the last whole frame and syncs the file itself, so that what it answers is durable
/// whoever wrote it. Changes nothing.
[[nodiscard]] Result<Offset> settled_end(world::Disk& disk, const std::string& directory);

}  // namespace rondo::log
