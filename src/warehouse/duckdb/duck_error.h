#pragma once

#include <string_view>

#include "base/error.h"

namespace rondo::warehouse::duck {

/// What DuckDB said, as our error. `said` is its message, JSON (setting `errors_as_json`) or plain
/// "Binder Error: …"; `sql` is the whole text that was given, for line and column.
///
/// Messages about data lose the values they quote: an error never holds personal data.
[[nodiscard]] Error to_error(std::string_view said, std::string_view sql);

/// What opening the file `path` ended with.
[[nodiscard]] Error to_open_error(std::string_view said, std::string_view path);

}  // namespace rondo::warehouse::duck
