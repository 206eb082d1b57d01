#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "verify/lists.h"
#include "verify/suggest.h"
#include "verify/syntax.h"
#include "verify/verdict.h"

namespace rondo::verify {
namespace {

using world::MailRoutes;
using Reasons = std::vector<std::string>;

const MailRoutes good{true, {{10, "mx.mail.example"}}, false};
const Time now{std::chrono::seconds{1'800'000'000}};

bool deliverable(std::string_view text) {
  return parse_address(text, SyntaxMode::deliverable).has_value();
}
bool rfc(std::string_view text) { return parse_address(text, SyntaxMode::rfc).has_value(); }

TEST_CASE("addresses that providers give out") {
  for (const auto* text :
       {"ada@mail.example", "a.b+tag@mail.example", "o'neil_1@sub.mail.example", "x@y.co",
        "ADA@MAIL.EXAMPLE", "ada@mail.example.", "ada@xn--bcher-kva.example"}) {
    CHECK_MESSAGE(deliverable(text), text);
  }
  CHECK(parse_address("Ada@Mail.Example.", SyntaxMode::deliverable)->domain == "mail.example");
}

TEST_CASE("what is no address") {
  for (const auto* text :
       {"", "@", "ada", "ada@", "@mail.example", "ada@mail", "ada@@mail.example",
        ".ada@mail.example", "ada.@mail.example", "a..b@mail.example", "a b@mail.example",
        "ada@-mail.example", "ada@mail-.example", "ada@mail..example", "ada@mail.123",
        "ada@mail.exam ple", "ada@mail_x.example"}) {
    CHECK_MESSAGE(!deliverable(text), text);
  }
}

TEST_CASE("the RFC allows more than providers do") {
  for (const auto* text : {"\"a b\"@mail.example", "\"a\\\"b\"@mail.example", "ada@[192.0.2.1]",
                           "ada@localhost", "jörg@mail.example", "ada@bücher.example"}) {
    CHECK_MESSAGE(rfc(text), text);
    CHECK_MESSAGE(!deliverable(text), text);
  }
  CHECK(!rfc("\"a\"b\"@mail.example"));
  CHECK(!rfc("\"a\\\"@mail.example"));
}

TEST_CASE("lengths at their limits") {
  const std::string local(local_bytes_max, 'a');
  CHECK(deliverable(local + "@mail.example"));
  CHECK(!deliverable(local + "a@mail.example"));
  const std::string label(63, 'd');
  CHECK(deliverable("a@" + label + ".example"));
  CHECK(!deliverable("a@" + label + "d.example"));
  const std::string domain = label + "." + label + "." + label + ".example";  // 199 bytes
  const std::string fits(address_bytes_max - domain.size() - 1, 'a');
  CHECK(deliverable(fits + "@" + domain));
  CHECK(!deliverable(fits + "a@" + domain));
}

TEST_CASE("the lists know throw-away domains, wildcards, roles and relays") {
  CHECK(is_disposable("mailinator.com"));
  CHECK(is_disposable("anything.33mail.com"));
  CHECK(!is_disposable("mail.example"));
  CHECK(!is_disposable("com"));
  CHECK(!is_disposable("anonaddy.me"));
  CHECK(is_relay("anonaddy.me"));
  CHECK(is_role("info"));
  CHECK(is_role("sales+spring"));
  CHECK(!is_role("ada"));
}

TEST_CASE("without a probe nothing is proved, and undecided is said to be undecided") {
  const Finding finding = decide("ada@mail.example", good, now);
  CHECK(finding.verdict == Verdict::unknown);
  CHECK(finding.reasons == Reasons{"not_probed"});
  CHECK(finding.evidence["mx"].as_array().at(0).as_string() == "mx.mail.example");
  CHECK(finding.expires_at == now + decided_lifetime);
}

TEST_CASE("mail that cannot arrive") {
  CHECK(decide("not an address", good, now).reasons == Reasons{"syntax"});
  CHECK(decide("a@gone.example", MailRoutes{false, {}, false}, now).reasons ==
        Reasons{"no_domain"});
  CHECK(decide("a@null.example", MailRoutes{true, {{0, "."}}, true}, now).reasons ==
        Reasons{"no_mail"});
  CHECK(decide("a@web.example", MailRoutes{true, {}, false}, now).verdict ==
        Verdict::undeliverable);
  CHECK(decide("a@implicit.example", MailRoutes{true, {}, true}, now).verdict == Verdict::unknown);
}

TEST_CASE("risky is said with its reasons, disposable before role") {
  CHECK(decide("info@mail.example", good, now).reasons == Reasons{"role"});
  const Finding both = decide("info@mailinator.com", good, now);
  CHECK(both.verdict == Verdict::risky);
  CHECK(both.reasons == Reasons{"disposable", "role"});
}

TEST_CASE("a look-up that failed never makes an address undeliverable, and is asked again soon") {
  const Finding finding = decide("ada@mail.example", std::nullopt, now);
  CHECK(finding.verdict == Verdict::unknown);
  CHECK(finding.reasons == Reasons{"dns_failed"});
  CHECK(finding.expires_at == now + failed_lifetime);
}

TEST_CASE("misspelt providers are suggested, real domains are left alone") {
  CHECK(suggest_domain("gmial.com") == "gmail.com");
  CHECK(suggest_domain("gmail.con") == "gmail.com");
  CHECK(suggest_domain("hotmial.com") == "hotmail.com");
  CHECK(suggest_domain("yaho.com") == "yahoo.com");
  CHECK(!suggest_domain("gmail.com"));
  CHECK(!suggest_domain("mail.example"));
  CHECK(!suggest_domain("gmx.net"));
}

TEST_CASE("any text gets a verdict with a reason") {
  CHECK(rc::check([](const std::string& text) {
    const Finding finding = decide(text, good, now);
    RC_ASSERT(!finding.reasons.empty());
    RC_ASSERT(finding.verdict != Verdict::deliverable);
  }));
}

}  // namespace
}  // namespace rondo::verify
