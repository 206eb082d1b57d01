#include "guard/contract.h"

#include <array>

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace rondo::guard {
namespace {

using model::ColumnType;
using model::Contract;
using model::ContractColumn;

Contract of(std::vector<ContractColumn> columns) {
  Contract contract;
  contract.name = "order_completed";
  contract.columns = std::move(columns);
  return contract;
}

ContractColumn column(std::string name, ColumnType type = ColumnType::text) {
  ContractColumn made;
  made.name = std::move(name);
  made.type = type;
  return made;
}

std::string said(const Contract& contract, std::string_view record) {
  const auto check = ContractCheck::make(contract);
  REQUIRE(check);
  return text_of(check->check(*Json::parse(record)));
}

TEST_CASE("every type takes its own and says what it got instead") {
  struct Case {
    ColumnType type;
    std::string_view value;
    std::string_view says;
  };
  constexpr std::array cases{
      Case{ColumnType::text, "\"a\"", ""},
      Case{ColumnType::text, "1", "`x` is a whole number, promised was text"},
      Case{ColumnType::int64, "7", ""},
      Case{ColumnType::int64, "7.0", ""},
      Case{ColumnType::int64, "7.5", "`x` is a number, promised was int64"},
      Case{ColumnType::int64, "\"7\"", "`x` is text, promised was int64"},
      Case{ColumnType::float64, "7", ""},
      Case{ColumnType::float64, "7.5", ""},
      Case{ColumnType::float64, "true", "`x` is a boolean, promised was float64"},
      Case{ColumnType::boolean, "false", ""},
      Case{ColumnType::boolean, "0", "`x` is a whole number, promised was boolean"},
      Case{ColumnType::timestamp, "\"2026-11-24T10:15:00Z\"", ""},
      Case{ColumnType::timestamp, "\"yesterday\"", "`x` is text, promised was timestamp"},
      Case{ColumnType::timestamp, "1764000000", "`x` is a whole number, promised was timestamp"},
      Case{ColumnType::date, "\"2026-11-24\"", ""},
      Case{ColumnType::date, "\"2026-11-24T10:15:00Z\"", "`x` is text, promised was date"},
      Case{ColumnType::date, "\"2026-02-30\"", "`x` is text, promised was date"},
      Case{ColumnType::json, "[1]", ""},
      Case{ColumnType::text, "[1]", "`x` is a list, promised was text"},
      Case{ColumnType::text, "{}", "`x` is an object, promised was text"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.value);
    CHECK(said(of({column("x", c.type)}), "{\"x\":" + std::string(c.value) + "}") == c.says);
  }
}

TEST_CASE("missing and null are the same, and matter only where something was promised") {
  auto required = column("id");
  required.required = true;
  const auto contract = of({required, column("note")});
  CHECK(said(contract, R"({"note":null})") == "`id` is missing");
  CHECK(said(contract, R"({"id":null})") == "`id` is missing");
  CHECK(said(contract, R"({"id":""})").empty());
  CHECK(said(contract, "7") == "`id` is missing");
}

TEST_CASE("bounds hold at the limit") {
  auto amount = column("amount", ColumnType::float64);
  amount.minimum = 0;
  amount.maximum = 99.5;
  const auto contract = of({amount});
  CHECK(said(contract, R"({"amount":0})").empty());
  CHECK(said(contract, R"({"amount":-0.01})") == "`amount` is below 0");
  CHECK(said(contract, R"({"amount":99.5})").empty());
  CHECK(said(contract, R"({"amount":99.51})") == "`amount` is above 99.5");
}

TEST_CASE("one of several, by text; long lists are cut") {
  auto currency = column("currency");
  currency.one_of = {"EUR", "USD"};
  auto size = column("size", ColumnType::int64);
  size.one_of = {"1", "2", "3", "4", "5", "6", "7", "8", "9", "10"};
  const auto contract = of({currency, size});
  CHECK(said(contract, R"({"currency":"EUR","size":10})").empty());
  CHECK(said(contract, R"({"currency":"eur","size":11})") ==
        "`currency` is not one of EUR, USD; `size` is not one of 1, 2, 3, 4, 5, 6, 7, 8 or 2 more");
}

TEST_CASE("a pattern speaks of the whole text, up to its limit, and is never shown the value") {
  auto id = column("id");
  id.pattern = "A+";
  const auto contract = of({id});
  CHECK(said(contract, R"({"id":"AAA"})").empty());
  CHECK(said(contract, R"({"id":"secret"})") == "`id` does not match `A+`");
  const auto long_one = [](std::size_t size) {
    return "{\"id\":\"" + std::string(size, 'A') + "\"}";
  };
  CHECK(said(contract, long_one(ContractCheck::pattern_bytes_max)).empty());
  CHECK_FALSE(said(contract, long_one(ContractCheck::pattern_bytes_max + 1)).empty());
}

TEST_CASE("a pattern that is none is refused with the column's place") {
  auto id = column("id");
  id.pattern = "(";
  id.where = Position{"contracts/order.yaml", 7, 14, 1};
  const auto check = ContractCheck::make(of({id}));
  REQUIRE_FALSE(check);
  CHECK(check.error().code == "R0051");
  CHECK(check.error().where == id.where);
}

TEST_CASE("a dot reaches into objects, unless a member has that very name") {
  auto sku = column("product.sku");
  sku.required = true;
  const auto contract = of({sku});
  CHECK(said(contract, R"({"product":{"sku":"x"}})").empty());
  CHECK(said(contract, R"({"product.sku":"x"})").empty());
  CHECK(said(contract, R"({"product":"x"})") == "`product.sku` is missing");
}

TEST_CASE("a closed contract refuses what it does not name; an open one lets it pass") {
  auto contract = of({column("id"), column("product.sku")});
  constexpr std::string_view record = R"({"id":"1","product":{"sku":"x"},"prod":1,"idx":2})";
  CHECK(said(contract, record).empty());
  contract.closed = true;
  CHECK(said(contract, record) == "`prod` is not declared; `idx` is not declared");
}

TEST_CASE("unique columns: the same value twice, whatever else the record holds") {
  auto id = column("id", ColumnType::json);
  id.unique = true;
  UniqueColumns unique(of({id, column("note")}), 7);
  const auto check = [&unique](std::string_view record) {
    return text_of(unique.check(*Json::parse(record)));
  };
  CHECK(check(R"({"id":"1","note":"a"})").empty());
  CHECK(check(R"({"id":1,"note":"a"})").empty());  // a number is no text
  CHECK(check(R"({"id":"1","note":"b"})") == "`id` came before");
  CHECK(check(R"({"note":"a"})").empty());
  CHECK(check(R"({"id":null})").empty());
  CHECK(check(R"({"id":null})").empty());
}

TEST_CASE(
    "each violation names its column once, and a record without values breaks only `required`") {
  CHECK(rc::check([] {
    Contract contract;
    for (auto left = *rc::gen::inRange(0, 6); left > 0; --left) {
      auto one =
          column("c" + std::to_string(left),
                 *rc::gen::element(ColumnType::text, ColumnType::int64, ColumnType::boolean));
      one.required = *rc::gen::arbitrary<bool>();
      if (*rc::gen::arbitrary<bool>()) one.minimum = 5;
      if (*rc::gen::arbitrary<bool>()) one.one_of = {"a", "7"};
      contract.columns.push_back(one);
    }
    Json record = Json::object();
    for (const auto& one : contract.columns) {
      const Json value = *rc::gen::element(Json(), Json(7), Json("a"), Json(true), Json(1.5));
      if (*rc::gen::arbitrary<bool>()) record.set(one.name, value);
    }
    const auto check = *ContractCheck::make(contract);
    const auto violations = check.check(record);
    for (std::size_t i = 1; i < violations.size(); ++i) {
      RC_ASSERT(violations[i - 1].column != violations[i].column);
    }
    std::size_t required = 0;
    for (const auto& one : contract.columns) required += one.required ? 1 : 0;
    const auto of_nothing = check.check(Json::object());
    RC_ASSERT(of_nothing.size() == required);
    for (const auto& violation : of_nothing) {
      const bool is_required = violation.promise == Promise::required;
      RC_ASSERT(is_required);
    }
  }));
}

}  // namespace
}  // namespace rondo::guard
