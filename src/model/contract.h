#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/position.h"

namespace rondo::model {

/// The types a contract, a warehouse column and a destination field are described in.
enum class ColumnType { text, int64, float64, boolean, timestamp, date, json };

[[nodiscard]] std::string_view name_of(ColumnType type);
/// Accepts the Open Data Contract Standard's logical types and usual physical names: string,
/// integer, number…
[[nodiscard]] std::optional<ColumnType> column_type_of(std::string_view name);

struct ContractColumn {
  std::string
      name;  ///< a property of the event or a column of the table; "a.b" reaches into objects
  ColumnType type = ColumnType::text;
  bool required = false;
  bool unique = false;
  std::optional<double> minimum{};
  std::optional<double> maximum{};
  std::optional<std::string> pattern{};  ///< ECMAScript regular expression, whole value
  std::vector<std::string> one_of{};     ///< empty: anything
  std::vector<std::string> purposes{};   ///< empty: those of the source
  Position where{};
};

/// What the sender of some data promises: shape and values.
struct Contract {
  std::string name;
  std::vector<ContractColumn> columns;
  bool closed = false;  ///< true: properties that it does not name break it
  Position where{};
};

}  // namespace rondo::model
