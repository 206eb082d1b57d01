#include "project/secrets.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"

namespace rondo::project {
namespace {

constexpr std::size_t secret_size_max = 64 * 1024;  ///< bytes of a secret's file

constexpr std::array<std::string_view, 7> secret_words{
    "token", "secret", "password", "api_key", "apikey", "private_key", "credential"};

bool is_variable_name(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !text.empty() && !(text[0] >= '0' && text[0] <= '9') &&
         std::all_of(text.begin(), text.end(), fits);
}

}  // namespace

bool has_placeholder(std::string_view text) { return text.find("${") != std::string_view::npos; }

bool is_secret_name(std::string_view setting) {
  const std::string name = lower(setting);
  return std::any_of(secret_words.begin(), secret_words.end(),
                     [&](std::string_view word) { return name.find(word) != std::string::npos; });
}

std::map<std::string, std::string> printable_settings(const model::Destination& destination) {
  std::map<std::string, std::string> settings = destination.settings;
  for (const std::string& name : destination.secret_settings) {
    if (settings.contains(name)) settings[name] = hidden_value;
  }
  return settings;
}

Span part_of(const YamlNode& node, std::size_t begin, std::size_t size) {
  const std::string_view text = node.text;
  const std::uint32_t quote = node.style == YamlNode::Style::quoted ? 1 : 0;
  // Escapes, folded lines and blocks move characters; then the whole value is the place.
  const bool as_written =
      node.style != YamlNode::Style::block && node.where.length == characters(text) + 2 * quote;
  if (!as_written) return node.where;
  return {node.where.line, node.where.column + quote + characters(text.substr(0, begin)),
          std::max<std::uint32_t>(1, characters(text.substr(begin, size)))};
}

std::string Secrets::fill(const std::string& file, const YamlNode& node) {
  const std::string_view text = node.text;
  std::string filled;
  std::size_t at = 0;
  while (true) {
    const std::size_t open = text.find("${", at);
    filled += text.substr(at, open - at);
    if (open == std::string_view::npos) return filled;
    const std::size_t close = text.find('}', open);
    if (close == std::string_view::npos) {
      malformed(file, part_of(node, open, text.size() - open));
      return filled;
    }
    filled += value_of(file, node, open, text.substr(open + 2, close - open - 2));
    at = close + 1;
  }
}

std::string Secrets::value_of(const std::string& file, const YamlNode& node, std::size_t at,
                              std::string_view inside) {
  const Span where = part_of(node, at, inside.size() + 3);
  const std::size_t colon = inside.find(':');
  const std::string_view kind = inside.substr(0, colon);
  const std::string name(colon == std::string_view::npos ? "" : inside.substr(colon + 1));
  const bool from_environment = kind == "env" && is_variable_name(name);
  const bool from_disk = kind == "file" && name.starts_with('/');
  if (!from_environment && !from_disk) {
    malformed(file, where);
    return {};
  }
  if (mode_ == SecretMode::placeholder) return "${" + std::string(inside) + "}";
  if (from_disk) return from_file(file, where, name);
  auto value = environment_.variable(name);
  if (!value || value->empty()) {
    report_.add(
        file, {"R0115", "the environment variable " + name + (value ? " is empty" : " is not set"),
               where, "needed here", "set it before starting: export " + name + "=…"});
    return {};
  }
  return *value;
}

std::string Secrets::from_file(const std::string& file, Span where, const std::string& path) {
  auto opened = disk_.open(path, world::OpenMode::read);
  auto bytes = opened ? (*opened)->read_at(0, secret_size_max + 1)
                      : Result<std::string>(fail(std::move(opened).error()));
  if (!bytes) {
    report_.add(file, {"R0115", "the secret's file cannot be read: " + bytes.error().text(), where,
                       "needed here", "put the secret there, readable for whoever runs Rondo"});
    return {};
  }
  if (bytes->size() > secret_size_max) {
    report_.add(file, {"R0115", "the secret's file is larger than 64 KiB", where, "too large",
                       "is it the right file?"});
    return {};
  }
  while (bytes->ends_with('\n') || bytes->ends_with('\r')) bytes->pop_back();
  return std::move(*bytes);
}

void Secrets::malformed(const std::string& file, Span where) {
  report_.add(file, {"R0116", "this is no placeholder that Rondo knows", where,
                     "not `${env:NAME}` or `${file:/path}`",
                     "write `${env:NAME}` for a variable, `${file:/absolute/path}` for a file"});
}

}  // namespace rondo::project
