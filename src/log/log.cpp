#include "log/log.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/core.h>

#include "base/async.h"
#include "log/recovery.h"

namespace rondo::log {
namespace {

/// What is written and synced together.
struct Group {
  std::string bytes;
  Offset first = 0;  ///< known once it is written
  Signal done;
  std::optional<Error> error;
};

Error with_context(const Error& cause, const std::string& directory) {
  Error error = wrap(cause, "R0303", fmt::format("the log in {} has stopped", directory));
  error.kind = ErrorKind::transient;
  error.hint = "free the disk or replace it, then start again: accepted events are safe";
  return error;
}

// A folder's name is safe only once the folder it stands in was synced, and so on upwards. Above
// the nearest one that may not be ours to sync, and then it is not ours to lose either.
Result<void> sync_parents(world::Disk& disk, const std::string& directory) {
  std::string path = directory;
  for (bool nearest = true;; nearest = false) {
    const auto slash = path.find_last_of('/');
    path = slash == std::string::npos ? "." : path.substr(0, std::max<std::size_t>(slash, 1));
    const auto synced = disk.sync_directory(path);
    if (!synced && nearest) return synced;
    if (path == "." || path == "/") return {};
  }
}

}  // namespace

std::string_view Batch::record(std::size_t index) const {
  const std::size_t start = index == 0 ? 0 : ends_[index - 1];
  return std::string_view(bytes_).substr(start, ends_[index] - start);
}

struct Log::State {
  State(world::Disk& disk_, Options options_) : disk(disk_), options(std::move(options_)) {}

  /// Everything of `group` into the segment in use, or into a new one if it would grow too large.
  Result<void> write(Group& group) {
    group.first = written_end;
    const std::uint64_t size = written_end - segment_first;
    if (size > 0 && size + group.bytes.size() > options.segment_bytes_max) TRY(rotate());
    TRY(file->write_at(written_end - segment_first, group.bytes));
    written_end += group.bytes.size();
    return {};
  }

  // What the old segment holds was synced with its last group; the new name must be safe before its
  // first.
  Result<void> rotate() {
    const std::string path = segment_path(options.directory, written_end);
    TRY_ASSIGN(file, disk.open(path, world::OpenMode::create_new));
    segment_first = written_end;
    return disk.sync_directory(options.directory);
  }

  // Bytes that were written but not synced must not come back as if they had been: cut them off if
  // the disk still lets us. They were never acknowledged.
  void die(const Error& cause) {
    dead = with_context(cause, options.directory);
    const Offset durable = mark->load(std::memory_order_relaxed);
    if (durable >= segment_first) (void)file->truncate(durable - segment_first).has_value();
  }

  world::Disk& disk;
  Options options;
  std::unique_ptr<world::File> lock;
  std::unique_ptr<world::File> file;  ///< segment in use
  Offset segment_first = 0;
  Offset written_end = 0;
  std::shared_ptr<std::atomic<Offset>> mark = std::make_shared<std::atomic<Offset>>(0);
  std::shared_ptr<Group> gathering = std::make_shared<Group>();
  std::shared_ptr<Group> syncing;  ///< null while the committer rests
  std::optional<Error> dead;
  Recovery recovery;
  std::uint64_t syncs = 0;
};

Log::Log(std::shared_ptr<State> state) : state_(std::move(state)) {}
Log::~Log() = default;

Result<std::unique_ptr<Log>> Log::open(world::Disk& disk, Options options) {
  auto state = std::make_shared<State>(disk, std::move(options));
  const std::string& directory = state->options.directory;
  TRY(world::make_safe_directories(disk, directory));
  TRY(sync_parents(disk, directory));
  TRY_ASSIGN(state->lock, disk.lock(directory + "/lock"));
  TRY_ASSIGN(const auto segments, list_segments(disk, directory));
  const Segment last = segments.empty() ? Segment{} : segments.back();
  const std::string path = segment_path(directory, last.first);
  TRY_ASSIGN(state->file, disk.open(path, world::OpenMode::create));
  TRY_ASSIGN(const Tail tail, examine(*state->file, path, last.bytes));
  if (tail.good_bytes < last.bytes) TRY(state->file->truncate(tail.good_bytes));
  // Whole frames may stand only in the page cache of a process that was killed: make them safe,
  // then say so.
  TRY(state->file->sync());
  TRY(disk.sync_directory(directory));
  state->segment_first = last.first;
  state->written_end = last.first + tail.good_bytes;
  state->mark->store(state->written_end, std::memory_order_release);
  state->recovery = {tail.frames, last.bytes - tail.good_bytes};
  return std::unique_ptr<Log>(new Log(std::move(state)));
}

Result<void> Log::ready_for(std::size_t bytes) const {
  if (state_->dead) return fail(*state_->dead);
  if (state_->gathering->bytes.size() + bytes <= state_->options.waiting_bytes_max) return {};
  return fail(ErrorKind::throttled, "R0305",
              fmt::format("{} bytes wait for the disk already", state_->gathering->bytes.size()));
}

Task<Result<Offset>> Log::append(const Batch& batch) {
  const auto state = state_;
  if (state->dead) co_return fail(*state->dead);
  if (batch.records() == 0) {
    const auto before = state->gathering->bytes.empty() ? state->syncing : state->gathering;
    if (before) co_await before->done;
    if (before && before->error) co_return fail(*before->error);
    co_return state->mark->load(std::memory_order_relaxed);
  }
  const std::size_t framed = batch.size_bytes() + batch.records() * frame_header_bytes;
  CO_TRY(ready_for(framed));
  const auto group = state->gathering;
  const std::size_t start = group->bytes.size();
  for (std::size_t i = 0; i < batch.records(); ++i) {
    const auto into_group = static_cast<std::uint32_t>(group->bytes.size());
    append_frame(group->bytes, batch.record(i), into_group);
  }
  // `syncing` is set before the committer first waits, so there is never a second one.
  if (!state->syncing) spawn(commit(state));
  co_await group->done;
  if (group->error) co_return fail(*group->error);
  co_return group->first + start;
}

// The waiters of a group are woken after the next group is on its way to the disk: their answers
// are written while it spins.
Task<void> Log::commit(std::shared_ptr<State> state) {
  std::shared_ptr<Group> finished;
  while (true) {
    const auto group = std::exchange(state->gathering, std::make_shared<Group>());
    state->syncing = group;
    Result<void> outcome = state->dead ? Result<void>(fail(*state->dead)) : state->write(*group);
    if (outcome) {
      Signal synced;
      spawn(state->file->sync_later(), [&outcome, &synced](Result<void> answer) {
        outcome = std::move(answer);
        synced.set();
      });
      if (finished) std::exchange(finished, nullptr)->done.set();
      co_await synced;
      ++state->syncs;
    }
    if (outcome) {
      state->mark->store(state->written_end, std::memory_order_release);
    } else if (!state->dead) {
      state->die(outcome.error());
    }
    group->error = state->dead;
    if (finished) finished->done.set();
    finished = group;
    if (state->gathering->bytes.empty()) break;
  }
  // A waiter may append at once; it must find a committer at rest.
  state->syncing = nullptr;
  finished->done.set();
}

Offset Log::durable_end() const { return state_->mark->load(std::memory_order_acquire); }
std::shared_ptr<const std::atomic<Offset>> Log::durable_mark() const { return state_->mark; }
const Recovery& Log::recovery() const { return state_->recovery; }
bool Log::is_dead() const { return state_->dead.has_value(); }
std::uint64_t Log::syncs() const { return state_->syncs; }

Result<std::size_t> Log::drop_below(Offset offset) {
  TRY_ASSIGN(const auto segments, list_segments(state_->disk, state_->options.directory));
  std::size_t dropped = 0;
  for (const auto& segment : segments) {
    if (segment.first == state_->segment_first || segment.end() > offset) break;
    TRY(state_->disk.remove(segment_path(state_->options.directory, segment.first)));
    ++dropped;
  }
  if (dropped > 0) TRY(state_->disk.sync_directory(state_->options.directory));
  return dropped;
}

Result<Offset> settled_end(world::Disk& disk, const std::string& directory) {
  TRY_ASSIGN(const auto segments, list_segments(disk, directory));
  if (segments.empty()) return Offset{0};
  const Segment& last = segments.back();
  const std::string path = segment_path(directory, last.first);
  TRY_ASSIGN(const auto file, disk.open(path, world::OpenMode::read_write));
  TRY_ASSIGN(const Tail tail, examine(*file, path, last.bytes));
  TRY(file->sync());
  return last.first + tail.good_bytes;
}

}  // namespace rondo::log
