#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "project/document.h"
#include "project/report.h"

namespace rondo::project {

/// The kinds of YAML files, in the order in which a project is read.
[[nodiscard]] std::span<const std::string_view> schema_kinds();

/// The JSON Schema (draft 2020-12) of one kind, complete in itself; null for an unknown kind. What
/// `rondo schema KIND` prints, what editors take, and what validation and the reference pages are
/// made from.
///
/// Words of our own, which other validators pass over:
///   x-rondo-ref          the text names something else of the project; the value says what
///   x-rondo-key-ref      so do the keys of this map
///   x-rondo-placeholder  `${env:NAME}` and `${file:PATH}` are put in here
///   x-rondo-secret       never printed
///   x-rondo-not-yet      understood but not carried out yet: a warning
///   x-rondo-missing      code, message and hint where this required field is missing
[[nodiscard]] const Json* schema(std::string_view kind);

/// A page of the reference in Markdown; empty for an unknown kind.
[[nodiscard]] std::string schema_reference_markdown(std::string_view kind);

/// Follows a `$ref` to `#/$defs/NAME` of `root`; the members beside `$ref` stay with the caller.
[[nodiscard]] const Json& target_of(const Json& root, const Json& part);

/// A text of a file that names something else.
struct Reference {
  std::string to;  ///< value of x-rondo-ref: purpose, contract, destination …
  std::string text;
  Span where{};
};

/// Checks a file against the schema of its kind and reports everything that does not fit. Answers
/// the references, which only the whole project can check.
[[nodiscard]] std::vector<Reference> validate(const std::string& file, const YamlNode& root,
                                              const Json& schema, Report& report);

}  // namespace rondo::project
