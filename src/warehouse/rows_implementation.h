#pragma once

#include "warehouse/batch.h"

namespace rondo::warehouse {

/// What each engine's answer must be able to do; `Rows` is the same for all of them. The accessors
/// keep the promises of `Rows`.
class Rows::Implementation {
 public:
  Implementation() = default;
  Implementation(const Implementation&) = delete;
  Implementation& operator=(const Implementation&) = delete;
  virtual ~Implementation() = default;

  [[nodiscard]] virtual std::span<const Column> columns() const = 0;
  virtual Result<bool> next() = 0;
  [[nodiscard]] virtual bool is_null(std::size_t column) const = 0;
  [[nodiscard]] virtual std::string_view text(std::size_t column) const = 0;
  [[nodiscard]] virtual std::int64_t int64(std::size_t column) const = 0;
  [[nodiscard]] virtual double float64(std::size_t column) const = 0;
  [[nodiscard]] virtual Time timestamp(std::size_t column) const = 0;
  /// Gives `self` (this object) to the stream, which answers the rows after the current one.
  virtual void release_to(std::unique_ptr<Implementation> self, ArrowArrayStream* out) = 0;
};

}  // namespace rondo::warehouse
