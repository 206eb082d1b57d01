#include "log/log.h"

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <rapidcheck.h>

#include "log/memory_disk.h"
#include "log/reader.h"
#include "log/segment.h"

namespace rondo::log {
namespace {

const std::string folder = "events";
const std::string first_segment = segment_path(folder, 0);

std::unique_ptr<Log> open_log(MemoryDisk& disk, std::uint64_t segment_bytes_max = 1U << 20) {
  auto log = Log::open(disk, {.directory = folder, .segment_bytes_max = segment_bytes_max});
  REQUIRE(log);
  return std::move(*log);
}

Batch batch_of(std::initializer_list<std::string_view> payloads) {
  Batch batch;
  for (const auto payload : payloads) batch.add(payload);
  return batch;
}

using Answer = std::optional<Result<Offset>>;
void start_append(Log& log, const Batch& batch, Answer& into) {
  spawn(log.append(batch), [&into](Result<Offset> answer) { into.emplace(std::move(answer)); });
}
Result<Offset> append(Log& log, const Batch& batch) {
  Answer answer;
  start_append(log, batch, answer);
  REQUIRE(answer);
  return *answer;
}

std::vector<std::string> read_all(MemoryDisk& disk, Offset from, Offset until) {
  std::vector<std::string> all;
  auto reader = Reader::open(disk, folder, from, until);
  REQUIRE(reader);
  while (true) {
    const auto record = reader->next();
    REQUIRE(record);
    if (!*record) return all;
    all.emplace_back((*record)->payload);
  }
}
std::vector<std::string> read_all(MemoryDisk& disk) {
  const auto end = settled_end(disk, folder);
  REQUIRE(end);
  return read_all(disk, 0, *end);
}

using Texts = std::vector<std::string>;

TEST_CASE("what was appended is read in order, after a new start too") {
  MemoryDisk disk;
  {
    const auto log = open_log(disk);
    CHECK(append(*log, batch_of({"one", "two"})) == Offset{0});
    CHECK(append(*log, batch_of({"three"})) == Offset{2 * frame_header_bytes + 6});
    CHECK(read_all(disk, 0, log->durable_end()) == Texts{"one", "two", "three"});
  }
  const auto log = open_log(disk);
  CHECK(log->recovery().frames == 3);
  CHECK(log->recovery().bytes_cut == 0);
  CHECK(append(*log, batch_of({"four"})));
  CHECK(read_all(disk) == Texts{"one", "two", "three", "four"});
}

TEST_CASE("nobody gets an answer before the sync that covers his records") {
  MemoryDisk disk;
  const auto log = open_log(disk);
  disk.sync_waits = true;
  Answer answer;
  start_append(*log, batch_of({"one"}), answer);
  CHECK(disk.syncs_begun == 1);
  CHECK_FALSE(answer);
  CHECK(log->durable_end() == 0);
  disk.release_syncs();
  REQUIRE(answer);
  CHECK(answer->has_value());
  CHECK(log->durable_end() == frame_header_bytes + 3);
}

TEST_CASE("whoever comes during a sync shares the next one; his answer is his own place") {
  MemoryDisk disk;
  const auto log = open_log(disk);
  disk.sync_waits = true;
  Answer first;
  Answer second;
  Answer third;
  start_append(*log, batch_of({"1"}), first);
  start_append(*log, batch_of({"2"}), second);
  start_append(*log, batch_of({"3"}), third);
  disk.release_syncs();
  CHECK(first);
  CHECK_FALSE(second);
  disk.release_syncs();
  REQUIRE(second);
  REQUIRE(third);
  CHECK(disk.syncs_begun == 2);
  CHECK(*second == Offset{frame_header_bytes + 1});
  CHECK(*third == Offset{2 * (frame_header_bytes + 1)});
}

TEST_CASE("an empty batch waits for what was accepted before it, and for nothing else") {
  MemoryDisk disk;
  const auto log = open_log(disk);
  CHECK(append(*log, Batch{}) == Offset{0});
  disk.sync_waits = true;
  Answer record;
  Answer barrier;
  start_append(*log, batch_of({"1"}), record);
  start_append(*log, Batch{}, barrier);
  CHECK_FALSE(barrier);
  disk.release_syncs();
  CHECK(record);
  CHECK(barrier);
  CHECK(disk.syncs_begun == 1);
}

TEST_CASE("a sync that failed kills the log: this append and all later ones answer an error") {
  MemoryDisk disk;
  const auto log = open_log(disk);
  CHECK(append(*log, batch_of({"safe"})));
  disk.sync_fails = true;
  CHECK(append(*log, batch_of({"lost"})).error().code == "R0303");
  disk.sync_fails = false;  // the disk says it is well again: it is not believed
  const std::size_t syncs = disk.syncs_begun;
  CHECK(append(*log, batch_of({"later"})).error().code == "R0303");
  CHECK(append(*log, Batch{}).error().code == "R0303");
  CHECK(log->ready_for(1).error().kind == ErrorKind::transient);
  CHECK(disk.syncs_begun == syncs);
  CHECK(log->is_dead());
  CHECK(read_all(disk, 0, log->durable_end()) == Texts{"safe"});
}

TEST_CASE("appends that wait for the next sync when this one fails are not acknowledged either") {
  MemoryDisk disk;
  const auto log = open_log(disk);
  disk.sync_waits = true;
  Answer first;
  Answer second;
  start_append(*log, batch_of({"1"}), first);
  start_append(*log, batch_of({"2"}), second);
  disk.sync_fails = true;
  disk.release_syncs();
  REQUIRE(first);
  REQUIRE(second);
  CHECK_FALSE(first->has_value());
  CHECK_FALSE(second->has_value());
}

TEST_CASE(
    "a full disk kills the log; a new start with room goes on where the last good record ended") {
  for (std::uint64_t room = 0; room < frame_header_bytes + 3; ++room) {
    MemoryDisk disk;
    {
      const auto log = open_log(disk);
      CHECK(append(*log, batch_of({"safe"})));
      disk.bytes_until_full = room;
      CHECK(append(*log, batch_of({"big"})).error().code == "R0303");
      disk.bytes_until_full.reset();
      CHECK(append(*log, batch_of({"again"})).error().code == "R0303");
    }
    const auto log = open_log(disk);
    CHECK(append(*log, batch_of({"after"})));
    CHECK(read_all(disk) == Texts{"safe", "after"});
  }
}

TEST_CASE("a tail torn or bit-flipped at every byte of the last frame keeps all frames before it") {
  MemoryDisk whole;
  { (void)append(*open_log(whole), batch_of({"one", "two", "last-last"})); }
  const std::string bytes = whole.content(first_segment).bytes;
  const std::size_t last = bytes.size() - frame_header_bytes - 9;
  for (std::size_t at = last; at < bytes.size(); ++at) {
    MemoryDisk torn;
    (void)torn.open(first_segment, world::OpenMode::create);
    CHECK(torn.make_directories(folder));
    torn.content(first_segment).bytes = bytes.substr(0, at);
    CHECK(open_log(torn)->recovery().bytes_cut == at - last);
    CHECK(read_all(torn) == Texts{"one", "two"});
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = bytes;
      flipped[at] = static_cast<char>(flipped[at] ^ (1 << bit));
      torn.content(first_segment).bytes = flipped;
      CHECK(open_log(torn)->recovery().frames == 2);
      CHECK(read_all(torn) == Texts{"one", "two"});
    }
  }
}

TEST_CASE(
    "a broken frame with a later group behind it is damage: refused, and nothing is touched") {
  MemoryDisk disk;
  {
    const auto log = open_log(disk);
    CHECK(append(*log, batch_of({"one"})));
    CHECK(append(*log, batch_of({"two"})));
  }
  std::string& bytes = disk.content(first_segment).bytes;
  for (std::size_t at = 0; at < frame_header_bytes + 3; ++at) {
    const std::string before = bytes;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
    const std::string damaged = bytes;
    const auto log = Log::open(disk, {.directory = folder});
    REQUIRE_FALSE(log);
    CHECK(log.error().code == "R0301");
    CHECK(log.error().message.find("at byte 0") != std::string::npos);
    CHECK(disk.content(first_segment).bytes == damaged);
    bytes = before;
  }
}

TEST_CASE("a hole in the last group, with its own later frames behind it, is a torn write") {
  MemoryDisk disk;
  {
    const auto log = open_log(disk);
    CHECK(append(*log, batch_of({"safe"})));
    CHECK(append(*log, batch_of({"first page", "second page"})));
  }
  // Pages of one write may reach the disk in any order.
  disk.content(first_segment).bytes.replace(frame_header_bytes + 4, 4, std::string(4, '\0'));
  CHECK(open_log(disk)->recovery().frames == 1);
  CHECK(read_all(disk) == Texts{"safe"});
}

TEST_CASE("a segment is left when the next group would take it beyond its size") {
  MemoryDisk disk;
  const std::uint64_t two_records = 2 * (frame_header_bytes + 3);
  const auto log = open_log(disk, two_records);
  for (const auto* text : {"one", "two", "six", "ten", "end"})
    CHECK(append(*log, batch_of({text})));
  const auto segments = list_segments(disk, folder);
  REQUIRE(segments);
  REQUIRE(segments->size() == 3);
  CHECK((*segments)[1].first == two_records);
  CHECK(read_all(disk) == Texts{"one", "two", "six", "ten", "end"});
  CHECK(read_all(disk, two_records, log->durable_end()) == Texts{"six", "ten", "end"});
  CHECK(append(*log, batch_of({"larger than a whole segment may be, and alone in its own"})));
  CHECK(read_all(disk).size() == 6);
}

TEST_CASE("retention deletes whole segments below an offset, never the one in use") {
  MemoryDisk disk;
  const std::uint64_t one_record = frame_header_bytes + 3;
  const auto log = open_log(disk, one_record);
  for (const auto* text : {"one", "two", "six"}) CHECK(append(*log, batch_of({text})));
  CHECK(log->drop_below(one_record - 1) == std::size_t{0});
  CHECK(log->drop_below(one_record) == std::size_t{1});
  CHECK(log->drop_below(log->durable_end()) == std::size_t{1});
  CHECK(read_all(disk, 2 * one_record, log->durable_end()) == Texts{"six"});
  CHECK(Reader::open(disk, folder, 0, log->durable_end()).error().code == "R0304");
}

TEST_CASE("a missing segment is refused, and so is a log shorter than it was read") {
  MemoryDisk disk;
  const std::uint64_t one_record = frame_header_bytes + 3;
  {
    const auto log = open_log(disk, one_record);
    for (const auto* text : {"one", "two", "six"}) CHECK(append(*log, batch_of({text})));
  }
  CHECK(Reader::open(disk, folder, 0, 99 * one_record).error().code == "R0306");
  CHECK(Reader::open(disk, folder, 4 * one_record, 3 * one_record).error().code == "R0306");
  CHECK(disk.remove(segment_path(folder, one_record)));
  CHECK(Log::open(disk, {.directory = folder}).error().code == "R0302");
}

TEST_CASE("a log has one writer") {
  MemoryDisk disk;
  const auto log = open_log(disk);
  CHECK(Log::open(disk, {.directory = folder}).error().code == "R0024");
}

TEST_CASE("waiting bytes are bounded: at the limit taken, one more refused for now") {
  MemoryDisk disk;
  const std::size_t limit = 3 * (frame_header_bytes + 1);
  auto opened = Log::open(disk, {.directory = folder, .waiting_bytes_max = limit});
  REQUIRE(opened);
  disk.sync_waits = true;
  Answer under_way;
  Answer waiting;
  Answer refused;
  start_append(**opened, batch_of({"1"}), under_way);
  CHECK((*opened)->ready_for(limit));
  CHECK((*opened)->ready_for(limit + 1).error().kind == ErrorKind::throttled);
  start_append(**opened, batch_of({"2", "3", "4"}), waiting);
  CHECK_FALSE(waiting);
  start_append(**opened, batch_of({"5"}), refused);
  REQUIRE(refused);
  CHECK(refused->error().code == "R0305");
  disk.release_syncs();
  disk.release_syncs();
  CHECK(waiting->has_value());
  CHECK(read_all(disk) == Texts{"1", "2", "3", "4"});
}

TEST_CASE("any batches in any segment size are read back as one sequence, from any record on") {
  CHECK(rc::check([](const std::vector<std::vector<std::string>>& batches) {
    MemoryDisk disk;
    const auto log = open_log(disk, *rc::gen::inRange<std::uint64_t>(1, 400));
    Texts sent;
    std::vector<Offset> starts;
    for (const auto& texts : batches) {
      Batch batch;
      for (const auto& text : texts) batch.add("#" + text);
      const auto at = append(*log, batch);
      RC_ASSERT(at.has_value());
      Offset offset = *at;
      for (const auto& text : texts) {
        starts.push_back(offset);
        sent.push_back("#" + text);
        offset += frame_header_bytes + 1 + text.size();
      }
    }
    RC_ASSERT(read_all(disk) == sent);
    if (sent.empty()) return;
    const auto skip = *rc::gen::inRange<std::size_t>(0, sent.size());
    const Texts rest(sent.begin() + static_cast<std::ptrdiff_t>(skip), sent.end());
    RC_ASSERT(read_all(disk, starts[skip], log->durable_end()) == rest);
  }));
}

}  // namespace
}  // namespace rondo::log
