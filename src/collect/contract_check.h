#pragma once

#include <optional>
#include <regex>
#include <string>
#include <vector>

#include "base/json.h"
#include "model/contract.h"

namespace rondo::collect {

/// A contract made ready for checking many records. Refers to the contract, which must outlive it.
///
/// A column that is missing or null breaks the contract only if it is required. Numbers are numbers
/// and texts are texts: "12" is no integer. A whole double is an integer. Timestamps and dates are
/// texts that `parse_time` reads. `unique` is a matter between records and not looked at here.
class ContractCheck {
 public:
  explicit ContractCheck(const model::Contract& contract);

  /// Every violation, in the order of the contract: "`total` is missing; `quantity` is not an
  /// integer". Empty if the record keeps the contract. Values are not repeated: they may be
  /// personal.
  [[nodiscard]] std::string violations(const Json& record) const;

  [[nodiscard]] const model::Contract& contract() const { return *contract_; }

 private:
  [[nodiscard]] std::string violation(std::size_t column, const Json& value) const;

  const model::Contract* contract_;
  std::vector<std::optional<std::regex>> patterns_;  ///< by column
};

/// Longer texts are not matched against a pattern but refused: the engine's stack grows with them.
constexpr std::size_t pattern_bytes_max = 4096;

}  // namespace rondo::collect
