#include "verify/lists.h"

#include <algorithm>
#include <array>
#include <span>
#include <unordered_set>

#include "base/check.h"
#include "base/embedded.h"
#include "base/text.h"

namespace rondo::embedded {
std::span<const EmbeddedFile> rondo_embedded_mail_lists();
}

namespace rondo::verify {
namespace {

using Entries = std::unordered_set<std::string_view>;

Entries entries_of(std::string_view file) {
  const auto files = embedded::rondo_embedded_mail_lists();
  const auto found =
      std::find_if(files.begin(), files.end(), [&](const auto& each) { return each.path == file; });
  PROMISE(found != files.end());
  Entries entries;
  for (const auto line : split(found->bytes, '\n')) {
    if (!line.empty()) entries.insert(line);
  }
  return entries;
}

// In none of the public lists, and not throw-away: mail reaches the person.
constexpr std::array<std::string_view, 7> relay_domains{
    "duck.com",     "mozmail.com", "privaterelay.appleid.com", "simplelogin.com", "simplelogin.co",
    "anonaddy.com", "anonaddy.me"};

}  // namespace

bool is_relay(std::string_view domain) {
  return std::find(relay_domains.begin(), relay_domains.end(), domain) != relay_domains.end();
}

bool is_disposable(std::string_view domain) {
  static const Entries exact = entries_of("disposable.txt");
  static const Entries below = entries_of("disposable_below.txt");
  if (is_relay(domain)) return false;
  if (exact.contains(domain) || below.contains(domain)) return true;
  for (auto dot = domain.find('.'); dot != std::string_view::npos;
       dot = domain.find('.', dot + 1)) {
    if (below.contains(domain.substr(dot + 1))) return true;
  }
  return false;
}

bool is_role(std::string_view local) {
  static const Entries roles = entries_of("role.txt");
  return roles.contains(local.substr(0, local.find('+')));
}

}  // namespace rondo::verify
