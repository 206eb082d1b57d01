#include "connector/batches.h"

#include <map>
#include <set>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "connector/pace.h"

namespace rondo::connector {
namespace {

using namespace std::chrono_literals;

Operation operation_of(std::size_t rows_max, std::size_t bytes_max) {
  Operation operation;
  operation.rows_max = rows_max;
  operation.bytes_max = bytes_max;
  return operation;
}

TEST_CASE("every row goes out once, within the limits, and no request holds a key twice") {
  CHECK(rc::check([] {
    const auto keys = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 30));
    const auto rows_max = *rc::gen::inRange<std::size_t>(1, 7);
    std::vector<Row> rows;
    std::vector<Json> fields;
    for (const int key : keys) {
      Row row{"k", std::to_string(key)};
      row.seq = std::to_string(rows.size());
      if (key == 29) row.group = "g";
      rows.push_back(row);
      fields.push_back(
          Json::object({{"text", Json(std::string(static_cast<std::size_t>(key), 'x'))}}));
    }
    std::vector<int> seen(rows.size(), 0);
    std::map<std::string, std::size_t> last_of_key;
    for (const Wave& wave : plan_waves(operation_of(rows_max, 500), rows, fields)) {
      std::set<std::string> in_wave;
      for (const auto& batch : wave.batches) {
        RC_ASSERT(!batch.empty());
        const bool grouped = !rows[batch.front()].group.empty();
        RC_ASSERT(grouped || batch.size() <= rows_max);
        for (const std::size_t row : batch) {
          ++seen[row];
          RC_ASSERT(grouped || in_wave.insert(rows[row].key).second);
          // Changes of one record keep their order.
          const auto before = last_of_key.find(rows[row].key);
          RC_ASSERT(before == last_of_key.end() || before->second < row);
          last_of_key[rows[row].key] = row;
        }
      }
    }
    for (const int times : seen) RC_ASSERT(times == 1);
  }));
}

TEST_CASE("the limit of rows is kept at the limit, and a row that is too large goes alone") {
  std::vector<Row> rows;
  for (int i = 0; i < 7; ++i) rows.push_back({"k", std::to_string(i)});
  std::vector<Json> fields(7, Json::object());
  CHECK(plan_waves(operation_of(7, 1 << 20), rows, fields)[0].batches.size() == 1);
  CHECK(plan_waves(operation_of(6, 1 << 20), rows, fields)[0].batches.size() == 2);
  CHECK(plan_waves(operation_of(7, 1), rows, fields)[0].batches.size() == 7);
}

TEST_CASE("a limit lets its count through and then makes wait until the window has moved on") {
  Pace pace({{"*", 3, 10s}});
  for (int i = 0; i < 3; ++i) CHECK(pace.take_place("/a", 0s) == 0s);
  Duration now{0};
  Duration wait = pace.take_place("/a", now);
  CHECK(wait > 0s);
  while (wait > 0s) wait = pace.take_place("/a", now += wait);
  CHECK(now >= 10s);
  CHECK(now <= 11s);
}

TEST_CASE("in no span of the window's length do more requests pass than the limit says") {
  CHECK(rc::check([] {
    const auto count = *rc::gen::inRange(1U, 20U);
    Pace pace({{"*", count, 10s}});
    Duration now{0};
    std::vector<Duration> passed;
    for (int i = 0; i < 200; ++i) {
      now += Duration{*rc::gen::inRange(0, 900'000)};
      const Duration wait = pace.take_place("/a", now);
      if (wait == 0s) passed.push_back(now);
      std::size_t within = 0;
      for (const Duration at : passed) within += now - at < 10s ? 1U : 0U;
      RC_ASSERT(within <= count);
    }
  }));
}

TEST_CASE("limits for some paths leave the others alone; headers correct the count") {
  Pace pace({{"*/search", 1, 1s}, {"*", 100, 10s, 0, "Left", "Max"}});
  CHECK(pace.take_place("/x/search", 0s) == 0s);
  CHECK(pace.take_place("/x/search", 0s) > 0s);
  CHECK(pace.take_place("/x", 0s) == 0s);
  pace.observe("/x", Json::object({{"max", Json("3")}, {"left", Json("2")}}), 0s);
  CHECK(pace.take_place("/x", 0s) == 0s);
  CHECK(pace.take_place("/x", 0s) > 0s);
  Pace other({{"*", 100, 10s, 0, "Left", ""}});
  other.observe("/x", Json::object({{"left", Json("0")}}), 0s);
  CHECK(other.take_place("/x", 0s) > 0s);
}

TEST_CASE("after five failures in a row the other side is left alone, then probed by one request") {
  Pace pace({});
  for (int i = 0; i < 5; ++i) {
    CHECK(pace.take_place("/", 0s) == 0s);
    pace.ended(ErrorKind::transient, 0s);
  }
  CHECK(pace.is_open());
  const Duration rest = pace.take_place("/", 0s);
  CHECK(rest > 0s);
  CHECK(pace.take_place("/", rest) == 0s);
  CHECK(pace.take_place("/", rest) > 0s);
  pace.ended(std::nullopt, rest);
  CHECK(pace.take_place("/", rest) == 0s);
}

TEST_CASE("a pause that was asked for is kept") {
  Pace pace({});
  pace.pause(5s, 3s);
  CHECK(pace.take_place("/", 6s) == 2s);
  CHECK(pace.take_place("/", 8s) == 0s);
}

}  // namespace
}  // namespace rondo::connector
