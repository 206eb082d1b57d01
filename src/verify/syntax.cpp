#include "verify/syntax.h"

#include <algorithm>

#include "base/text.h"

namespace rondo::verify {
namespace {

bool is_alnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}
bool is_utf8_byte(char c) { return (static_cast<unsigned char>(c) & 0x80U) != 0; }

bool is_atom_text(char c, SyntaxMode mode) {
  if (is_alnum(c)) return true;
  if (mode == SyntaxMode::rfc && is_utf8_byte(c)) return true;
  return std::string_view{"!#$%&'*+-/=?^_`{|}~"}.find(c) != std::string_view::npos;
}

bool is_dot_atom(std::string_view text, SyntaxMode mode) {
  if (text.empty() || text.front() == '.' || text.back() == '.') return false;
  if (text.find("..") != std::string_view::npos) return false;
  return std::all_of(text.begin(), text.end(),
                     [mode](char c) { return c == '.' || is_atom_text(c, mode); });
}

// RFC 5321 4.1.2: printable ASCII, '"' and '\' only behind a '\'.
bool is_quoted(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return false;
  text = text.substr(1, text.size() - 2);
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '"') return false;
    if (c == '\\' && ++at == text.size()) return false;
    if (static_cast<unsigned char>(text[at]) < 0x20 || text[at] == 0x7F) return false;
  }
  return true;
}

bool is_label(std::string_view label, SyntaxMode mode) {
  constexpr std::size_t label_bytes_max = 63;
  if (label.empty() || label.size() > label_bytes_max) return false;
  if (label.front() == '-' || label.back() == '-') return false;
  return std::all_of(label.begin(), label.end(), [mode](char c) {
    return is_alnum(c) || c == '-' || (mode == SyntaxMode::rfc && is_utf8_byte(c));
  });
}

bool is_domain(std::string_view domain, SyntaxMode mode) {
  if (domain.empty() || domain.size() > domain_bytes_max) return false;
  const auto labels = split(domain, '.');
  if (!std::all_of(labels.begin(), labels.end(),
                   [mode](auto label) { return is_label(label, mode); }))
    return false;
  if (mode == SyntaxMode::rfc) return true;
  // A top-level domain is never all digits (RFC 3696, 2), and no mailbox is handed out right below
  // the root.
  const auto top = labels.back();
  return labels.size() > 1 &&
         !std::all_of(top.begin(), top.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_literal(std::string_view domain) {
  return domain.size() > 2 && domain.front() == '[' && domain.back() == ']' &&
         std::all_of(domain.begin() + 1, domain.end() - 1,
                     [](char c) { return is_alnum(c) || c == '.' || c == ':'; });
}

}  // namespace

std::optional<Address> parse_address(std::string_view text, SyntaxMode mode) {
  if (text.size() > address_bytes_max || !is_utf8(text)) return std::nullopt;
  const auto at = text.rfind('@');
  if (at == std::string_view::npos) return std::nullopt;
  const auto local = text.substr(0, at);
  auto domain = text.substr(at + 1);
  if (local.size() > local_bytes_max) return std::nullopt;
  if (!is_dot_atom(local, mode) && !(mode == SyntaxMode::rfc && is_quoted(local)))
    return std::nullopt;
  if (domain.ends_with('.') && mode == SyntaxMode::deliverable) domain.remove_suffix(1);
  if (!is_domain(domain, mode) && !(mode == SyntaxMode::rfc && is_literal(domain)))
    return std::nullopt;
  return Address{std::string(local), lower(domain)};
}

}  // namespace rondo::verify
