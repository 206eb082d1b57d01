#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "warehouse/dialect.h"

namespace rondo::sqltest {

/// `sql` with every `{{function(argument, …)}}` replaced by what the dialect says. Arguments are
/// taken as they stand, trimmed; 'quoted' ones lose their quotes. Lists of names stand in brackets:
/// `{{upsert(main.t, main.s, [k], [a b])}}`.
[[nodiscard]] Result<std::string> put_fragments(std::string_view sql,
                                                const warehouse::Dialect& dialect);

}  // namespace rondo::sqltest
