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
// By a counter, not by line: all of a macro's argument stands on one line, and it may hold a lambda
// that tries too.
#define RONDO_UNIQUE(name) RONDO_JOIN(name, __COUNTER__)

#define RONDO_TRY_(result, expression, leave)                    \
  do {                                                           \
    auto&& result = (expression);                                \
    if (!result) leave ::rondo::fail(std::move(result).error()); \
  } while (false)
#define RONDO_TRY_ASSIGN_(result, target, expression, leave)   \
  auto result = (expression);                                  \
  if (!result) leave ::rondo::fail(std::move(result).error()); \
  target = std::move(*result)

/// Leaves the function with the error of `expression`, if it has one. `CO_TRY` is its twin in
/// coroutines.
#define TRY(expression) RONDO_TRY_(RONDO_UNIQUE(tried_), expression, return )
#define CO_TRY(expression) RONDO_TRY_(RONDO_UNIQUE(tried_), expression, co_return )

/// `TRY_ASSIGN(auto rows, warehouse.query(sql));` takes the value or leaves with the error.
#define TRY_ASSIGN(target, expression) \
  RONDO_TRY_ASSIGN_(RONDO_UNIQUE(tried_), target, expression, return )
#define CO_TRY_ASSIGN(target, expression) \
  RONDO_TRY_ASSIGN_(RONDO_UNIQUE(tried_), target, expression, co_return )
