#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/hash.h"
#include "base/time.h"

namespace rondo {

/// 36 characters, lower case: "0190163d-8694-739b-aea5-966c26f8ad91".
[[nodiscard]] std::string uuid_text(const Hash128& bits);
/// Any version, either case; nothing for any other text.
[[nodiscard]] std::optional<Hash128> parse_uuid(std::string_view text);

/// `random` with the six bits of version 4 set (RFC 9562, 5.4).
[[nodiscard]] Hash128 uuid_v4(const Hash128& random);
/// Milliseconds since 1970 first, then 74 bits of `random` (RFC 9562, 5.7): sorts like time, to the
/// millisecond. Times before 1970 or after 10889 are a defect.
[[nodiscard]] Hash128 uuid_v7(Time time, const Hash128& random);

}  // namespace rondo
