#pragma once

#include <string_view>

namespace rondo {

/// A file that ships inside the binary. Both views live as long as the program.
struct EmbeddedFile {
  std::string_view path;
  std::string_view bytes;
};

}  // namespace rondo
