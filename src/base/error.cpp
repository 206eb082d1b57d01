#include "base/error.h"

#include <utility>

namespace rondo {

std::string_view name_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::transient: return "transient";
    case ErrorKind::throttled: return "throttled";
    case ErrorKind::rejected: return "rejected";
    case ErrorKind::denied: return "denied";
    case ErrorKind::broken_contract: return "broken_contract";
    case ErrorKind::permanent: return "permanent";
    case ErrorKind::unknown_outcome: return "unknown_outcome";
  }
  __builtin_unreachable();
}

std::string Error::text() const {
  std::string all = message;
  for (const Error* next = cause.get(); next != nullptr; next = next->cause.get()) {
    all += ": ";
    all += next->message;
  }
  return all;
}

Error wrap(Error cause, std::string code, std::string message) {
  Error outer{cause.kind, std::move(code), std::move(message), cause.hint};
  outer.where = cause.where;
  outer.retry_after = cause.retry_after;
  outer.cause = std::make_shared<const Error>(std::move(cause));
  return outer;
}

}  // namespace rondo
