#include "base/check.h"
#include "warehouse/rows_implementation.h"

namespace rondo::warehouse {

Rows::Rows(std::unique_ptr<Implementation> implementation)
    : implementation_(std::move(implementation)) {}
Rows::Rows(Rows&&) noexcept = default;
Rows& Rows::operator=(Rows&&) noexcept = default;
Rows::~Rows() = default;

std::span<const Column> Rows::columns() const {
  if (implementation_ == nullptr) return {};
  return implementation_->columns();
}

Result<bool> Rows::next() {
  if (implementation_ == nullptr) return false;
  return implementation_->next();
}

bool Rows::is_null(std::size_t column) const { return implementation_->is_null(column); }
std::string_view Rows::text(std::size_t column) const { return implementation_->text(column); }
std::int64_t Rows::int64(std::size_t column) const { return implementation_->int64(column); }
double Rows::float64(std::size_t column) const { return implementation_->float64(column); }
bool Rows::boolean(std::size_t column) const { return implementation_->int64(column) != 0; }
Time Rows::timestamp(std::size_t column) const { return implementation_->timestamp(column); }

Json Rows::json(std::size_t column) const {
  if (is_null(column)) return {};
  switch (columns()[column].type) {
    case ColumnType::int64: return int64(column);
    case ColumnType::float64: return float64(column);
    case ColumnType::boolean: return boolean(column);
    case ColumnType::json:
      if (auto parsed = Json::parse(text(column)); parsed) return *std::move(parsed);
      return text(column);  // too deep for us: kept, though only as its text
    case ColumnType::text:
    case ColumnType::timestamp:
    case ColumnType::date: return text(column);
  }
  __builtin_unreachable();
}

void Rows::release_to(ArrowArrayStream* out) {
  PROMISE(implementation_ != nullptr);
  auto* implementation = implementation_.get();
  implementation->release_to(std::move(implementation_), out);
}

}  // namespace rondo::warehouse
