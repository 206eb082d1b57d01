#include "standin/people.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/hash.h"
#include "base/text.h"

namespace rondo::standin {
namespace {

constexpr std::array webmail{"gmail.com",  "googlemail.com", "outlook.com", "hotmail.com",
                             "yahoo.com",  "gmx.de",         "gmx.net",     "web.de",
                             "icloud.com", "proton.me",      "aol.com",     "mail.com"};
constexpr std::array titles{"Head of Marketing", "Software Engineer", "Account Executive",
                            "Founder",           "Data Analyst",      "Operations Manager"};
constexpr double verified_share = 0.8;

double unit(std::uint64_t bits) { return static_cast<double>(bits >> 11) * 0x1.0p-53; }

std::string name_part(std::string_view name) {
  std::string kept;
  for (const char c : lower(name)) {
    if (c >= 'a' && c <= 'z') kept += c;
  }
  return kept;
}

std::string domain_of(const Asked& asked) {
  if (!asked.domain.empty()) return lower(asked.domain);
  const auto at = asked.email.rfind('@');
  const std::string domain = at == std::string::npos ? "" : lower(asked.email.substr(at + 1));
  return is_webmail(domain) ? "" : domain;
}

}  // namespace

bool is_webmail(std::string_view domain) {
  return std::ranges::find(webmail, domain) != webmail.end();
}

Known look_up(std::string_view seller, std::int64_t seed, double hit_share, const Asked& asked) {
  const std::string who = fmt::format("{}|{}|{}|{}", lower(asked.given_name), lower(asked.surname),
                                      lower(asked.domain), lower(asked.email));
  // Where somebody works does not depend on whom one asks; whether it is known does.
  const Hash128 person = content_hash(fmt::format("person|{}|{}", seed, who));
  const Hash128 luck = content_hash(fmt::format("{}|{}|{}", seller, seed, who));
  Known known;
  if (unit(luck.high) >= hit_share) return known;
  known.found = true;
  known.verified = unit(luck.low) < verified_share;
  known.domain = domain_of(asked);
  if (known.domain.empty()) known.domain = fmt::format("firm-{}.example", person.high % 500);
  known.company = known.domain.substr(0, known.domain.find('.'));
  known.job_title = titles[person.low % titles.size()];
  const std::string given = name_part(asked.given_name);
  const std::string family = name_part(asked.surname);
  const std::string local = given.empty() && family.empty()
                                ? fmt::format("p{}", person.high % 100'000)
                            : given.empty()  ? family
                            : family.empty() ? given
                                             : given + "." + family;
  known.work_email = local + "@" + known.domain;
  return known;
}

}  // namespace rondo::standin
