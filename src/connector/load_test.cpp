#include <doctest/doctest.h>

#include "connector/client.h"
#include "connector/loader.h"
#include "connector/testing/twin.h"

namespace rondo::connector {
namespace {

TEST_CASE("every shipped connector loads") {
  const std::vector<std::string> names = shipped_connectors();
  CHECK(names == std::vector<std::string>{"csv", "hubspot", "hunter", "prospeo", "webhook"});
  for (const std::string& name : names) {
    const auto loaded = Connector::from(twin_json(name), name);
    CHECK_MESSAGE(loaded.has_value(), (loaded ? "" : loaded.error().message));
    CHECK(shipped_connector(name)->find("connector: " + name) != std::string_view::npos);
  }
  CHECK_FALSE(shipped_connector("nobody").has_value());
}

TEST_CASE("an operation that does not say how it is settled, read and matched is refused") {
  for (const char* member : {"idempotent", "results", "unmatched"}) {
    Json file = twin_json("hubspot");
    Json operations = file["operations"];
    Json upsert = operations["upsert"];
    upsert.erase(member);
    operations.set("upsert", upsert);
    file.set("operations", operations);
    const auto loaded = Connector::from(file, "test");
    REQUIRE_FALSE(loaded.has_value());
    CHECK(loaded.error().code == "R0401");
    CHECK(loaded.error().message.find(std::string("operations.upsert.") + member) !=
          std::string::npos);
  }
}

TEST_CASE("all problems are told at once, each with its path") {
  const Json file = *Json::parse(R"({
    "connector": "x", "format": 2, "base_ulr": "http://x",
    "auth": {"bearer": "${secret.tokn}"}, "settings": {"token": {"secret": true, "default": "t"}},
    "limits": [{"rate": "fast"}],
    "errors": [{"if": "statsu == 1", "class": "panic"}],
    "operations": {"upsert": {"idempotent": "maybe", "unmatched": "ok", "post": "/a", "get": "/b",
                              "batch": {"rows": 0}, "results": {"when": "status == 200"}}}
  })");
  Loader loader(file);
  loader.load();
  const auto says = [&](std::string_view text) {
    for (const std::string& problem : loader.problems()) {
      if (problem.find(text) != std::string::npos) return true;
    }
    return false;
  };
  for (const char* text :
       {"format: only", "unknown member `base_ulr`; did you mean `base_url`?",
        "auth.bearer: there is no setting `tokn`", "settings.token: a secret has no default",
        "limits[0].rate", "`statsu` is not known here", "errors[0]: `class` is one of",
        "upsert.idempotent", "upsert.unmatched", "two methods", "`rows` is at least 1",
        "either `all: ok` or a list", "base_url: is missing"}) {
    CHECK_MESSAGE(says(text), text);
  }
}

TEST_CASE("a lookup has to say what it costs") {
  Json file = twin_json("prospeo");
  Json operations = file["operations"];
  Json lookup = operations["work_email"];
  lookup.erase("charge");
  operations.set("work_email", lookup);
  file.set("operations", operations);
  CHECK_FALSE(Connector::from(file, "test").has_value());
}

TEST_CASE("sizes") {
  CHECK(parse_bytes(Json("3MB")) == 3'000'000U);
  CHECK(parse_bytes(Json("2kB")) == 2'000U);
  CHECK(parse_bytes(Json(17)) == 17U);
  CHECK_FALSE(parse_bytes(Json("many")).has_value());
  CHECK_FALSE(parse_bytes(Json("3GB")).has_value());
}

TEST_CASE("settings of a destination: what is missing, what nobody knows") {
  const Connector hubspot = twin("hubspot");
  CHECK(settings_problems(hubspot, {{"token", "t"}}).empty());
  CHECK(settings_problems(hubspot, {{"token", ""}}).size() == 1);
  const auto problems = settings_problems(hubspot, {{"tokne", "t"}});
  REQUIRE(problems.size() == 2);
  CHECK(problems[1].find("did you mean `token`?") != std::string::npos);
  CHECK(settings_problems(hubspot, {{"token", "t"}, {"credit_price", "-1"}}).size() == 1);
}

}  // namespace
}  // namespace rondo::connector
