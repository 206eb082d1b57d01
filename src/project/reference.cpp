#include <utility>

#include <fmt/core.h>

#include "base/text.h"
#include "project/schema.h"
#include "project/schema_part.h"

namespace rondo::project {
namespace {

/// Writes the page of one kind: a table for each map that has fields of its own, outermost first.
class Page {
 public:
  explicit Page(const Json& root) : root_(root) {}

  std::string write() {
    const std::string kind(root_["title"].as_string());
    text_ = "# " + kind + "\n\n" + std::string(root_["description"].as_string()) + "\n";
    if (const Json* either = root_.find("oneOf")) {
      for (const Json& one : either->as_array()) {
        waiting_.push_back({std::string(one["title"].as_string()), &one});
      }
    } else {
      waiting_.push_back({"", &root_});
    }
    // By index and by value: describing one section may add others.
    for (std::size_t i = 0; i < waiting_.size(); ++i) section(waiting_[i]);
    return text_ + "\nMade from `rondo schema " + kind + "`.\n";
  }

 private:
  struct Section {
    std::string heading;
    const Json* part;
  };

  void section(const Section of) {
    const Json& part = *of.part;
    if (!of.heading.empty()) {
      text_ += "\n## " + of.heading + "\n";
      if (part["description"].is_string()) {
        text_ += "\n" + std::string(part["description"].as_string()) + "\n";
      }
    }
    text_ += "\n| field | value | |\n|---|---|---|\n";
    for (const auto& [name, field] : part["properties"].as_object()) {
      row("`" + name + "`", field, is_required(part, name), path(of.heading, name));
    }
    const Json& others = part["additionalProperties"];
    if (others.is_object()) row("any name", others, false, path(of.heading, "name"));
  }

  static std::string path(const std::string& heading, const std::string& name) {
    const bool top = heading.empty() || heading.find(' ') != std::string::npos;
    return top ? name : heading + "." + name;
  }

  static bool is_required(const Json& part, std::string_view name) {
    for (const Json& one : part["required"].as_array()) {
      if (one.as_string() == name) return true;
    }
    return false;
  }

  void row(const std::string& name, const Json& field, bool required, const std::string& where) {
    const Json& target = target_of(root_, field);
    std::string says(field["description"].as_string(target["description"].as_string()));
    if (field.find("x-rondo-not-yet") != nullptr) says += " *Understood, not carried out yet.*";
    if (const Json* otherwise = target.find("default")) {
      says += " Default: `" + value_text(*otherwise) + "`.";
    }
    if (!target["examples"].as_array().empty()) {
      says += " Example: `" + example(target["examples"].as_array()[0]) + "`.";
    }
    text_ += fmt::format("| {}{} | {} | {} |\n", name, required ? " (required)" : "",
                         in_cell(value_of(target, where)), in_cell(std::string(trim(says))));
  }

  static std::string example(const Json& value) { return value_text(value); }

  static std::string in_cell(std::string text) {
    return replace_all(replace_all(std::move(text), "\n", " "), "|", "\\|");
  }

  /// What may stand there, in a few words; maps get a section of their own.
  std::string value_of(const Json& part, const std::string& where) {
    const auto values = values_of(part);
    if (!values.empty()) return "`" + join(values, "` `") + "`";
    for (const std::string_view either : {"anyOf", "oneOf"}) {
      std::string all;
      for (const Json& one : part[either].as_array()) {
        const std::string value = value_of(target_of(root_, one), where);
        if (all.find(value) == std::string::npos) all += (all.empty() ? "" : ", or ") + value;
      }
      if (!all.empty()) return all;
    }
    if (part["type"].as_string() == "object") return map_of(part, where);
    if (part["type"].as_string() == "array") {
      return "list of " + value_of(target_of(root_, part["items"]), where);
    }
    if (part["format"].is_string())
      return std::string(words_for_format(part["format"].as_string()));
    if (part["x-rondo-ref"].is_string()) {
      return replace_all(std::string(part["x-rondo-ref"].as_string()), "_", " ");
    }
    return joined_types(types_of(part));
  }

  std::string map_of(const Json& part, const std::string& where) {
    const bool has_fields = !part["properties"].as_object().empty();
    const bool of_maps = part["additionalProperties"]["type"].as_string() == "object";
    if (!has_fields && !of_maps) return "map";
    for (const Section& one : waiting_) {
      if (one.part == &part) return "map, see " + one.heading;
    }
    waiting_.push_back({where, &part});
    return "map, see " + where;
  }

  const Json& root_;
  std::string text_;
  std::vector<Section> waiting_;
};

}  // namespace

std::string schema_reference_markdown(std::string_view kind) {
  const Json* found = schema(kind);
  return found == nullptr ? "" : Page(*found).write();
}

}  // namespace rondo::project
