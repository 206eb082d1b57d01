#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "world/network.h"

namespace rondo::verify {

/// What is known about an address. Without a probe nobody can prove that a mailbox exists, so
/// `deliverable` is only ever given on proof from outside (a provider's verdict); these checks
/// alone end at `unknown`: undecided.
enum class Verdict {
  deliverable,    ///< proved by somebody who asked the mail server
  undeliverable,  ///< mail cannot arrive: no address, no such domain, or a domain that takes no
                  ///< mail
  risky,    ///< may arrive, but at nobody in particular or not for long: role mailbox, disposable
            ///< domain
  unknown,  ///< nothing speaks against it, nothing proves it
};

[[nodiscard]] std::string_view name_of(Verdict verdict);

struct Finding {
  Verdict verdict = Verdict::unknown;
  std::vector<std::string>
      reasons;    ///< syntax, no_domain, no_mail, disposable, role, relay, dns_failed, not_probed
  Json evidence;  ///< mx, resolver's answer, suggestion: what the verdict rests on
  Time checked_at{};
  Time expires_at{};
};

/// How long an answer is believed: mail routing changes slowly, a failed look-up says nothing and
/// is asked again soon.
inline constexpr Duration decided_lifetime = std::chrono::hours{24 * 7};
inline constexpr Duration failed_lifetime = std::chrono::minutes{10};

/// What DNS said of the domain; nothing if it could not be asked.
using Routes = std::optional<world::MailRoutes>;

/// Decides from values alone, without a probe. `address` is normalised.
///
/// Order (RFC 5321 5.1, RFC 7505): syntax; domain exists; null MX; MX, else an address record; then
/// the lists, disposable before role. A look-up that failed never makes an address undeliverable.
[[nodiscard]] Finding decide(std::string_view address, const Routes& routes, Time now);

}  // namespace rondo::verify
