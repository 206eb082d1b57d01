#include "project/secrets.h"

#include <doctest/doctest.h>

#include "project/memory_disk.h"

namespace rondo::project {
namespace {

struct Filled {
  std::string text;
  std::vector<Diagnostic> found;
};

YamlNode quoted(std::string text) {
  YamlNode node;
  node.style = YamlNode::Style::quoted;
  node.where = {3, 5, characters(text) + 2};
  node.text = std::move(text);
  return node;
}

Filled fill(const std::string& text, SecretMode mode = SecretMode::require) {
  MemoryDisk disk({{"/run/secrets/token", "s3cret\n"}, {"/big", std::string(65 * 1024, 'x')}});
  const MemoryEnvironment environment({{"TOKEN", "hunter2"}, {"EMPTY", ""}});
  Report report;
  Secrets secrets(disk, environment, mode, report);
  Filled filled{secrets.fill("x.yaml", quoted(text)), {}};
  filled.found = report.take().sorted();
  return filled;
}

TEST_CASE("variables and files are put in, anywhere in a value") {
  CHECK(fill("${env:TOKEN}").text == "hunter2");
  CHECK(fill("a ${env:TOKEN} b ${file:/run/secrets/token} c").text == "a hunter2 b s3cret c");
  CHECK(fill("nothing at all").text == "nothing at all");
  CHECK(fill("a $ b { c } d").found.empty());
}

TEST_CASE("what is missing is said at its place inside the value") {
  const Filled filled = fill("x ${env:NONE} ${env:EMPTY} ${file:/none}");
  REQUIRE(filled.found.size() == 3);
  for (const Diagnostic& one : filled.found) CHECK(one.code == "R0115");
  CHECK(filled.found[0].where == Position{"x.yaml", 3, 8, 11});
  CHECK(filled.found[1].where == Position{"x.yaml", 3, 20, 12});
  CHECK(filled.text == "x   ");
}

TEST_CASE("a file larger than a secret is refused") {
  CHECK(fill("${file:/big}").found.at(0).code == "R0115");
}

TEST_CASE("malformed placeholders are refused") {
  for (const char* text : {"${TOKEN}", "${env:}", "${env:A-B}", "${env:1A}", "${file:token}",
                           "${env:A", "${secret:x}", "${}"}) {
    CAPTURE(text);
    REQUIRE(fill(text).found.size() == 1);
    CHECK(fill(text).found[0].code == "R0116");
    CHECK(fill(text, SecretMode::placeholder).found.size() == 1);
  }
}

TEST_CASE("without secrets, values stay as written and nothing is read") {
  const Filled filled = fill("${env:NONE} ${file:/none}", SecretMode::placeholder);
  CHECK(filled.text == "${env:NONE} ${file:/none}");
  CHECK(filled.found.empty());
}

TEST_CASE("a destination's secrets are printed as dots") {
  const model::Destination destination{
      "crm", "hubspot", {{"token", "hunter2"}, {"path", "out"}}, {"token"}};
  CHECK(printable_settings(destination).at("token") == hidden_value);
  CHECK(printable_settings(destination).at("path") == "out");
}

TEST_CASE("a part of a value is marked exactly, or the whole of it where escapes move characters") {
  CHECK(part_of(quoted("ä bc"), 3, 2) == Span{3, 8, 2});
  YamlNode escaped = quoted("a\nb");
  escaped.where.length = 6;
  CHECK(part_of(escaped, 2, 1) == escaped.where);
}

}  // namespace
}  // namespace rondo::project
