#pragma once

#include <string_view>

namespace rondo::verify {

/// Mail there is thrown away after minutes: on the list of disposable domains, or below one of its
/// wildcards. `domain` in lower case.
[[nodiscard]] bool is_disposable(std::string_view domain);

/// A position or a group, not a person: info@, sales@. `local` in lower case; "+tag" does not
/// matter.
[[nodiscard]] bool is_role(std::string_view local);

/// Hides the person's real mailbox on purpose (private relays). Reaches them, but may end any day.
[[nodiscard]] bool is_relay(std::string_view domain);

}  // namespace rondo::verify
