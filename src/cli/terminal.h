#pragma once

#include <string>
#include <string_view>

namespace rondo::cli {

/// Where the program speaks: results on standard output, everything else on standard error, so that
/// a pipe gets results only.
struct Terminal {
  bool output_is_terminal = false;
  bool error_is_terminal = false;
  bool colours = false;  ///< on standard error and output both are terminals, NO_COLOR unset
  int width = 80;        ///< columns of standard error's terminal

  static Terminal of_process(bool no_colour);
  void out(std::string_view text) const;  ///< as it is, no line feed added
  void err(std::string_view text) const;
};

enum class Ink { bold, dim, green, yellow, red };

/// Dressed in ANSI escapes where the terminal shows colours, bare elsewhere.
[[nodiscard]] std::string ink(const Terminal& terminal, Ink colour, std::string_view text);

/// Padded with spaces to `width` characters (UTF-8 aware); longer text stays whole.
[[nodiscard]] std::string padded(std::string_view text, std::size_t width);

/// Control characters as `?`: values and names that strangers chose must not steer the terminal.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace rondo::cli
