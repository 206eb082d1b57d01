#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rondo::verify {

/// The large mailbox provider that a domain is probably a misspelling of; nothing for a domain that
/// is one, or is not close to one. Damerau-Levenshtein distance at most 1 (2 for names of ten
/// letters or more), neighbours on a QWERTY keyboard count half; of several the most used wins.
/// Only ever a hint for a person: nothing is corrected.
[[nodiscard]] std::optional<std::string> suggest_domain(std::string_view domain);

}  // namespace rondo::verify
