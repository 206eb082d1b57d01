#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "base/error.h"
#include "model/project.h"
#include "warehouse/system_tables.h"
#include "warehouse/warehouse.h"

namespace rondo::test {

/// The value, or the end of the test with the error's words.
template <class T>
T must(Result<T> result) {
  if (!result) FAIL(result.error().code << ": " << result.error().text());
  return std::move(*result);
}
inline void must(Result<void> result) {
  if (!result) FAIL(result.error().code << ": " << result.error().text());
}

/// For tests of what meets in the warehouse: an empty one in memory, with the system tables.
class Bench {
 public:
  Bench() : warehouse_(must(warehouse::open_duckdb(""))), session_(must(warehouse_->connect())) {
    must(warehouse::ensure_system_tables(*session_));
  }

  warehouse::Session& session() { return *session_; }
  std::int64_t run(std::string_view sql) { return must(session_->execute(sql)); }

  /// Every row as "a|b|c", in the order of the query.
  std::vector<std::string> rows(std::string_view sql) {
    std::vector<std::string> found;
    auto answer = must(session_->query(sql));
    while (must(answer.next())) {
      std::string line;
      for (std::size_t i = 0; i < answer.columns().size(); ++i) {
        if (i > 0) line += '|';
        line += answer.is_null(i) ? "-" : std::string(answer.text(i));
      }
      found.push_back(std::move(line));
    }
    return found;
  }
  std::string one(std::string_view sql) {
    const auto found = rows(sql);
    return found.size() == 1 ? found.front() : std::to_string(found.size()) + " rows";
  }

  struct Event {
    std::string source = "web";
    std::string type = "track";
    std::string name{};
    std::string user_id{};
    std::string anonymous_id{};
    std::string previous_id{};
    std::string at = "2026-01-01";
    std::string properties{};
    std::string traits{};
    std::string context{};
  };
  /// Loads an event as the loader would; its id is `e1`, `e2` … in the order of the calls.
  void event(const Event& event) {
    const auto text = [](const std::string& value) {
      return value.empty() ? warehouse::Value{} : warehouse::Value{value};
    };
    const std::string& value = event.user_id.empty() ? event.anonymous_id : event.user_id;
    const std::string kind = event.user_id.empty() ? "anonymous_id" : "user_id";
    const Time time = must(parse_time(event.at));
    ++events_;
    must(session_->execute(
        "insert into raw.events values ($1, $2, $1, $3, $4, $5, $6, null, $7, $8, $9, $10, $10, "
        "$11, "
        "$12, $13, $14)",
        {"e" + std::to_string(events_), event.source, event.type, text(event.name),
         text(event.user_id), text(event.anonymous_id), text(event.previous_id),
         text(value.empty() ? "" : kind), text(value), time, text(event.properties),
         text(event.traits), text(event.context), events_}));
  }

 private:
  std::unique_ptr<warehouse::Warehouse> warehouse_;
  std::unique_ptr<warehouse::Session> session_;
  std::int64_t events_ = 0;
};

inline Time day(int number) {
  return must(parse_time("2026-01-01")) + std::chrono::hours{24} * (number - 1);
}

}  // namespace rondo::test
