#include "base/json_text.h"

#include <array>
#include <charconv>
#include <cmath>

#include "base/check.h"
#include "base/json.h"

namespace rondo {
namespace {

void append_escape(std::string& out, char c) {
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\b': out += "\\b"; return;
    case '\f': out += "\\f"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
  }
  constexpr std::string_view digits = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  out += "\\u00";
  out += digits[byte >> 4];
  out += digits[byte & 15];
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  std::size_t plain_from = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, plain_from, i - plain_from);
    append_escape(out, c);
    plain_from = i + 1;
  }
  out.append(text, plain_from);
  out += '"';
}

template <class Number>
std::string_view digits_of(Number number, std::array<char, 40>& room) {
  const auto [end, problem] = std::to_chars(room.data(), room.data() + room.size(), number);
  PROMISE(problem == std::errc{});
  return {room.data(), static_cast<std::size_t>(end - room.data())};
}

void append_double(std::string& out, double number) {
  if (!std::isfinite(number)) {
    out += "null";
    return;
  }
  std::array<char, 40> room{};
  const std::string_view digits = digits_of(number, room);
  out += digits;
  if (digits.find_first_of(".e") == std::string_view::npos) out += ".0";
}

class Writer {
 public:
  Writer(std::string& out, std::size_t indent) : out_(out), indent_(indent) {}

  void write(const Json& value, std::size_t level) {
    if (value.is_null()) {
      out_ += "null";
    } else if (value.is_bool()) {
      out_ += value.as_bool() ? "true" : "false";
    } else if (value.is_int()) {
      std::array<char, 40> room{};
      out_ += digits_of(value.as_int(), room);
    } else if (value.is_number()) {
      append_double(out_, value.as_double());
    } else if (value.is_string()) {
      append_quoted(out_, value.as_string());
    } else if (value.is_array()) {
      write_array(value.as_array(), level);
    } else {
      write_object(value.as_object(), level);
    }
  }

 private:
  void write_array(const Json::Array& items, std::size_t level) {
    out_ += '[';
    bool first = true;
    for (const Json& item : items) {
      next_line(level + 1, std::exchange(first, false));
      write(item, level + 1);
    }
    close(']', level, first);
  }

  void write_object(const Json::Object& members, std::size_t level) {
    out_ += '{';
    bool first = true;
    for (const auto& [key, value] : members) {
      next_line(level + 1, std::exchange(first, false));
      append_quoted(out_, key);
      out_ += indent_ == 0 ? ":" : ": ";
      write(value, level + 1);
    }
    close('}', level, first);
  }

  void next_line(std::size_t level, bool first) {
    if (!first) out_ += ',';
    if (indent_ == 0) return;
    out_ += '\n';
    out_.append(level * indent_, ' ');
  }

  void close(char bracket, std::size_t level, bool empty) {
    if (!empty && indent_ != 0) {
      out_ += '\n';
      out_.append(level * indent_, ' ');
    }
    out_ += bracket;
  }

  std::string& out_;
  std::size_t indent_;
};

}  // namespace

std::string json_text(const Json& value, std::size_t indent) {
  std::string out;
  Writer(out, indent).write(value, 0);
  return out;
}

std::string json_quoted(std::string_view text) {
  std::string out;
  append_quoted(out, text);
  return out;
}

}  // namespace rondo
