#include "warehouse/batch.h"

#include <utility>

#include "base/check.h"
#include "base/text.h"
#include "warehouse/batch_implementation.h"

namespace rondo::warehouse {
namespace {

// nanoarrow fails only for want of memory or by a wrong call: neither is an expected failure.
void must(ArrowErrorCode code) { PROMISE(code == NANOARROW_OK); }

ArrowType arrow_type(ColumnType type) {
  switch (type) {
    case ColumnType::text:
    case ColumnType::json: return NANOARROW_TYPE_LARGE_STRING;
    case ColumnType::int64: return NANOARROW_TYPE_INT64;
    case ColumnType::float64: return NANOARROW_TYPE_DOUBLE;
    case ColumnType::boolean: return NANOARROW_TYPE_BOOL;
    case ColumnType::timestamp: return NANOARROW_TYPE_TIMESTAMP;
    case ColumnType::date: return NANOARROW_TYPE_DATE32;
  }
  __builtin_unreachable();
}

void set_type(ArrowSchema* schema, ColumnType type) {
  const ArrowType arrow = arrow_type(type);
  if (arrow == NANOARROW_TYPE_TIMESTAMP) {
    must(ArrowSchemaSetTypeDateTime(schema, arrow, NANOARROW_TIME_UNIT_MICRO, nullptr));
  } else {
    must(ArrowSchemaSetType(schema, arrow));
  }
}

nanoarrow::UniqueSchema schema_of(const std::vector<Column>& columns) {
  nanoarrow::UniqueSchema schema;
  ArrowSchemaInit(schema.get());
  must(ArrowSchemaSetTypeStruct(schema.get(), static_cast<std::int64_t>(columns.size())));
  for (std::size_t i = 0; i < columns.size(); ++i) {
    ArrowSchema* child = schema->children[i];
    set_type(child, columns[i].type);
    must(ArrowSchemaSetName(child, columns[i].name.c_str()));
    if (!columns[i].nullable) child->flags &= ~ARROW_FLAG_NULLABLE;
  }
  return schema;
}

/// Length of the well-formed sequence at the start of `text`, 0 if there is none.
std::size_t character_length(std::string_view text) {
  for (std::size_t length = 1; length <= 4 && length <= text.size(); ++length) {
    if (is_utf8(text.substr(0, length))) return length;
  }
  return 0;
}

std::string repaired(std::string_view text) {
  std::string good;
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    good += length == 0 ? std::string_view{"\xEF\xBF\xBD"} : text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return good;
}

}  // namespace

Batch::Batch(std::unique_ptr<Implementation> implementation)
    : implementation_(std::move(implementation)) {}
Batch::Batch(Batch&&) noexcept = default;
Batch& Batch::operator=(Batch&&) noexcept = default;
Batch::~Batch() = default;

std::span<const Column> Batch::columns() const { return implementation_->columns; }

std::int64_t Batch::rows() const {
  return implementation_->array->release == nullptr ? 0 : implementation_->array->length;
}

void Batch::release_to(ArrowArrayStream* out) {
  nanoarrow::UniqueSchema schema;
  must(ArrowSchemaDeepCopy(implementation_->schema.get(), schema.get()));
  const bool full = implementation_->array->release != nullptr;
  must(ArrowBasicArrayStreamInit(out, schema.get(), full ? 1 : 0));
  if (full) ArrowBasicArrayStreamSetArray(out, 0, implementation_->array.get());
}

class BatchBuilder::Implementation {
 public:
  explicit Implementation(std::vector<Column> columns)
      : batch(std::make_unique<Batch::Implementation>()) {
    PROMISE(!columns.empty());
    batch->schema = schema_of(columns);
    batch->columns = std::move(columns);
    must(ArrowArrayInitFromSchema(batch->array.get(), batch->schema.get(), nullptr));
    must(ArrowArrayStartAppending(batch->array.get()));
  }

  /// The column whose turn it is; a value is about to be appended to it.
  ArrowArray* next_column() { return batch->array->children[next]; }
  [[nodiscard]] const Column& description() const { return batch->columns[next]; }

  void step() {
    if (++next < batch->columns.size()) return;
    next = 0;
    must(ArrowArrayFinishElement(batch->array.get()));
  }

  std::unique_ptr<Batch::Implementation> batch;
  std::size_t next = 0;
};

BatchBuilder::BatchBuilder(std::vector<Column> columns)
    : implementation_(std::make_unique<Implementation>(std::move(columns))) {}
BatchBuilder::BatchBuilder(BatchBuilder&&) noexcept = default;
BatchBuilder::~BatchBuilder() = default;

BatchBuilder& BatchBuilder::null() {
  PROMISE(implementation_->description().nullable);
  must(ArrowArrayAppendNull(implementation_->next_column(), 1));
  implementation_->step();
  return *this;
}

BatchBuilder& BatchBuilder::text(std::string_view value) {
  const ColumnType type = implementation_->description().type;
  PROMISE(type == ColumnType::text || type == ColumnType::json);
  // A warehouse trusts Arrow text to be UTF-8 and would carry bad bytes to where they cannot be
  // cast.
  const std::string good = is_utf8(value) ? std::string() : repaired(value);
  if (!good.empty()) value = good;
  const ArrowStringView view{value.data(), static_cast<std::int64_t>(value.size())};
  must(ArrowArrayAppendString(implementation_->next_column(), view));
  implementation_->step();
  return *this;
}

BatchBuilder& BatchBuilder::int64(std::int64_t value) {
  PROMISE(implementation_->description().type == ColumnType::int64);
  must(ArrowArrayAppendInt(implementation_->next_column(), value));
  implementation_->step();
  return *this;
}

BatchBuilder& BatchBuilder::float64(double value) {
  PROMISE(implementation_->description().type == ColumnType::float64);
  must(ArrowArrayAppendDouble(implementation_->next_column(), value));
  implementation_->step();
  return *this;
}

BatchBuilder& BatchBuilder::boolean(bool value) {
  PROMISE(implementation_->description().type == ColumnType::boolean);
  must(ArrowArrayAppendInt(implementation_->next_column(), value ? 1 : 0));
  implementation_->step();
  return *this;
}

BatchBuilder& BatchBuilder::timestamp(Time value) {
  const ColumnType type = implementation_->description().type;
  PROMISE(type == ColumnType::timestamp || type == ColumnType::date);
  const auto days = std::chrono::floor<std::chrono::days>(value).time_since_epoch().count();
  const auto number = type == ColumnType::date ? days : value.time_since_epoch().count();
  must(ArrowArrayAppendInt(implementation_->next_column(), number));
  implementation_->step();
  return *this;
}

std::int64_t BatchBuilder::rows() const { return implementation_->batch->array->length; }

Batch BatchBuilder::finish() && {
  PROMISE(implementation_->next == 0);
  must(ArrowArrayFinishBuildingDefault(implementation_->batch->array.get(), nullptr));
  return Batch(std::move(implementation_->batch));
}

}  // namespace rondo::warehouse
