#include "warehouse/new_rows.h"

#include <memory>
#include <string>

#include <doctest/doctest.h>

#include "warehouse/system_tables.h"

namespace rondo::warehouse {
namespace {

template <class T>
T value_of(Result<T> result) {
  REQUIRE_MESSAGE(result.has_value(), (result ? std::string{} : result.error().text()));
  return std::move(*result);
}

/// A table that a reader follows, taking in what is new.
class Follower {
 public:
  explicit Follower(GrowsBy grows)
      : grows_(grows),
        warehouse_(value_of(open_duckdb(""))),
        session_(value_of(warehouse_->connect())) {
    REQUIRE(ensure_system_tables(*session_).has_value());
  }
  void run(std::string_view sql) { value_of(session_->execute(sql)); }

  NewRows look() {
    return value_of(new_rows(*session_, "reader", "raw.followed", "place", grows_));
  }

  /// The names that are read now, and remembered as read.
  std::string take() {
    const NewRows fresh = look();
    const std::string names = value_of(session_->text(
        "select coalesce(string_agg(name, '' order by name), '') from raw.followed where " +
        fresh.condition));
    REQUIRE(remember(*session_, fresh).has_value());
    return names;
  }

 private:
  GrowsBy grows_;
  std::unique_ptr<Warehouse> warehouse_;
  std::unique_ptr<Session> session_;
};

TEST_CASE("a table that does not exist, or is empty, has no new rows") {
  Follower follower(GrowsBy::number);
  CHECK(follower.look().condition == "false");
  follower.run("create table raw.followed (name text, place bigint)");
  CHECK(follower.take().empty());
  CHECK_FALSE(follower.look().from_start);
}

TEST_CASE("each row is new once, also the one at position 0") {
  Follower follower(GrowsBy::number);
  follower.run(
      "create table raw.followed as select * from (values ('a', 0), ('b', 5)) t(name, place)");
  CHECK(follower.take() == "ab");
  CHECK(follower.take().empty());
  follower.run("insert into raw.followed values ('c', 6), ('d', 7)");
  CHECK_FALSE(follower.look().from_start);
  CHECK(follower.take() == "cd");
  CHECK(follower.look().condition == "false");
}

TEST_CASE("a row that came in behind makes everything new again, once") {
  Follower follower(GrowsBy::number);
  follower.run(
      "create table raw.followed as select * from (values ('a', 1), ('b', 5)) t(name, place)");
  follower.take();
  follower.run("insert into raw.followed values ('late', 3)");
  CHECK(follower.look().from_start);
  CHECK(follower.take() == "ablate");
  CHECK(follower.take().empty());
}

TEST_CASE("a row that is gone makes everything new again, down to an empty table") {
  Follower follower(GrowsBy::number);
  follower.run(
      "create table raw.followed as select * from (values ('a', 1), ('b', 5)) t(name, place)");
  follower.take();
  follower.run("delete from raw.followed where name = 'a'");
  CHECK(follower.take() == "b");
  follower.run("delete from raw.followed");
  CHECK(follower.take().empty());
  follower.run("insert into raw.followed values ('c', 2)");
  CHECK(follower.take() == "c");
}

TEST_CASE("what comes in after the look is left for the next") {
  Follower follower(GrowsBy::number);
  follower.run("create table raw.followed as select 'a' as name, 1 as place");
  const NewRows fresh = follower.look();
  CHECK(fresh.condition.find("<= 1") != std::string::npos);
}

TEST_CASE("a time is a position to the microsecond; a replaced row moves and is read again") {
  Follower follower(GrowsBy::time);
  follower.run(
      "create table raw.followed as select * from (values "
      "('a', timestamp '2026-01-01 00:00:00.000001'), "
      "('b', timestamp '2026-01-01 00:00:00.000002')) t(name, place)");
  CHECK(follower.take() == "ab");
  CHECK(follower.take().empty());
  follower.run("insert into raw.followed values ('c', timestamp '2026-01-01 00:00:00.000003')");
  CHECK(follower.take() == "c");
  follower.run("update raw.followed set place = timestamp '2026-01-02' where name = 'a'");
  CHECK(follower.take().find('a') != std::string::npos);
  CHECK(follower.take().empty());
}

}  // namespace
}  // namespace rondo::warehouse
