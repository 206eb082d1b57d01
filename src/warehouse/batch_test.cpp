#include "warehouse/batch.h"

#include <doctest/doctest.h>
#include <nanoarrow/nanoarrow.hpp>
#include <rapidcheck.h>

#include "warehouse/warehouse.h"

namespace rondo::warehouse {
namespace {

struct Memory {
  std::unique_ptr<Warehouse> warehouse = std::move(*open_duckdb(""));
  std::unique_ptr<Session> session = std::move(*warehouse->connect());
  Session* operator->() const { return session.get(); }
};

TEST_CASE("a batch knows its columns and rows and gives them away once") {
  BatchBuilder builder({{"a", ColumnType::int64}, {"b", ColumnType::text}});
  builder.int64(1);
  CHECK(builder.rows() == 0);  // not complete yet
  builder.text("x").null().text_or_null("");
  CHECK(builder.rows() == 2);
  Batch batch = std::move(builder).finish();
  CHECK(batch.columns().size() == 2);
  CHECK(batch.rows() == 2);
  nanoarrow::UniqueArrayStream stream;
  batch.release_to(stream.get());
  CHECK(batch.rows() == 0);
  nanoarrow::UniqueArray array;
  REQUIRE(stream->get_next(stream.get(), array.get()) == 0);
  CHECK(array->length == 2);
}

TEST_CASE("every type and every NULL goes in and comes out") {
  const Memory db;
  const Time moment{std::chrono::microseconds{-1}};
  BatchBuilder builder({{"a", ColumnType::text},
                        {"b", ColumnType::int64},
                        {"c", ColumnType::float64},
                        {"d", ColumnType::boolean},
                        {"e", ColumnType::timestamp},
                        {"f", ColumnType::date},
                        {"g", ColumnType::json}});
  builder.text("").int64(INT64_MIN).float64(-0.5).boolean(false).timestamp(moment);
  builder.timestamp(moment).text(R"({"k":[1]})");
  for (int i = 0; i < 7; ++i) builder.null();
  REQUIRE(db->ingest("main.t", std::move(builder).finish(), IngestMode::replace));
  auto rows = db->query("SELECT * FROM t ORDER BY b NULLS LAST");
  REQUIRE(*rows->next());
  CHECK_FALSE(rows->is_null(0));
  CHECK(rows->text(0).empty());
  CHECK(rows->int64(1) == INT64_MIN);
  CHECK(rows->float64(2) == -0.5);
  CHECK_FALSE(rows->boolean(3));
  CHECK(rows->timestamp(4) == moment);
  CHECK(rows->text(5) == "1969-12-31");  // a time before 1970 is on the day before
  CHECK(rows->json(6) == Json::object({{"k", Json::array({1})}}));
  REQUIRE(*rows->next());
  for (std::size_t i = 0; i < 7; ++i) {
    CHECK(rows->is_null(i));
    CHECK(rows->text(i).empty());
    CHECK(rows->json(i).is_null());
  }
  CHECK(rows->int64(1) == 0);
  CHECK(rows->timestamp(4) == Time{});
}

TEST_CASE("bytes that are no UTF-8 become the replacement character, the rest stays") {
  const Memory db;
  BatchBuilder builder({{"a", ColumnType::text}});
  builder.text("ok \xFF\xC3 \xC3\xA9 \xE2\x82").text("\x80");
  REQUIRE(db->ingest("main.t", std::move(builder).finish(), IngestMode::replace));
  CHECK(*db->text("SELECT a FROM t WHERE length(a) > 1") ==
        "ok \xEF\xBF\xBD\xEF\xBF\xBD \xC3\xA9 \xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK(*db->text("SELECT a FROM t WHERE length(a) = 1") == "\xEF\xBF\xBD");
}

TEST_CASE("any rows come back in order, whatever the size") {
  const Memory db;
  CHECK(rc::check([&] {
    const auto count = *rc::gen::elementOf(std::vector<int>{0, 1, 2047, 2048, 2049, 4096, 5000});
    const auto numbers = *rc::gen::container<std::vector<std::int64_t>>(
        static_cast<std::size_t>(count), rc::gen::arbitrary<std::int64_t>());
    BatchBuilder builder({{"i", ColumnType::int64}, {"t", ColumnType::text}});
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      i % 7 == 0 ? builder.null() : builder.int64(numbers[i]);
      builder.text(std::to_string(numbers[i]));
    }
    RC_ASSERT(*db->ingest("main.t", std::move(builder).finish(), IngestMode::replace) == count);
    auto rows = db->query("SELECT * FROM t");
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      RC_ASSERT(*rows->next());
      RC_ASSERT(rows->is_null(0) == (i % 7 == 0));
      if (i % 7 != 0) RC_ASSERT(rows->int64(0) == numbers[i]);
      RC_ASSERT(rows->text(1) == std::to_string(numbers[i]));
    }
    RC_ASSERT(!*rows->next());
  }));
}

TEST_CASE("an answer can be handed on as Arrow from the row after the current one") {
  const Memory db;
  auto rows = db->query("SELECT i, 'v' || i AS t FROM range(5000) r(i)");
  for (int i = 0; i < 10; ++i) REQUIRE(*rows->next());
  nanoarrow::UniqueArrayStream stream;
  rows->release_to(stream.get());
  CHECK_FALSE(*rows->next());
  nanoarrow::UniqueSchema schema;
  REQUIRE(stream->get_schema(stream.get(), schema.get()) == 0);
  CHECK(std::string_view(schema->children[1]->name) == "t");
  std::int64_t seen = 0;
  while (true) {
    nanoarrow::UniqueArray array;
    REQUIRE(stream->get_next(stream.get(), array.get()) == 0);
    if (array->release == nullptr) break;
    const auto* values = static_cast<const std::int64_t*>(array->children[0]->buffers[1]);
    for (std::int64_t i = 0; i < array->length; ++i) {
      REQUIRE(values[array->offset + array->children[0]->offset + i] == 10 + seen++);
    }
  }
  CHECK(seen == 4990);
}

TEST_CASE("whole numbers beyond 64 bits are refused, not cut") {
  const Memory db;
  auto rows = db->query("SELECT 170141183460469231731687303715884105727::HUGEINT");
  CHECK(rows->next().error().code == "R0202");
  CHECK(db->query("SELECT 18446744073709551615::UBIGINT")->next().error().code == "R0202");
  CHECK(*db->count("SELECT (-9223372036854775808)::HUGEINT") == INT64_MIN);
}

TEST_CASE("a type without a reading asks for a cast") {
  const Memory db;
  const auto rows = db->query("SELECT '101'::BIT AS flags");
  REQUIRE_FALSE(rows);
  CHECK(rows.error().code == "R0206");
  CHECK(rows.error().message.find("flags") != std::string::npos);
}

}  // namespace
}  // namespace rondo::warehouse
