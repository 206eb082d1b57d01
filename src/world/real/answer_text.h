#pragma once

#include <ctime>
#include <string>
#include <string_view>

#include "world/network.h"

namespace rondo::world {

/// How an answer ends its exchange.
struct AnswerFrame {
  bool head = false;  ///< the request was HEAD: the length is said, the body is not sent
  bool keep_alive = true;
  bool http_1_0 = false;
};

/// "Tue, 24 Nov 2026 11:00:00 GMT" (RFC 9110 section 5.6.7), made anew once per second.
class HttpDate {
 public:
  [[nodiscard]] std::string_view text();

 private:
  std::time_t second_ = -1;
  std::string text_;
};

/// Writes status line and headers of `response` to the end of `out`. Length, connection and framing
/// are ours: such headers of the handler are left out. Line breaks in a header become spaces, so no
/// answer can be split.
void append_head(std::string& out, const HttpResponse& response, AnswerFrame frame,
                 std::string_view date);

/// Whether an answer of this status has a body at all (RFC 9110 section 6.4.1).
[[nodiscard]] bool has_body(int status);

/// `{"error":{"code":"R0035","message":"…"}}`, the form of every refusal.
[[nodiscard]] HttpResponse refusal_answer(int status, std::string_view code,
                                          std::string_view message);

}  // namespace rondo::world
