#pragma once

#include <vector>

#include <nanoarrow/nanoarrow.hpp>

#include "warehouse/batch.h"

namespace rondo::warehouse {

/// All rows as one Arrow struct array; text is large_utf8, times are microseconds without a zone.
class Batch::Implementation {
 public:
  std::vector<Column> columns;
  nanoarrow::UniqueSchema schema;
  nanoarrow::UniqueArray array;
};

}  // namespace rondo::warehouse
