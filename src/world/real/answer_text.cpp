#include "world/real/answer_text.h"

#include <array>
#include <charconv>

#include <boost/beast/http/status.hpp>
#include <fmt/core.h>

#include "base/text.h"

namespace rondo::world {
namespace {

void append_number(std::string& out, std::size_t number) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

void append_clean(std::string& out, std::string_view text) {
  for (const char c : text) out += c == '\r' || c == '\n' || c == '\0' ? ' ' : c;
}

bool is_ours(std::string_view name) {
  switch (name.size()) {  // almost every header is let through by its length
    case 4: return iequals(name, "date");
    case 10: return iequals(name, "connection") || iequals(name, "keep-alive");
    case 14: return iequals(name, "content-length");
    case 17: return iequals(name, "transfer-encoding");
    default: return false;
  }
}

int valid_status(int status) {
  constexpr int lowest = 200;  // 1xx answers are not final, a handler cannot mean one
  constexpr int highest = 599;
  return status >= lowest && status <= highest ? status : 500;
}

}  // namespace

std::string_view HttpDate::text() {
  const std::time_t now = std::time(nullptr);
  if (now != second_) {
    second_ = now;
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    constexpr int first_year = 1900;
    text_ = fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT",
                        days.at(static_cast<std::size_t>(parts.tm_wday)), parts.tm_mday,
                        months.at(static_cast<std::size_t>(parts.tm_mon)),
                        parts.tm_year + first_year, parts.tm_hour, parts.tm_min, parts.tm_sec);
  }
  return text_;
}

bool has_body(int status) { return valid_status(status) != 204 && valid_status(status) != 304; }

void append_head(std::string& out, const HttpResponse& response, AnswerFrame frame,
                 std::string_view date) {
  const int status = valid_status(response.status);
  const auto reason =
      boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(status));
  out += "HTTP/1.1 ";
  append_number(out, static_cast<std::size_t>(status));
  out += ' ';
  out.append(reason.data(), reason.size());
  out += "\r\nDate: ";
  out += date;
  if (has_body(status)) {
    out += "\r\nContent-Length: ";
    append_number(out, response.body.size());
  }
  if (!frame.keep_alive) {
    out += "\r\nConnection: close";
  } else if (frame.http_1_0) {
    out += "\r\nConnection: keep-alive";
  }
  for (const auto& [name, value] : response.headers.all()) {
    if (is_ours(name)) continue;
    out += "\r\n";
    append_clean(out, name);
    out += ": ";
    append_clean(out, value);
  }
  out += "\r\n\r\n";
}

HttpResponse refusal_answer(int status, std::string_view code, std::string_view message) {
  return {.status = status,
          .headers = {{"Content-Type", "application/json"}},
          .body = fmt::format(R"({{"error":{{"code":"{}","message":"{}"}}}})", code, message)};
}

}  // namespace rondo::world
