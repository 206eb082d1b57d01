#include "connector/connector.h"

#include <algorithm>
#include <span>

#include "base/embedded.h"
#include "base/text.h"
#include "connector/client.h"

namespace rondo::embedded {
std::span<const EmbeddedFile> rondo_embedded_connectors();
}

namespace rondo::connector {

std::string_view name_of(FailureClass failure) {
  switch (failure) {
    case FailureClass::auth: return "auth";
    case FailureClass::throttle: return "throttle";
    case FailureClass::retry: return "retry";
    case FailureClass::split: return "split";
    case FailureClass::poison: return "poison";
    case FailureClass::fatal: return "fatal";
    case FailureClass::unknown: return "unknown";
  }
  __builtin_unreachable();
}

std::string_view name_of(Idempotent how) {
  switch (how) {
    case Idempotent::natural: return "natural";
    case Idempotent::keyed: return "keyed";
    case Idempotent::read_back: return "read_back";
    case Idempotent::none: return "none";
  }
  __builtin_unreachable();
}

std::string_view name_of(RowState state) {
  switch (state) {
    case RowState::ok: return "ok";
    case RowState::rejected: return "rejected";
    case RowState::unknown: return "unknown";
  }
  __builtin_unreachable();
}

const Operation* Connector::operation(std::string_view operation_name) const {
  const auto found = std::ranges::find(operations, operation_name, &Operation::name);
  return found == operations.end() ? nullptr : &*found;
}

const Operation* Connector::operation(OperationKind kind) const {
  const auto found = std::ranges::find(operations, kind, &Operation::kind);
  return found == operations.end() ? nullptr : &*found;
}

const Object* Connector::object(std::string_view object_name) const {
  const auto found = std::ranges::find(objects, object_name, &Object::name);
  return found == objects.end() ? nullptr : &*found;
}

std::string Connector::canon(std::string_view object_name, std::string_view field) const {
  const Object* known = object(object_name);
  if (known == nullptr) return {};
  const auto found = known->canon.find(std::string(field));
  return found == known->canon.end() ? std::string() : found->second;
}

std::optional<std::string_view> shipped_connector(std::string_view name) {
  for (const EmbeddedFile& file : embedded::rondo_embedded_connectors()) {
    if (split(file.path, '/').front() == name) return file.bytes;
  }
  return std::nullopt;
}

std::vector<std::string> shipped_connectors() {
  std::vector<std::string> names;
  for (const EmbeddedFile& file : embedded::rondo_embedded_connectors()) {
    names.emplace_back(split(file.path, '/').front());
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace rondo::connector
