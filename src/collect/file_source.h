#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "collect/loader.h"
#include "model/project.h"

namespace rondo::collect {

/// What a stream of a file source brought.
struct StreamReport {
  std::string source;
  std::string stream;
  std::int64_t files = 0;
  std::int64_t rows = 0;         ///< with distinct keys, that keep their contract
  std::int64_t added = 0;        ///< new in raw.<source>_<stream>
  std::int64_t replaced = 0;     ///< of a key that was there with other content
  std::int64_t quarantined = 0;  ///< newly set aside: malformed lines, no key, broken contract
  [[nodiscard]] std::int64_t unchanged() const { return rows - added - replaced; }
};

/// Brings all files of all streams of a file source into raw.<source>_<stream>; each stream is one
/// transaction. The same content again changes nothing. Columns of CSV and JSON lines are text
/// unless the contract types them; Parquet brings its own types. What breaks the contract, has no
/// key or is no row goes to rondo.quarantine, its neighbours are loaded. Errors: R0330 no such
/// file, R0331, R0334, R0335, or what the warehouse says.
[[nodiscard]] Result<std::vector<StreamReport>> load_files(const LoadContext& context,
                                                           const model::Source& source);

}  // namespace rondo::collect
