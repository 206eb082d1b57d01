#include <algorithm>
#include <utility>

#include <fmt/core.h>

#include "base/text.h"
#include "project/yaml.h"

namespace rondo::project {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

std::size_t first_bad_byte(std::string_view text) {
  // Halving needs a monotone question: is the prefix fine, but for a character cut at its end?
  std::size_t good = 0;
  std::size_t bad = text.size();
  const auto fine = [&](std::size_t size) {
    for (std::size_t cut = 0; cut < 4 && cut <= size; ++cut) {
      if (is_utf8(text.substr(0, size - cut))) return true;
    }
    return false;
  };
  while (bad - good > 1) {
    const std::size_t middle = good + (bad - good) / 2;
    (fine(middle) ? good : bad) = middle;
  }
  while (good > 0 && !is_utf8(text.substr(0, good))) --good;
  return good;
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7F;
}

Finding not_utf8(std::string_view text) {
  // Counted by bytes in the broken line: nobody can say what its characters are.
  const std::size_t bad = first_bad_byte(text);
  const LineTable lines(text);
  return {"R0102", "the file is not UTF-8", lines.at(bad), "this byte fits no character",
          "save the file as UTF-8"};
}

}  // namespace

bool accept_text(const std::string& file, std::string text, Report& report) {
  if (text.starts_with(byte_order_mark)) text.erase(0, byte_order_mark.size());
  if (text.size() > yaml_size_max) {
    report.add(file, {"R0102",
                      fmt::format("the file is larger than {} KiB", yaml_size_max / 1024),
                      {},
                      "",
                      "declare less in one file"});
    return false;
  }
  if (!is_utf8(text)) {
    report.add(file, not_utf8(text));
    return false;
  }
  const auto control = std::find_if(text.begin(), text.end(), is_control);
  if (control != text.end()) {
    const LineTable lines(text);
    report.add(file, {"R0102", "the file holds a control character",
                      lines.at(static_cast<std::size_t>(control - text.begin())),
                      fmt::format("character {:#04x}", static_cast<unsigned char>(*control)),
                      "remove it; an editor may show it as a blank"});
    return false;
  }
  report.add_file(file, std::move(text));
  return true;
}

}  // namespace rondo::project
