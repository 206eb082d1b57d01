#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"

namespace rondo {

/// A JSON value. Objects keep the order of their keys, so what is written is what was meant, byte
/// for byte. Numbers are int64 where they fit and have no fraction, double otherwise.
class Json {
 public:
  using Array = std::vector<Json>;
  using Member = std::pair<std::string, Json>;
  using Object = std::vector<Member>;

  Json() = default;
  Json(std::nullptr_t) {}                           // NOLINT(google-explicit-constructor)
  Json(bool value) : value_(value) {}               // NOLINT
  Json(int value) : value_(std::int64_t{value}) {}  // NOLINT
  Json(std::int64_t value) : value_(value) {}       // NOLINT
  Json(std::uint64_t value) : value_(static_cast<std::int64_t>(value)) {}  // NOLINT
  Json(double value) : value_(value) {}                                    // NOLINT
  Json(std::string value) : value_(std::move(value)) {}                    // NOLINT
  Json(std::string_view value) : value_(std::string(value)) {}             // NOLINT
  Json(const char* value) : value_(std::string(value)) {}                  // NOLINT
  Json(Array value) : value_(std::move(value)) {}                          // NOLINT
  Json(Object value) : value_(std::move(value)) {}                         // NOLINT

  /// `Json::object({{"id", 7}, {"name", "Ada"}})`
  static Json object(std::initializer_list<Member> members = {}) { return Json(Object(members)); }
  static Json array(std::initializer_list<Json> items = {}) { return Json(Array(items)); }

  /// Parses one complete value of at most `depth_max` levels. Error R0010 names line and column.
  static Result<Json> parse(std::string_view text);
  static constexpr std::size_t depth_max = 64;

  [[nodiscard]] bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
  [[nodiscard]] bool is_bool() const { return std::holds_alternative<bool>(value_); }
  [[nodiscard]] bool is_int() const { return std::holds_alternative<std::int64_t>(value_); }
  [[nodiscard]] bool is_number() const {
    return is_int() || std::holds_alternative<double>(value_);
  }
  [[nodiscard]] bool is_string() const { return std::holds_alternative<std::string>(value_); }
  [[nodiscard]] bool is_array() const { return std::holds_alternative<Array>(value_); }
  [[nodiscard]] bool is_object() const { return std::holds_alternative<Object>(value_); }

  // The value if it is of that type, the fallback otherwise: reading foreign JSON never throws.
  [[nodiscard]] bool as_bool(bool otherwise = false) const;
  [[nodiscard]] std::int64_t as_int(std::int64_t otherwise = 0) const;
  [[nodiscard]] double as_double(double otherwise = 0) const;
  [[nodiscard]] std::string_view as_string(std::string_view otherwise = {}) const;
  [[nodiscard]] const Array& as_array() const;    ///< empty if it is none
  [[nodiscard]] const Object& as_object() const;  ///< empty if it is none

  /// The member of that name, or a null that lives for ever.
  [[nodiscard]] const Json& operator[](std::string_view key) const;
  [[nodiscard]] const Json* find(std::string_view key) const;
  /// Follows "a.b.c" through objects; the shared null where the way ends.
  [[nodiscard]] const Json& at_path(std::string_view dotted) const;

  Json& set(std::string_view key,
            Json value);   ///< makes this an object if it is none; returns *this
  Json& push(Json value);  ///< makes this an array if it is none; returns *this
  void erase(std::string_view key);

  /// Compact; keys in their order; strings escaped as RFC 8259 asks, non-ASCII left as UTF-8.
  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::string pretty() const;  ///< two spaces, for people

  friend bool operator==(const Json&, const Json&) = default;

 private:
  std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object> value_;
};

}  // namespace rondo
