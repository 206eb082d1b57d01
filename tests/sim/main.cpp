#include <charconv>
#include <cstdio>
#include <span>
#include <string_view>
#include <vector>

#include "simulation.h"

// rondo_sim_runner SEEDS [WORD | WORD=SEED]: every simulation (whose name holds WORD) under that
// many seeds, or under one. The last line is `N passed, N failed`.
namespace {

std::uint64_t number(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

int main(int count, char** texts) {
  const std::vector<std::string_view> arguments(texts, texts + count);
  const std::uint64_t seeds = arguments.size() > 1 ? number(arguments[1]) : 20;
  const std::string_view choice = arguments.size() > 2 ? arguments[2] : "";
  const auto equals = choice.find('=');
  const std::uint64_t only = equals == choice.npos ? 0 : number(choice.substr(equals + 1));
  const std::string_view word = choice.substr(0, equals);
  long passed = 0;
  long failed = 0;
  for (const rondo::sim::Simulation& one : rondo::sim::delivery_simulations()) {
    if (one.name.find(word) == one.name.npos) continue;
    const long failed_before = failed;
    for (std::uint64_t seed = only > 0 ? only : 1; seed <= (only > 0 ? only : seeds); ++seed) {
      if (only == 0 && seed % one.every != 0) continue;
      const std::string fault = one.run(seed);
      ++(fault.empty() ? passed : failed);
      if (!fault.empty()) {
        std::printf("FAIL %.*s=%llu\n%s\n", static_cast<int>(one.name.size()), one.name.data(),
                    static_cast<unsigned long long>(seed), fault.c_str());
      }
    }
    std::printf("%s %.*s\n", failed == failed_before ? "ok  " : "FAIL",
                static_cast<int>(one.name.size()), one.name.data());
    std::fflush(stdout);
  }
  std::printf("%ld passed, %ld failed\n", passed, failed);
  return failed == 0 ? 0 : 1;
}
