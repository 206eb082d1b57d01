#include "base/json.h"

#include <algorithm>
#include <cmath>

#include "base/json_text.h"

namespace rondo {
namespace {

const Json null_for_ever{};

}  // namespace

bool Json::as_bool(bool otherwise) const {
  const auto* value = std::get_if<bool>(&value_);
  return value != nullptr ? *value : otherwise;
}

std::int64_t Json::as_int(std::int64_t otherwise) const {
  if (const auto* value = std::get_if<std::int64_t>(&value_)) return *value;
  const auto* real = std::get_if<double>(&value_);
  // 2^63 itself is a double that no int64 holds, hence < and not <=.
  if (real != nullptr && *real >= -0x1p63 && *real < 0x1p63 && std::trunc(*real) == *real) {
    return static_cast<std::int64_t>(*real);
  }
  return otherwise;
}

double Json::as_double(double otherwise) const {
  if (const auto* value = std::get_if<double>(&value_)) return *value;
  const auto* whole = std::get_if<std::int64_t>(&value_);
  return whole != nullptr ? static_cast<double>(*whole) : otherwise;
}

std::string_view Json::as_string(std::string_view otherwise) const {
  const auto* value = std::get_if<std::string>(&value_);
  return value != nullptr ? std::string_view(*value) : otherwise;
}

const Json::Array& Json::as_array() const {
  static const Array empty;
  const auto* value = std::get_if<Array>(&value_);
  return value != nullptr ? *value : empty;
}

const Json::Object& Json::as_object() const {
  static const Object empty;
  const auto* value = std::get_if<Object>(&value_);
  return value != nullptr ? *value : empty;
}

const Json* Json::find(std::string_view key) const {
  for (const Member& member : as_object()) {
    if (member.first == key) return &member.second;
  }
  return nullptr;
}

const Json& Json::operator[](std::string_view key) const {
  const Json* found = find(key);
  return found != nullptr ? *found : null_for_ever;
}

const Json& Json::at_path(std::string_view dotted) const {
  const Json* here = this;
  while (true) {
    const std::size_t dot = dotted.find('.');
    here = &(*here)[dotted.substr(0, dot)];
    if (dot == std::string_view::npos) return *here;
    dotted.remove_prefix(dot + 1);
  }
}

Json& Json::set(std::string_view key, Json value) {
  if (!is_object()) value_ = Object{};
  auto& members = std::get<Object>(value_);
  const auto same = [key](const Member& member) { return member.first == key; };
  const auto found = std::find_if(members.begin(), members.end(), same);
  if (found != members.end()) {
    found->second = std::move(value);
  } else {
    members.emplace_back(std::string(key), std::move(value));
  }
  return *this;
}

Json& Json::push(Json value) {
  if (!is_array()) value_ = Array{};
  std::get<Array>(value_).push_back(std::move(value));
  return *this;
}

void Json::erase(std::string_view key) {
  if (auto* members = std::get_if<Object>(&value_)) {
    std::erase_if(*members, [key](const Member& member) { return member.first == key; });
  }
}

std::string Json::text() const { return json_text(*this, 0); }
std::string Json::pretty() const { return json_text(*this, 2); }

}  // namespace rondo
