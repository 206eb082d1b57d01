#pragma once

#include <string_view>

namespace rondo {

/// Prints the broken promise and aborts. A program that no longer knows its state must not write.
[[noreturn]] void promise_broken(std::string_view promise, std::string_view file, int line);

}  // namespace rondo

/// A promise that only a defect of ours can break. Always on, in production too; never for user
/// input. Named PROMISE and not CHECK because the test framework owns that word.
#define PROMISE(condition)                                     \
  do {                                                         \
    if (!(condition)) [[unlikely]]                             \
      ::rondo::promise_broken(#condition, __FILE__, __LINE__); \
  } while (false)
