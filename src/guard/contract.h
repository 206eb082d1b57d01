#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/hash.h"
#include "base/json.h"
#include "base/result.h"
#include "guard/pattern.h"
#include "model/contract.h"

namespace rondo::guard {

/// Which promise a value breaks.
enum class Promise { type, required, one_of, pattern, minimum, maximum, unique, declared };

[[nodiscard]] std::string_view name_of(Promise promise);

struct Violation {
  std::string column;
  Promise promise;
  /// "`amount` is text, promised was float64". Never holds the value itself: it may be personal.
  std::string message;
};

/// "`a` is missing; `b` is text, promised was int64"
[[nodiscard]] std::string text_of(const std::vector<Violation>& violations);

/// A contract made ready to judge records, one by one, from values alone.
///
/// Types: int64 takes whole numbers, `3.0` too; float64 any number; timestamp what RFC 3339 knows;
/// date "2026-11-24"; json anything. Null is the same as missing. A column "a.b" is the member of
/// that very name or, without one, `b` inside the object `a`. Bounds hold for numbers; one_of and
/// pattern for the text of any value. A closed contract also refuses members that it does not name.
/// Uniqueness is not the business of one record: see UniqueColumns.
class ContractCheck {
 public:
  /// Texts longer than this match no pattern.
  static constexpr std::size_t pattern_bytes_max = 4'096;

  /// Error R0051: a pattern that is none; with the column's position.
  static Result<ContractCheck> make(model::Contract contract);

  /// In the order of the contract's columns, then of the record's undeclared members; at most one
  /// for each column. Empty: kept in full.
  [[nodiscard]] std::vector<Violation> check(const Json& record) const;
  [[nodiscard]] const model::Contract& contract() const { return contract_; }

 private:
  explicit ContractCheck(model::Contract contract) : contract_(std::move(contract)) {}
  [[nodiscard]] std::optional<Violation> judge(std::size_t column, const Json& value) const;
  [[nodiscard]] bool is_declared(std::string_view member) const;

  model::Contract contract_;
  std::vector<std::optional<Pattern>> patterns_;  ///< one for each column
};

/// The value of a column in a record: the shared null if it has none.
[[nodiscard]] const Json& value_of(const Json& record, std::string_view column);

/// Watches the unique columns over the records of one batch or file. Equal means: the same JSON
/// text. Holds 16 bytes for each value, of at most `values_max` for each column; a batch with more
/// is the warehouse's to judge.
class UniqueColumns {
 public:
  static constexpr std::size_t values_max = 1U << 22;

  UniqueColumns(const model::Contract& contract, std::uint64_t seed);

  /// The columns whose value came before; the values of this record are known from now on.
  std::vector<Violation> check(const Json& record);

 private:
  std::uint64_t seed_;
  std::map<std::string, std::unordered_set<Hash128>> seen_;
};

}  // namespace rondo::guard
