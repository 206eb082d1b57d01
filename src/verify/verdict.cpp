#include "verify/verdict.h"

#include "base/text.h"
#include "verify/lists.h"
#include "verify/suggest.h"
#include "verify/syntax.h"

namespace rondo::verify {
namespace {

bool takes_no_mail(const world::MailRoutes& routes) {
  const bool null_mx = routes.exchangers.size() == 1 &&
                       (routes.exchangers[0].host == "." || routes.exchangers[0].host.empty());
  return null_mx || (routes.exchangers.empty() && !routes.has_address);
}

Json evidence_of(const Address& address, const Routes& routes) {
  Json evidence = Json::object({{"domain", address.domain}, {"probe", "off"}});
  if (const auto better = suggest_domain(address.domain)) evidence.set("suggestion", *better);
  if (!routes) return evidence.set("dns", "failed");
  evidence.set("domain_exists", routes->domain_exists);
  Json hosts = Json::array();
  for (const auto& exchanger : routes->exchangers) hosts.push(exchanger.host);
  evidence.set("mx", std::move(hosts));
  if (routes->exchangers.empty()) evidence.set("address_record", routes->has_address);
  return evidence;
}

void judge(const Address& address, const Routes& routes, Finding& finding) {
  const auto found = [&](Verdict verdict, const char* reason) {
    finding.verdict = verdict;
    finding.reasons.emplace_back(reason);
  };
  if (routes && !routes->domain_exists) return found(Verdict::undeliverable, "no_domain");
  if (routes && takes_no_mail(*routes)) return found(Verdict::undeliverable, "no_mail");
  const std::string local = lower(address.local);
  if (is_disposable(address.domain)) found(Verdict::risky, "disposable");
  if (is_role(local)) found(Verdict::risky, "role");
  if (is_relay(address.domain)) finding.reasons.emplace_back("relay");
  if (!routes) finding.reasons.emplace_back("dns_failed");
  if (finding.verdict == Verdict::unknown && routes) finding.reasons.emplace_back("not_probed");
}

}  // namespace

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::deliverable: return "deliverable";
    case Verdict::undeliverable: return "undeliverable";
    case Verdict::risky: return "risky";
    case Verdict::unknown: return "unknown";
  }
  __builtin_unreachable();
}

Finding decide(std::string_view address, const Routes& routes, Time now) {
  Finding finding;
  finding.checked_at = now;
  finding.expires_at = now + decided_lifetime;
  const auto parsed = parse_address(address, SyntaxMode::deliverable);
  if (!parsed) {
    finding.verdict = Verdict::undeliverable;
    finding.reasons.emplace_back("syntax");
    finding.evidence = Json::object({{"syntax", "not an address that providers accept"}});
    return finding;
  }
  finding.evidence = evidence_of(*parsed, routes);
  judge(*parsed, routes, finding);
  if (!routes) finding.expires_at = now + failed_lifetime;
  return finding;
}

}  // namespace rondo::verify
