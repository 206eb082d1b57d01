#include <charconv>

#include <fmt/format.h>

#include "simulation.h"

namespace rondo::sim {
namespace {

std::uint64_t number(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

struct Choice {
  std::uint64_t first = 1;
  std::uint64_t last = 20;
};

/// How many seeds failed, and how many did not.
std::pair<int, int> run_scene(const Scene& scene, const Choice& choice) {
  int passed = 0;
  int failed = 0;
  for (std::uint64_t seed = choice.first; seed <= choice.last; ++seed) {
    // From the first seed on, so that few seeds run every scene once.
    if ((seed - choice.first) % scene.every != 0) continue;
    const std::string fault = scene.run(seed);
    ++(fault.empty() ? passed : failed);
    if (!fault.empty()) fmt::print("FAIL {}={}\n{}\n", scene.name, seed, fault);
  }
  fmt::print("{} {}: {} seeds\n", failed == 0 ? "ok  " : "FAIL", scene.name, passed + failed);
  std::fflush(stdout);
  return {passed, failed};
}

}  // namespace

int run_deliveries(std::span<const std::string> arguments) {
  Choice choice;
  if (!arguments.empty()) choice.last = number(arguments[0]);
  const std::string_view which = arguments.size() > 1 ? std::string_view(arguments[1]) : "";
  const auto equals = which.find('=');
  if (equals != which.npos)
    choice = {number(which.substr(equals + 1)), number(which.substr(equals + 1))};
  int passed = 0;
  int failed = 0;
  for (const Scene& scene : delivery_scenes()) {
    if (scene.name.find(which.substr(0, equals)) == scene.name.npos) continue;
    const auto [good, bad] = run_scene(scene, choice);
    passed += good;
    failed += bad;
  }
  fmt::print("{} passed, {} failed\n", passed, failed);
  return failed == 0 && passed > 0 ? 0 : 1;
}

}  // namespace rondo::sim
