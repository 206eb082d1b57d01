#pragma once

#include <map>
#include <string>
#include <string_view>

#include "model/project.h"
#include "project/document.h"
#include "project/report.h"
#include "world/disk.h"
#include "world/environment.h"

namespace rondo::project {

/// `check` works on a machine that holds no secrets; `run` needs them all.
enum class SecretMode {
  require,      ///< a missing one is an error at its place
  placeholder,  ///< nothing is read; values stay as written, `${env:NAME}`
};

/// Puts `${env:NAME}` and `${file:/path}` into values. What it put in is never part of a message.
class Secrets {
 public:
  Secrets(world::Disk& disk, const world::Environment& environment, SecretMode mode, Report& report)
      : disk_(disk), environment_(environment), mode_(mode), report_(report) {}

  /// The text with every placeholder replaced. Missing or malformed ones are reported at their
  /// place and left out.
  [[nodiscard]] std::string fill(const std::string& file, const YamlNode& node);

 private:
  [[nodiscard]] std::string value_of(const std::string& file, const YamlNode& node, std::size_t at,
                                     std::string_view inside);
  [[nodiscard]] std::string from_file(const std::string& file, Span where, const std::string& path);
  void malformed(const std::string& file, Span where);

  world::Disk& disk_;
  const world::Environment& environment_;
  SecretMode mode_;
  Report& report_;
};

[[nodiscard]] bool has_placeholder(std::string_view text);
/// A setting that is a secret by its name: token, password, api_key …
[[nodiscard]] bool is_secret_name(std::string_view setting);

/// What stands in output instead of a secret.
constexpr std::string_view hidden_value = "•••";

/// The settings of a destination for people, logs and `--json`: those that are secret as `•••`.
[[nodiscard]] std::map<std::string, std::string> printable_settings(
    const model::Destination& destination);

/// The place of a part of a scalar's text, as exact as the way it is written allows.
[[nodiscard]] Span part_of(const YamlNode& node, std::size_t begin, std::size_t size);

}  // namespace rondo::project
