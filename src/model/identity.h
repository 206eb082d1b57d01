#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/position.h"

namespace rondo::model {

/// How raw values of an identifier become comparable.
enum class Normaliser { none, trim, lower, email, e164, domain };

/// One kind of identifier of identity.yaml; the list there is in order of strength, strongest
/// first.
struct IdentifierRule {
  std::string type;  ///< user_id, email, phone, anonymous_id, …
  Normaliser normalise = Normaliser::trim;
  std::uint32_t per_profile = 0;     ///< most distinct values on one profile; 0: no limit
  std::vector<std::string> block{};  ///< literal or glob; such a value identifies nobody
  bool block_roles = false;          ///< `shared: [role]`: info@, sales@ … do not join people
  Position where{};
};

/// One field of the golden record and how it is chosen among the candidates.
struct ProfileFieldRule {
  std::string name;
  std::vector<std::string> from;    ///< "source.stream.column", most trusted first
  std::vector<std::string> prefer;  ///< verified | source | latest | frequent, applied in order
  Position where{};
};

struct IdentityRules {
  std::vector<IdentifierRule> identifiers;  ///< strongest first
  std::vector<ProfileFieldRule> profile;
  Position where{};

  [[nodiscard]] const IdentifierRule* identifier(std::string_view type) const;
};

/// A typed key as the graph knows it: normalised.
struct Identifier {
  std::string type;
  std::string value;
  friend auto operator<=>(const Identifier&, const Identifier&) = default;
};

/// Normalises a raw value; nothing if it cannot be one (empty, no '@' in an email, no digit in a
/// phone).
[[nodiscard]] std::optional<std::string> normalise(Normaliser how, std::string_view raw);

/// True if a normalised value may stand for somebody: it is not on the rule's block list and, where
/// role mailboxes are shared, not one of them (info@, sales@ … RFC 2142 and its kin). A value that
/// identifies nobody joins nobody and has no profile.
[[nodiscard]] bool identifies(const IdentifierRule& rule, std::string_view value);
/// The local part, up to a '+', is one that a team reads rather than a person.
[[nodiscard]] bool is_role_mailbox(std::string_view address);

}  // namespace rondo::model
