#include "warehouse/duckdb/duck_error.h"

#include <doctest/doctest.h>

namespace rondo::warehouse::duck {
namespace {

std::string json(std::string_view type, std::string_view message, std::string_view rest = "") {
  return R"({"exception_type":")" + std::string(type) + R"(","exception_message":")" +
         std::string(message) + "\"" + std::string(rest) + "}";
}

TEST_CASE("each of DuckDB's errors has one meaning here") {
  struct Expected {
    const char* type;
    const char* message;
    const char* code;
    ErrorKind kind;
  };
  for (const Expected& expected : {
           Expected{"Parser", "syntax error", "R0201", ErrorKind::permanent},
           Expected{"Binder", "no column", "R0201", ErrorKind::permanent},
           Expected{"Catalog", "no table", "R0201", ErrorKind::permanent},
           Expected{"Constraint", "NOT NULL", "R0202", ErrorKind::rejected},
           Expected{"Conversion", "no number", "R0202", ErrorKind::rejected},
           Expected{"Out of Range", "too big", "R0202", ErrorKind::rejected},
           Expected{"TransactionContext", "Conflict on update!", "R0203", ErrorKind::transient},
           Expected{"TransactionContext", "write-write conflict", "R0203", ErrorKind::transient},
           Expected{"TransactionContext", "Failed to commit: UNIQUE constraint violation", "R0202",
                    ErrorKind::rejected},
           Expected{"TransactionContext", "Current transaction is aborted", "R0206",
                    ErrorKind::permanent},
           Expected{"Interrupt", "Interrupted!", "R0204", ErrorKind::transient},
           Expected{"INTERRUPT", "Interrupted!", "R0204", ErrorKind::transient},
           Expected{"Out of Memory", "no block", "R0205", ErrorKind::transient},
           Expected{"IO", "write: No space left on device", "R0205", ErrorKind::transient},
           Expected{"IO", "no such file", "R0206", ErrorKind::permanent},
           Expected{"Something New", "?", "R0206", ErrorKind::permanent},
       }) {
    const std::string type = expected.type;
    const std::string message = expected.message;
    CAPTURE(type);
    CAPTURE(message);
    for (const std::string& said : {json(type, message), type + " Error: " + message,
                                    type + " Error: " + json(type, message)}) {
      const Error error = to_error(said, "");
      CHECK(error.code == expected.code);
      CHECK(error.kind == expected.kind);
      CHECK_FALSE(error.message.empty());
    }
  }
}

TEST_CASE("the place is counted in lines and characters") {
  const auto place = [](std::string_view sql, std::string_view offset) {
    const std::string rest = R"(,"position":")" + std::string(offset) + "\"";
    return *to_error(json("Binder", "x", rest), sql).where;
  };
  CHECK(place("SELECT nosuch, 1", "7") == Position{"", 1, 8, 6});
  CHECK(place("SELECT 'é',\n  nosuch", "15") == Position{"", 2, 3, 6});
  CHECK(place("SELECT \"no such\" x", "7") == Position{"", 1, 8, 9});
  CHECK(place("SELECT (", "8") == Position{"", 1, 9, 1});   // at the end
  CHECK(place("SELECT (", "99") == Position{"", 1, 9, 1});  // never beyond it
  CHECK_FALSE(to_error(json("Binder", "x"), "SELECT 1").where);
}

TEST_CASE("the first line is the message, the rest a hint") {
  const Error error = to_error(
      json("Catalog", R"(Table with name ordres does not exist!\nDid you mean \"orders\"?)"), "");
  CHECK(error.message == "Table with name ordres does not exist");
  CHECK(error.hint == "Did you mean \"orders\"?");
}

TEST_CASE("values that might be personal never get into a message") {
  for (
      const auto& [type, said, expected] : {
          std::tuple{"Conversion", "Could not convert string 'ada@x.org' to INT64",
                     "Could not convert string '…' to INT64"},
          std::tuple{"Conversion", "Could not convert string 'o'hara' to INT64",
                     "Could not convert string '…' to INT64"},
          std::tuple{
              "Constraint",
              R"(Duplicate key \"type: email, value: ada@x.org\" violates primary key constraint.)",
              "Duplicate key \"type: …\" violates primary key constraint"},
          std::tuple{"Constraint", "NOT NULL constraint failed: t.email",
                     "NOT NULL constraint failed: t.email"},
          std::tuple{"Conversion",
                     R"(Malformed JSON at byte 1 of input: unexpected.  Input: \"{ada\")",
                     "Malformed JSON at byte 1 of input: unexpected"},
      }) {
    CHECK(to_error(json(type, said), "").message == expected);
  }
}

TEST_CASE("an open that failed names the holder or the reason") {
  const Error held = to_open_error(
      "IO Error: Could not set lock on file \"/x/w.duckdb\": Conflicting lock is held in "
      "/usr/bin/rondo (PID 4711). See also https://duckdb.org/docs",
      "w.duckdb");
  CHECK(held.code == "R0207");
  CHECK(held.kind == ErrorKind::transient);
  CHECK(held.message == "the warehouse w.duckdb is held by process 4711");
  CHECK(to_open_error("IO Error: Could not set lock on file", "w").message ==
        "the warehouse w is held by another process");
  CHECK(to_open_error("IO Error: No such folder", "w").code == "R0206");
}

}  // namespace
}  // namespace rondo::warehouse::duck
