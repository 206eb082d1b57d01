#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace rondo {

void promise_broken(std::string_view promise, std::string_view file, int line) {
  std::fprintf(stderr, "rondo: broken promise: %.*s (%.*s:%d)\n", static_cast<int>(promise.size()),
               promise.data(), static_cast<int>(file.size()), file.data(), line);
  std::abort();
}

}  // namespace rondo
