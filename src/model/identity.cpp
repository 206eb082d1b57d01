#include "model/identity.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace rondo::model {
namespace {

// Sorted, for a binary search.
constexpr std::array<std::string_view, 48> role_local_parts{
    "abuse",       "accounting", "accounts",   "admin",   "administrator", "all",       "billing",
    "booking",     "bookings",   "buero",      "careers", "contact",       "customer",  "customers",
    "datenschutz", "enquiries",  "enquiry",    "events",  "everyone",      "finance",   "hello",
    "help",        "helpdesk",   "hostmaster", "hr",      "info",          "inquiries", "invoices",
    "jobs",        "kontakt",    "legal",      "mail",    "marketing",     "noc",       "office",
    "orders",      "postmaster", "press",      "privacy", "purchasing",    "reception", "sales",
    "security",    "service",    "shop",       "support", "team",          "webmaster"};

static_assert(std::ranges::is_sorted(role_local_parts));

}  // namespace

bool is_role_mailbox(std::string_view address) {
  const auto local = address.substr(0, address.rfind('@'));
  return local.size() < address.size() &&
         std::ranges::binary_search(role_local_parts, local.substr(0, local.find('+')));
}

bool identifies(const IdentifierRule& rule, std::string_view value) {
  const auto blocks = [&](const std::string& pattern) { return glob_matches(pattern, value); };
  return std::ranges::none_of(rule.block, blocks) && !(rule.block_roles && is_role_mailbox(value));
}

}  // namespace rondo::model
