#pragma once

#include <utility>

#include <tl/expected.hpp>

#include "base/error.h"

namespace rondo {

/// A value, or the Error that explains why there is none. Nobody can ignore one by accident.
template <class T = void>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
  Result(tl::expected<T, Error> other) : tl::expected<T, Error>(std::move(other)) {}  // NOLINT
};

/// `return fail(ErrorKind::denied, "R0401", "HubSpot refused the token");`
[[nodiscard]] inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}
[[nodiscard]] inline tl::unexpected<Error> fail(ErrorKind kind, std::string code,
                                                std::string message, std::string hint = {}) {
  return fail(Error{kind, std::move(code), std::move(message), std::move(hint)});
}

}  // namespace rondo

#define RONDO_JOIN_(a, b) a##b
#define RONDO_JOIN(a, b) RONDO_JOIN_(a, b)
#define RONDO_UNIQUE(name) RONDO_JOIN(name, __LINE__)

/// Leaves the function with the error of `expression`, if it has one. `CO_TRY` is its twin in
/// coroutines.
#define TRY(expression)                                           \
  do {                                                            \
    auto&& tried_ = (expression);                                 \
    if (!tried_) return ::rondo::fail(std::move(tried_).error()); \
  } while (false)
#define CO_TRY(expression)                                           \
  do {                                                               \
    auto&& tried_ = (expression);                                    \
    if (!tried_) co_return ::rondo::fail(std::move(tried_).error()); \
  } while (false)

/// `TRY_ASSIGN(auto rows, warehouse.query(sql));` takes the value or leaves with the error.
#define TRY_ASSIGN(target, expression)                                                      \
  auto RONDO_UNIQUE(tried_) = (expression);                                                 \
  if (!RONDO_UNIQUE(tried_)) return ::rondo::fail(std::move(RONDO_UNIQUE(tried_)).error()); \
  target = std::move(*RONDO_UNIQUE(tried_))
#define CO_TRY_ASSIGN(target, expression)                                                      \
  auto RONDO_UNIQUE(tried_) = (expression);                                                    \
  if (!RONDO_UNIQUE(tried_)) co_return ::rondo::fail(std::move(RONDO_UNIQUE(tried_)).error()); \
  target = std::move(*RONDO_UNIQUE(tried_))
