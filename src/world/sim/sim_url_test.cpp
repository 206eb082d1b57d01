#include "world/sim/sim_url.h"

#include <doctest/doctest.h>

namespace rondo::world {
namespace {

std::string seen(std::string_view url) {
  const auto parts = parse_sim_url(url);
  if (!parts) return "none";
  return parts->host + " " + std::to_string(parts->port) + " " + parts->target + " " +
         parts->authority;
}

TEST_CASE("host, port, target and authority") {
  CHECK(seen("http://localhost:8080/a/b?c=d#e") == "127.0.0.1 8080 /a/b?c=d localhost:8080");
  CHECK(seen("https://API.hubapi.com") == "api.hubapi.com 443 / API.hubapi.com");
  CHECK(seen("HTTP://0.0.0.0/x") == "127.0.0.1 80 /x 0.0.0.0");
  CHECK(seen("http://a.b?q") == "a.b 80 /?q a.b");
  CHECK(seen("http://me:secret@a.b/") == "a.b 80 / a.b");
  CHECK(seen("http://[::1]:81/") == "127.0.0.1 81 / [::1]:81");
  CHECK(seen("http://[::1]/") == "127.0.0.1 80 / [::1]");
  CHECK(seen("http://a:65535/") == "a 65535 / a:65535");
}

TEST_CASE("what is no http or https URL") {
  for (const char* url :
       {"", "a.b", "ftp://a.b", "http://", "http:///x", "http://a:0/", "http://a:65536/",
        "http://a:x/", "http://a:/", "http://a b/", "http://a/\n", "//a/b", "http:/a"}) {
    CAPTURE(url);
    CHECK(seen(url) == "none");
  }
}

}  // namespace
}  // namespace rondo::world
