#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/position.h"

namespace rondo {

/// What kind of failure it is. The kind alone decides retry, breaker and quarantine (see
/// guard/retry.h); whoever wraps a library or an API maps its errors to a kind once, at the edge.
enum class ErrorKind {
  transient,  ///< worked a moment ago, may work again: timeout before sending, reset, 5xx, lock
  throttled,  ///< refused for now by a limit; `retry_after` says until when, if they did
  rejected,   ///< this record is wrong, its neighbours are not
  denied,     ///< credentials or rights; no record will get through
  broken_contract,  ///< data or API is not what was promised
  permanent,        ///< will fail the same way for ever
  unknown_outcome,  ///< sent, answer unseen: the effect may or may not have happened
};

[[nodiscard]] std::string_view name_of(ErrorKind kind);

/// An expected failure, as a value. Cheap to move; `cause` is shared because errors are copied into
/// reports, journals and answers.
struct Error {
  ErrorKind kind = ErrorKind::permanent;
  std::string code;     ///< stable and documented, e.g. "R0412"; `rondo explain R0412`
  std::string message;  ///< one sentence for a person; never holds a secret or personal data
  std::string hint{};   ///< what to do about it; may be empty
  std::optional<Position> where{};                         ///< in a user's file, if it is about one
  std::optional<std::chrono::milliseconds> retry_after{};  ///< only for throttled
  std::shared_ptr<const Error> cause{};                    ///< what led to it, innermost last

  /// The message followed by its causes, "sync stopped: HubSpot answered 503".
  [[nodiscard]] std::string text() const;
};

/// The same failure seen from one level up: kind, position and wait are kept, the old error becomes
/// the cause.
[[nodiscard]] Error wrap(Error cause, std::string code, std::string message);

}  // namespace rondo
