#include <doctest/doctest.h>

#include "world/network.h"

namespace rondo::world {
namespace {

TEST_CASE("header names compare without case, the first one counts, order and repeats are kept") {
  Headers headers{{"Set-Cookie", "a=1"}, {"Retry-After", "7"}};
  headers.add("set-cookie", "b=2");
  CHECK(headers.get("SET-COOKIE") == "a=1");
  CHECK(headers.get("retry-after") == "7");
  CHECK(headers.get("retry") == std::nullopt);
  CHECK(headers.all().size() == 3);
  CHECK(headers.all()[2].first == "set-cookie");
}

}  // namespace
}  // namespace rondo::world
