#include "model/identity.h"

#include <doctest/doctest.h>

namespace rondo::model {
namespace {

TEST_CASE("a blocked value, written out or as a pattern, identifies nobody") {
  const IdentifierRule rule{.type = "email", .block = {"test@*", "none@none.com"}};
  CHECK_FALSE(identifies(rule, "test@acme.example"));
  CHECK_FALSE(identifies(rule, "none@none.com"));
  CHECK(identifies(rule, "tester@acme.example"));
  CHECK(identifies(rule, "none@none.com.example"));
}

TEST_CASE("a role mailbox identifies nobody only where the rule says that they are shared") {
  IdentifierRule rule{.type = "email"};
  CHECK(identifies(rule, "info@acme.example"));
  rule.block_roles = true;
  CHECK_FALSE(identifies(rule, "info@acme.example"));
  CHECK_FALSE(identifies(rule, "sales+eu@acme.example"));
  CHECK_FALSE(identifies(rule, "abuse@acme.example"));      // the first of the list
  CHECK_FALSE(identifies(rule, "webmaster@acme.example"));  // and the last
  CHECK(identifies(rule, "information@acme.example"));
  CHECK(identifies(rule, "ada@info.example"));
  CHECK(identifies(rule, "info"));
}

}  // namespace
}  // namespace rondo::model
