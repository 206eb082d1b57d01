#include "connector/functions.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/hash.h"
#include "base/text.h"
#include "base/time.h"

namespace rondo::connector {
namespace {

using Arguments = std::span<const Json>;
using enum ValueType;

constexpr std::size_t unbounded = 64;

std::string text_at(Arguments arguments, std::size_t index) {
  return index < arguments.size() ? plain_text(arguments[index]) : std::string();
}

/// A function of one text; null stays null, so that a missing value is never hashed or sent.
template <class Work>
Json on_text(Arguments arguments, Work work) {
  if (arguments[0].is_null()) return {};
  return Json(work(plain_text(arguments[0])));
}

std::string upper(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

template <class Keep>
std::string keep_bytes(std::string_view text, Keep keep) {
  std::string kept;
  std::ranges::copy_if(text, std::back_inserter(kept), keep);
  return kept;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (static_cast<unsigned char>(c) & 0x80);
}

// E.164: '+', then at most 15 digits of which the first is not 0. A number without its country is
// no such number: guessing one would call a stranger.
Json e164(const std::string& raw) {
  const std::string_view trimmed = trim(raw);
  std::string digits = keep_bytes(trimmed, is_digit);
  if (digits.starts_with("00")) {
    digits.erase(0, 2);
  } else if (!trimmed.starts_with('+')) {
    return {};
  }
  if (digits.size() < 7 || digits.size() > 15 || digits[0] == '0') return {};
  return Json("+" + digits);
}

// gmail.com ignores dots and +tags in the local part; other providers do not have to.
std::string gmail_canon(const std::string& raw) {
  std::string address = lower(trim(raw));
  const auto at = address.rfind('@');
  if (at == std::string::npos) return address;
  const std::string domain = address.substr(at + 1);
  if (domain != "gmail.com" && domain != "googlemail.com") return address;
  std::string local = address.substr(0, std::min(address.find('+'), at));
  std::erase(local, '.');
  return local + "@gmail.com";
}

Json number_of(const Json& value) {
  if (value.is_number()) return value;
  if (value.is_bool()) return Json(value.as_bool() ? 1 : 0);
  const std::string_view text = trim(value.as_string());
  std::int64_t whole = 0;
  const char* end = text.data() + text.size();
  if (const auto [at, error] = std::from_chars(text.data(), end, whole);
      error == std::errc() && at == end && !text.empty()) {
    return Json(whole);
  }
  double real = 0;
  if (const auto [at, error] = std::from_chars(text.data(), end, real);
      error == std::errc() && at == end && std::isfinite(real) && !text.empty()) {
    return Json(real);
  }
  return {};
}

Json count(Arguments a) {
  if (a[0].is_array()) return Json(static_cast<std::int64_t>(a[0].as_array().size()));
  if (a[0].is_object()) return Json(static_cast<std::int64_t>(a[0].as_object().size()));
  if (a[0].is_string()) return Json(static_cast<std::int64_t>(a[0].as_string().size()));
  return Json(0);
}

Json coalesce(Arguments a) {
  const auto found = std::ranges::find_if(a, [](const Json& value) { return !value.is_null(); });
  return found == a.end() ? Json() : *found;
}

Json concat(Arguments a) {
  std::string all;
  for (const Json& part : a) all += plain_text(part);
  return Json(std::move(all));
}

Json join_list(Arguments a) {
  std::vector<std::string> parts;
  for (const Json& item : a[0].as_array()) parts.push_back(plain_text(item));
  return Json(join(parts, text_at(a, 1)));
}

Json split_text(Arguments a) {
  const std::string separator = text_at(a, 1);
  const std::string text = text_at(a, 0);
  Json list = Json::array();
  if (separator.size() != 1) return list.push(Json(text));
  for (const auto part : split(text, separator[0])) list.push(Json(part));
  return list;
}

Json contains(Arguments a) {
  if (a[0].is_array())
    return Json(std::ranges::find(a[0].as_array(), a[1]) != a[0].as_array().end());
  if (a[0].is_null()) return Json(false);
  return Json(text_at(a, 0).find(text_at(a, 1)) != std::string::npos);
}

// What stands behind the first `separator`: some APIs put JSON behind a sentence.
Json after(Arguments a) {
  const std::string text = text_at(a, 0);
  const std::string separator = text_at(a, 1);
  const auto at = text.find(separator);
  return at == std::string::npos ? Json() : Json(text.substr(at + separator.size()));
}

Json parse_json(Arguments a) {
  auto parsed = Json::parse(text_at(a, 0));
  return parsed ? std::move(*parsed) : Json();
}

bool named(Arguments names, std::string_view name) {
  return std::ranges::any_of(names, [name](const Json& n) { return n.as_string() == name; });
}

Json pick(Arguments a) {
  Json kept = Json::object();
  for (const auto& [name, value] : a[0].as_object()) {
    if (named(a.subspan(1), name)) kept.set(name, value);
  }
  return kept;
}

Json without(Arguments a) {
  Json kept = Json::object();
  for (const auto& [name, value] : a[0].as_object()) {
    if (!named(a.subspan(1), name)) kept.set(name, value);
  }
  return kept;
}

Json keys(Arguments a) {
  Json names = Json::array();
  for (const auto& [name, value] : a[0].as_object()) names.push(Json(name));
  return names;
}

Json epoch_ms(Arguments a) {
  const auto time = parse_time(text_at(a, 0));
  if (!time) return {};
  return Json(
      std::chrono::duration_cast<std::chrono::milliseconds>(time->time_since_epoch()).count());
}

Json substring(Arguments a) {
  const std::string text = text_at(a, 0);
  const auto from =
      std::clamp<std::int64_t>(a[1].as_int(), 0, static_cast<std::int64_t>(text.size()));
  const auto length = a.size() > 2 ? std::max<std::int64_t>(a[2].as_int(), 0) : INT64_MAX;
  return Json(text.substr(static_cast<std::size_t>(from), static_cast<std::size_t>(length)));
}

Json item(const Json& list, bool last) {
  const auto& items = list.as_array();
  if (items.empty()) return {};
  return last ? items.back() : items.front();
}

Json if_else(Arguments a) {
  if (a[0].as_bool()) return a[1];
  return a.size() > 2 ? a[2] : Json();
}

constexpr std::array functions{
    Function{"after", 2, 2, text, text, after},
    Function{
        "base64", 1, 1, text, text,
        [](Arguments a) { return on_text(a, [](const auto& t) { return base64_encode(t); }); }},
    Function{"coalesce", 1, unbounded, any, any, coalesce},
    Function{"concat", 1, unbounded, any, text, concat},
    Function{"contains", 2, 2, any, boolean, contains},
    Function{"count", 1, 1, any, number, count},
    Function{"digits", 1, 1, text, text,
             [](Arguments a) {
               return on_text(a, [](const auto& t) { return keep_bytes(t, is_digit); });
             }},
    Function{"e164", 1, 1, text, text,
             [](Arguments a) { return a[0].is_null() ? Json() : e164(plain_text(a[0])); }},
    Function{"ends_with", 2, 2, text, boolean,
             [](Arguments a) { return Json(text_at(a, 0).ends_with(text_at(a, 1))); }},
    Function{"epoch_ms", 1, 1, text, number, epoch_ms},
    Function{"first", 1, 1, list, any, [](Arguments a) { return item(a[0], false); }},
    Function{"gmail_canon", 1, 1, text, text,
             [](Arguments a) { return on_text(a, [](const auto& t) { return gmail_canon(t); }); }},
    Function{"if", 2, 3, boolean, any, if_else},
    Function{"join", 2, 2, list, text, join_list},
    Function{"json", 1, 1, any, text, [](Arguments a) { return Json(a[0].text()); }},
    Function{"keys", 1, 1, any, list, keys},
    Function{"last", 1, 1, list, any, [](Arguments a) { return item(a[0], true); }},
    Function{"letters", 1, 1, text, text,
             [](Arguments a) {
               return on_text(a, [](const auto& t) { return keep_bytes(t, is_letter); });
             }},
    Function{"lower", 1, 1, text, text,
             [](Arguments a) { return on_text(a, [](const auto& t) { return lower(t); }); }},
    Function{"lower_trim", 1, 1, text, text,
             [](Arguments a) { return on_text(a, [](const auto& t) { return lower(trim(t)); }); }},
    Function{"matches", 2, 2, text, boolean,
             [](Arguments a) { return Json(glob_matches(text_at(a, 1), text_at(a, 0))); }},
    Function{"md5", 1, 1, text, text,
             [](Arguments a) { return on_text(a, [](const auto& t) { return md5_hex(t); }); }},
    Function{"number", 1, 1, any, number, [](Arguments a) { return number_of(a[0]); }},
    Function{"parse_json", 1, 1, text, any, parse_json},
    Function{"pick", 2, unbounded, any, any, pick},
    Function{"replace", 3, 3, text, text,
             [](Arguments a) {
               return on_text(a,
                              [&](auto t) { return replace_all(t, text_at(a, 1), text_at(a, 2)); });
             }},
    Function{"sha256", 1, 1, text, text,
             [](Arguments a) { return on_text(a, [](const auto& t) { return sha256_hex(t); }); }},
    Function{"split", 2, 2, text, list, split_text},
    Function{"starts_with", 2, 2, text, boolean,
             [](Arguments a) { return Json(text_at(a, 0).starts_with(text_at(a, 1))); }},
    Function{"substring", 2, 3, text, text, substring},
    Function{"text", 1, 1, any, text,
             [](Arguments a) { return on_text(a, [](auto t) { return t; }); }},
    Function{
        "trim", 1, 1, text, text,
        [](Arguments a) { return on_text(a, [](const auto& t) { return std::string(trim(t)); }); }},
    Function{"upper", 1, 1, text, text,
             [](Arguments a) { return on_text(a, [](auto t) { return upper(t); }); }},
    Function{"url_encode", 1, 1, text, text,
             [](Arguments a) { return on_text(a, [](const auto& t) { return url_encode(t); }); }},
    Function{"without", 2, unbounded, any, any, without},
};

}  // namespace

std::span<const Function> all_functions() { return functions; }

const Function* find_function(std::string_view name) {
  const auto found = std::ranges::find(functions, name, &Function::name);
  return found == functions.end() ? nullptr : &*found;
}

}  // namespace rondo::connector
