#include <algorithm>
#include <cctype>
#include <regex>
#include <utility>

#include <fmt/core.h>

#include "base/text.h"
#include "project/formats.h"
#include "project/schema.h"
#include "project/schema_part.h"

namespace rondo::project {
namespace {

/// Where the validator stands: what to call the value, and where to point when it is missing or
/// empty.
struct Place {
  std::string what;  ///< "`mode` in sync"
  std::string noun;  ///< of the map it stands in: "sync"
  Span key_where{};
};

class Validator {
 public:
  Validator(const std::string& file, const Json& root, Report& report)
      : file_(file), root_(root), report_(report) {}

  void check(const YamlNode& node, const Json& part, const Place& place) {
    if (part.find("x-rondo-not-yet") != nullptr) not_yet(place);
    const Json& target = target_of(root_, part);
    const Json* alternatives = target.find("anyOf");
    if (alternatives == nullptr) alternatives = target.find("oneOf");
    if (alternatives != nullptr) return check_alternatives(node, *alternatives, place);
    if (!fits_type(node, target)) {
      // 20 where 20% belongs is not a matter of quotes.
      const bool formed = node.is_scalar() && !node.is_null() && target["format"].is_string();
      return formed ? check_form(node, target, place) : wrong_type(node, types_of(target), place);
    }
    if (node.is_map()) return check_map(node, target, place);
    if (node.is_list()) return check_list(node, target, place);
    check_scalar(node, target, place);
  }

  std::vector<Reference> references;

 private:
  void add(Finding finding) { report_.add(file_, std::move(finding)); }

  void not_yet(const Place& place) {
    add({"R0117", place.what + " is understood, but not carried out by this version yet",
         place.key_where, "has no effect yet", "", Severity::warning});
  }

  void wrong_type(const YamlNode& node, const std::vector<std::string>& types, const Place& place) {
    const std::string wanted = joined_types(types);
    if (node.is_null()) {
      return add({"R0104", place.what + " has no value", place.key_where, "expected " + wanted,
                  "give it a value, or remove it"});
    }
    add({"R0104", fmt::format("{} should be {}, not {}", place.what, wanted, kind_of(node)),
         node.where, "expected " + wanted, hint_for_type(node, types)});
  }

  // Maps --------------------------------------------------------------

  void check_map(const YamlNode& node, const Json& part, const Place& place) {
    const std::string noun =
        part["title"].is_string() ? std::string(part["title"].as_string()) : place.noun;
    const std::vector<std::string> misspelt = check_entries(node, part, noun);
    for (const Json& required : part["required"].as_array()) {
      const std::string name(required.as_string());
      if (node.find(name) != nullptr) continue;
      // Its misspelling was just reported; saying it twice helps nobody.
      if (std::find(misspelt.begin(), misspelt.end(), name) != misspelt.end()) continue;
      missing(name, part["properties"][name], noun, node, place);
    }
    check_count(node, node.entries.size(), part["minProperties"], part["maxProperties"], "entry",
                "entries", place);
  }

  /// Answers the fields that were probably meant by unknown ones.
  std::vector<std::string> check_entries(const YamlNode& node, const Json& part,
                                         const std::string& noun) {
    std::vector<std::string> meant;
    const Json& others = part["additionalProperties"];
    const bool open = others.is_object() || others.as_bool(true);
    std::vector<std::string> needed;
    for (const Json& name : part["required"].as_array()) {
      if (node.find(name.as_string()) == nullptr) needed.emplace_back(name.as_string());
    }
    for (const YamlEntry& entry : node.entries) {
      const Place inner{"`" + entry.key + "` in " + noun, noun, entry.key_where};
      if (const Json* known = part["properties"].find(entry.key)) {
        check(entry.value, *known, inner);
      } else if (!open || nearest(entry.key, needed)) {
        meant.push_back(unknown_field(node, entry, part["properties"], noun));
      } else {
        check_key(entry, part, noun);
        if (others.is_object()) check(entry.value, others, inner);
      }
    }
    return meant;
  }

  std::string unknown_field(const YamlNode& node, const YamlEntry& entry, const Json& properties,
                            const std::string& noun) {
    const std::vector<std::string> known = keys_of(properties);
    std::vector<std::string> free;
    for (const std::string& name : known) {
      if (node.find(name) == nullptr) free.push_back(name);
    }
    auto near = nearest(entry.key, free);
    if (!near) near = nearest(entry.key, known);
    const auto inside = near ? std::nullopt : field_inside(entry.key, properties);
    const std::string hint = near     ? "did you mean `" + *near + "`?"
                             : inside ? "did you mean " + *inside + "?"
                                      : "its fields are " + all_of(known, 20);
    add({"R0103", "unknown field `" + entry.key + "` in " + noun, entry.key_where, "no such field",
         hint});
    return near.value_or("");
  }

  /// "`schedule` inside `trigger`": a field that stands one level further in.
  std::optional<std::string> field_inside(const std::string& key, const Json& properties) const {
    for (const auto& [name, field] : properties.as_object()) {
      const Json& outer = target_of(root_, field);
      std::vector<std::string> inner = keys_of(outer["properties"]);
      for (const Json& one : outer["anyOf"].as_array()) {
        for (std::string& more : keys_of(one["properties"])) inner.push_back(std::move(more));
      }
      if (const auto near = nearest(key, inner)) return "`" + *near + "` inside `" + name + "`";
    }
    return std::nullopt;
  }

  void check_key(const YamlEntry& entry, const Json& part, const std::string& noun) {
    const Json& names = part["propertyNames"];
    if (names.is_object()) {
      const auto problem = format_problem(names["format"].as_string(), entry.key);
      if (problem) {
        add({"R0107", "`" + entry.key + "` cannot be a name in " + noun, entry.key_where,
             "not a name", "expected " + *problem});
      }
    }
    if (const Json* to = part.find("x-rondo-key-ref")) {
      references.push_back({std::string(to->as_string()), entry.key, entry.key_where});
    }
  }

  void missing(const std::string& name, const Json& field, const std::string& noun,
               const YamlNode& node, const Place& place) {
    const Span where = place.key_where.length > 0 ? place.key_where : node.where;
    const Json& own = field["x-rondo-missing"];
    if (own.is_object()) {
      return add({std::string(own["code"].as_string()), std::string(own["message"].as_string()),
                  where, "`" + name + "` is missing", std::string(own["hint"].as_string())});
    }
    std::string hint = "add `" + name + ":`";
    const std::string_view says = target_of(root_, field)["description"].as_string();
    const std::string_view better = field["description"].as_string(says);
    if (!better.empty()) hint += " — " + first_sentence(better);
    add({"R0105", "missing field `" + name + "` in " + noun, where, "`" + name + "` is missing",
         hint});
  }

  static std::string first_sentence(std::string_view text) {
    for (std::size_t at = 0; at < text.size(); ++at) {
      const bool ends =
          (text[at] == '.' || text[at] == ':') && (at + 1 == text.size() || text[at + 1] == ' ');
      if (!ends) continue;
      std::string sentence(text.substr(0, at));
      if (!sentence.empty()) {
        sentence[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(sentence[0])));
      }
      return sentence;
    }
    return std::string(text);
  }

  void check_count(const YamlNode& node, std::size_t count, const Json& least, const Json& most,
                   std::string_view one, std::string_view many, const Place& place) {
    const Span where = node.is_map() || count == 0 ? place.key_where : node.where;
    if (least.is_int() && count < static_cast<std::size_t>(least.as_int())) {
      const bool single = least.as_int() == 1;
      add({"R0106", place.what + " is empty", where,
           fmt::format("expected at least {} {}", least.as_int(), single ? one : many),
           "add one, or remove the field if it is not needed"});
    }
    if (most.is_int() && count > static_cast<std::size_t>(most.as_int())) {
      const bool single = most.as_int() == 1;
      add({"R0106", fmt::format("{} has {} {}", place.what, count, many), where,
           fmt::format("expected {}{} {}", single ? "" : "at most ", most.as_int(),
                       single ? one : many),
           single ? "keep the one that counts" : ""});
    }
  }

  // Lists --------------------------------------------------------------

  void check_list(const YamlNode& node, const Json& part, const Place& place) {
    check_count(node, node.items.size(), part["minItems"], part["maxItems"], "item", "items",
                place);
    std::vector<std::string> seen;
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      const YamlNode& item = node.items[i];
      const Place inner{"an item of " + place.what, place.noun, item.where};
      if (part["items"].is_object()) check(item, part["items"], inner);
      if (!part["uniqueItems"].as_bool() || !item.is_scalar()) continue;
      if (std::find(seen.begin(), seen.end(), item.text) != seen.end()) {
        add({"R0106", "`" + item.text + "` stands twice in " + place.what, item.where,
             "once is enough", "remove it"});
      }
      seen.push_back(item.text);
    }
  }

  // Scalars --------------------------------------------------------------

  void check_scalar(const YamlNode& node, const Json& part, const Place& place) {
    const bool placeholder = node.text.find("${") != std::string::npos;
    if (placeholder && part["x-rondo-placeholder"].as_bool()) return;
    if (placeholder && (node.text.find("${env:") != std::string::npos ||
                        node.text.find("${file:") != std::string::npos)) {
      return add(
          {"R0116", "a secret or setting from outside cannot be used for " + place.what, node.where,
           "written as it stands here",
           "`${env:…}` and `${file:…}` are put into destinations, write keys and paths only"});
    }
    if (check_values(node, part, place)) check_form(node, part, place);
    if (const Json* to = part.find("x-rondo-ref")) {
      references.push_back({std::string(to->as_string()), node.text, node.where});
    }
  }

  /// False if the value is none of those allowed.
  bool check_values(const YamlNode& node, const Json& part, const Place& place) {
    const auto allowed = values_of(part);
    if (allowed.empty() || std::find(allowed.begin(), allowed.end(), node.text) != allowed.end()) {
      return true;
    }
    std::string hint = "allowed: " + one_of(allowed);
    if (const auto near = nearest(node.text, allowed); near && allowed.size() > 1) {
      hint = "did you mean `" + *near + "`? " + hint;
    }
    add({"R0106", fmt::format("{} cannot be `{}`", place.what, node.text), node.where,
         allowed.size() == 1 ? "only `" + allowed[0] + "` is allowed"
                             : "not one of the allowed values",
         hint});
    return false;
  }

  void check_form(const YamlNode& node, const Json& part, const Place& place) {
    const std::string_view format = part["format"].as_string();
    if (const auto problem = format_problem(format, node.text)) {
      add({"R0107", fmt::format("{} cannot be `{}`", place.what, node.text), node.where,
           "not a " + std::string(words_for_format(format)), "expected " + *problem});
    } else if (format.empty() && part["pattern"].is_string() &&
               !matches(part["pattern"].as_string(), node.text)) {
      const Json& examples = part["examples"];
      std::string hint = fmt::format("expected the form {}", part["pattern"].as_string());
      if (!examples.as_array().empty()) {
        hint = fmt::format("for example `{}`", value_text(examples.as_array()[0]));
      }
      add({"R0107", fmt::format("{} cannot be `{}`", place.what, node.text), node.where,
           "not of the expected form", hint});
    }
    if (part["minLength"].as_int() > 0 && node.text.empty()) {
      add({"R0106", place.what + " is empty", node.where, "expected some text", ""});
    }
    check_bounds(node, part, place);
  }

  static bool matches(std::string_view pattern, std::string_view text) {
    const std::regex compiled(pattern.begin(), pattern.end(), std::regex::ECMAScript);
    return std::regex_search(text.begin(), text.end(), compiled);
  }

  void check_bounds(const YamlNode& node, const Json& part, const Place& place) {
    if (!node.is_number()) return;
    const double value = node.number(0);
    const Json& least = part["minimum"];
    const Json& most = part["maximum"];
    const bool low = least.is_number() && value < least.as_double();
    const bool high = most.is_number() && value > most.as_double();
    if (!low && !high) return;
    const std::string bound = low ? "at least " + least.text() : "at most " + most.text();
    add({"R0106", fmt::format("{} cannot be {}", place.what, node.text), node.where,
         "must be " + bound, ""});
  }

  // Alternatives --------------------------------------------------------------

  void check_alternatives(const YamlNode& node, const Json& alternatives, const Place& place) {
    std::vector<const Json*> fitting;
    std::vector<std::string> types;
    for (const Json& one : alternatives.as_array()) {
      const Json& target = target_of(root_, one);
      for (std::string& type : types_of(target)) types.push_back(std::move(type));
      if (fits_type(node, target)) fitting.push_back(&target);
    }
    if (fitting.empty()) return wrong_type(node, types, place);
    if (fitting.size() == 1 || !node.is_map()) return check(node, *fitting.front(), place);
    if (const auto key = deciding_key(fitting)) return check_decided(node, fitting, *key, place);
    check(node, *most_alike(node, fitting), place);
  }

  /// The property that is a constant in each alternative and so says which one is meant.
  static std::optional<std::string> deciding_key(const std::vector<const Json*>& parts) {
    for (const auto& [key, value] : (*parts.front())["properties"].as_object()) {
      const std::string& name = key;
      if (std::all_of(parts.begin(), parts.end(), [&](const Json* part) {
            return (*part)["properties"][name].find("const") != nullptr;
          })) {
        return key;
      }
    }
    return std::nullopt;
  }

  void check_decided(const YamlNode& node, const std::vector<const Json*>& parts,
                     const std::string& key, const Place& place) {
    const std::string noun(root_["title"].as_string(place.noun));
    const YamlEntry* said = node.entry(key);
    std::vector<std::string> allowed;
    for (const Json* part : parts) {
      const std::string value = value_text((*part)["properties"][key]["const"]);
      if (said != nullptr && said->value.is_scalar() && said->value.text == value) {
        return check(node, *part, place);
      }
      allowed.push_back(value);
    }
    if (said != nullptr && said->value.is_scalar() && !said->value.is_null()) {
      Json either = Json::object();
      for (const std::string& value : allowed) either.set("enum", Json(either["enum"]).push(value));
      report_.set_broken(file_);
      check_values(said->value, either, {"`" + key + "` in " + noun, noun, said->key_where});
    } else if (said != nullptr) {
      wrong_type(said->value, {"string"}, {"`" + key + "` in " + noun, noun, said->key_where});
    } else {
      missing_decision(node, parts, key, allowed, noun, place);
    }
  }

  void missing_decision(const YamlNode& node, const std::vector<const Json*>& parts,
                        const std::string& key, const std::vector<std::string>& allowed,
                        const std::string& noun, const Place& place) {
    for (const YamlEntry& entry : node.entries) {
      const bool known = (*most_alike(node, parts))["properties"].find(entry.key) != nullptr;
      const std::vector<std::string> only{key};
      if (known || !nearest(entry.key, only)) continue;
      unknown_field(node, entry, Json::object({{key, Json::object()}}), noun);
      return;
    }
    add({"R0105", "missing field `" + key + "` in " + noun, place.key_where,
         "`" + key + "` is missing", "add `" + key + ":` with " + one_of(allowed)});
  }

  /// The alternative that knows most of the keys; a near miss counts half.
  static const Json* most_alike(const YamlNode& node, const std::vector<const Json*>& parts) {
    const Json* best = parts.front();
    std::size_t best_score = 0;
    for (const Json* part : parts) {
      const auto known = keys_of((*part)["properties"]);
      std::size_t score = 0;
      for (const YamlEntry& entry : node.entries) {
        if (std::find(known.begin(), known.end(), entry.key) != known.end()) {
          score += 2;
        } else if (nearest(entry.key, known)) {
          score += 1;
        }
      }
      if (score <= best_score) continue;
      best = part;
      best_score = score;
    }
    return best;
  }

  const std::string& file_;
  const Json& root_;
  Report& report_;
};

}  // namespace

std::vector<Reference> validate(const std::string& file, const YamlNode& root, const Json& schema,
                                Report& report) {
  const std::string noun(schema["title"].as_string());
  Validator validator(file, schema, report);
  const Span first =
      root.is_map() && !root.entries.empty() ? root.entries.front().key_where : Span{};
  if (root.is_null()) {
    report.add(file, {"R0105",
                      "the file is empty",
                      {},
                      "",
                      "see `rondo schema " + noun + "` for what a " + noun + " declares"});
    return {};
  }
  validator.check(root, schema, {"this " + noun, noun, first});
  return std::move(validator.references);
}

}  // namespace rondo::project
