#include "cli/terminal.h"

#include <algorithm>
#include <cstdio>

#include <sys/ioctl.h>
#include <unistd.h>

namespace rondo::cli {

Terminal Terminal::of_process(bool no_colour) {
  Terminal terminal;
  terminal.output_is_terminal = isatty(STDOUT_FILENO) == 1;
  terminal.error_is_terminal = isatty(STDERR_FILENO) == 1;
  terminal.colours = terminal.output_is_terminal && terminal.error_is_terminal && !no_colour;
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) terminal.width = size.ws_col;
  return terminal;
}

void Terminal::out(std::string_view text) const {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

void Terminal::err(std::string_view text) const {
  std::fwrite(text.data(), 1, text.size(), stderr);
}

std::string ink(const Terminal& terminal, Ink colour, std::string_view text) {
  if (!terminal.colours) return std::string(text);
  const char* code = "";
  switch (colour) {
    case Ink::bold: code = "\033[1m"; break;
    case Ink::dim: code = "\033[2m"; break;
    case Ink::green: code = "\033[32m"; break;
    case Ink::yellow: code = "\033[33m"; break;
    case Ink::red: code = "\033[31m"; break;
  }
  return code + std::string(text) + "\033[0m";
}

std::string padded(std::string_view text, std::size_t width) {
  const auto is_start = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
  const auto length = static_cast<std::size_t>(std::count_if(text.begin(), text.end(), is_start));
  std::string result(text);
  if (length < width) result.append(width - length, ' ');
  return result;
}

std::string printable(std::string_view text) {
  std::string safe(text);
  std::replace_if(
      safe.begin(), safe.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, '?');
  return safe;
}

}  // namespace rondo::cli
