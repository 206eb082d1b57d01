#include "project/references.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "project/read_rules.h"
#include "project/read_values.h"

namespace rondo::project {
namespace {

using Names = std::vector<std::string>;

template <class List>
Names names_of(const List& list) {
  Names names;
  for (const auto& item : list) names.push_back(item.name);
  return names;
}

bool contains(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

constexpr std::array<std::string_view, 5> event_calls{"identify", "page", "screen", "group",
                                                      "alias"};

Names streams_of(const model::Source& source) {
  Names names;
  for (const auto& event : source.events) names.push_back(event.name);
  for (const auto& stream : source.streams) names.push_back(stream.name);
  return names;
}

bool has_stream(const model::Source& source, std::string_view name) {
  const bool call = source.type == "tracking" &&
                    std::find(event_calls.begin(), event_calls.end(), name) != event_calls.end();
  return call || contains(streams_of(source), name);
}

class Checker {
 public:
  Checker(const model::Project& project, Report& report) : project_(project), report_(report) {
    for (const auto& asset : project.sql_assets) {
      if (asset.kind == model::SqlKind::audience) audiences_.push_back(asset.name);
      if (asset.kind == model::SqlKind::model) models_.push_back(asset.name);
    }
    for (const auto& rule : project.identity.identifiers) identifiers_.push_back(rule.type);
  }

  void check(const std::string& file, const Reference& reference) {
    file_ = &file;
    reference_ = &reference;
    const std::string& to = reference.to;
    if (to == "purpose") return purpose(reference.text, 0);
    if (to == "purposes_denied") return denied();
    if (to == "contract") return plain("contract", reference.text, 0, names_of(project_.contracts));
    if (to == "identifier") return in_file("identifier", identifiers_, "identity.yaml");
    if (to == "profile_field") {
      return in_file("profile field", names_of(project_.identity.profile), "identity.yaml");
    }
    if (to == "provider")
      return plain("provider", reference.text, 0, names_of(project_.destinations));
    if (to == "destination_object") return destination();
    if (to == "audience") return prefixed({{"audience", &audiences_}});
    if (to == "asset") return prefixed({{"audience", &audiences_}, {"model", &models_}});
    if (to == "outcome") return outcome();
    if (to == "outcome_source") return outcome_source();
    if (to == "value_source") return value_source();
  }

 private:
  using Choices = std::vector<std::pair<std::string, const Names*>>;

  void add(std::string message, std::size_t begin, std::size_t size, std::string hint) {
    report_.add(*file_,
                {"R0113", std::move(message), part(begin, size), "unknown name", std::move(hint)});
  }

  /// A reference keeps the span of its whole text; a part is only exact where the text is written
  /// plainly.
  [[nodiscard]] Span part(std::size_t begin, std::size_t size) const {
    const Span whole = reference_->where;
    const std::uint32_t length = characters(reference_->text);
    const std::uint32_t quote = whole.length == length + 2 ? 1 : 0;
    if (whole.length != length + 2 * quote) return whole;
    const std::string_view text = reference_->text;
    return {whole.line, whole.column + quote + characters(text.substr(0, begin)),
            std::max<std::uint32_t>(1, characters(text.substr(begin, size)))};
  }

  void plain(const std::string& what, const std::string& name, std::size_t begin,
             const Names& known) {
    if (contains(known, name)) return;
    add("there is no " + what + " `" + name + "`", begin, name.size(),
        did_you_mean(name, known, where_to_make(what, name)));
  }

  static std::string where_to_make(const std::string& what, const std::string& name) {
    if (what == "contract") return "make contracts/" + name + ".yaml";
    if (what == "destination" || what == "provider") return "make destinations/" + name + ".yaml";
    if (what == "audience" || what == "model") return "make " + what + "s/" + name + ".sql";
    if (what == "outcome") return "make outcomes/" + name + ".yaml";
    if (what == "source") return "make sources/" + name + ".yaml";
    return "";
  }

  void in_file(const std::string& what, const Names& known, const std::string& declared_in) {
    const std::string& name = reference_->text;
    if (contains(known, name) || report_.is_broken(declared_in)) return;
    add("there is no " + what + " `" + name + "`", 0, name.size(),
        did_you_mean(name, known,
                     known.empty() ? declared_in + " declares none"
                                   : declared_in + " declares " + all_of(known)));
  }

  void purpose(const std::string& name, std::size_t begin) {
    const Names known = names_of(project_.consent.purposes);
    if (contains(known, name) || report_.is_broken("consent.yaml")) return;
    add("there is no purpose `" + name + "`", begin, name.size(),
        did_you_mean(name, known,
                     known.empty() ? "make consent.yaml and declare it there"
                                   : "consent.yaml declares " + all_of(known)));
  }

  void denied() {
    for (const std::string& name : denied_purposes(reference_->text)) {
      purpose(name, reference_->text.find(name, reference_->text.find('[')));
    }
  }

  void destination() {
    const std::string name = split_once(reference_->text, '.').first;
    plain("destination", name, 0, names_of(project_.destinations));
  }

  /// "audience:name": one of several kinds, said before the colon.
  void prefixed(const Choices& choices) {
    const std::string& text = reference_->text;
    const auto [prefix, name] = split_once(text, ':');
    for (const auto& [kind, known] : choices) {
      if (prefix == kind && text.size() > kind.size())
        return plain(kind, name, kind.size() + 1, *known);
    }
    std::string hint;
    Names kinds;
    for (const auto& [kind, known] : choices) {
      kinds.push_back(kind + ":" + (name.empty() ? "name" : name));
      if (hint.empty() && contains(*known, name.empty() ? prefix : name)) {
        hint = "did you mean `" + kind + ":" + (name.empty() ? prefix : name) + "`?";
      }
    }
    add("`" + text + "` does not say what it is", 0, text.size(),
        hint.empty() ? "write " + one_of(kinds) : hint);
  }

  void outcome() {
    const std::string& text = reference_->text;
    const Names known = names_of(project_.outcomes);
    const auto [prefix, name] = split_once(text, '.');
    if (prefix == "outcome" && !name.empty())
      return plain("outcome", name, prefix.size() + 1, known);
    add("`" + text + "` does not name an outcome", 0, text.size(),
        contains(known, text) ? "did you mean `outcome." + text + "`?"
                              : "write `outcome.` and its name");
  }

  void outcome_source() {
    const std::string& text = reference_->text;
    if (!text.starts_with("source:")) {
      const Names none;
      return prefixed({{"model", &models_}, {"source", &none}});
    }
    const auto [source, stream] = split_once(std::string_view(text).substr(7), '.');
    stream_of(source, stream, 7);
  }

  /// Reports what is unknown of SOURCE.STREAM, which begins at that byte of the text.
  bool stream_of(const std::string& source_name, const std::string& stream, std::size_t begin) {
    const model::Source* source = project_.source(source_name);
    if (source == nullptr) {
      plain("source", source_name, begin, names_of(project_.sources));
      return false;
    }
    if (has_stream(*source, stream)) return true;
    if (report_.is_broken(source->where.file)) return false;
    const Names known = streams_of(*source);
    add("the source `" + source_name + "` has no `" + stream + "`", begin + source_name.size() + 1,
        stream.size(),
        did_you_mean(
            stream, known,
            known.empty() ? source->where.file + " declares none" : "it has " + all_of(known)));
    return false;
  }

  void value_source() {
    const std::string& text = reference_->text;
    const auto [first, rest] = split_once(text, '.');
    if (first == "enrichment") return enrichment(rest);
    // The column is what follows the last dot; an event's name may hold dots itself.
    const std::size_t last = rest.rfind('.');
    if (last == std::string::npos) {
      return add("`" + text + "` is no column of a source", 0, text.size(),
                 "write source.stream.column, source.identify.trait or enrichment.name");
    }
    stream_of(first, rest.substr(0, last), 0);
  }

  void enrichment(const std::string& rest) {
    constexpr std::size_t prefix = std::string_view("enrichment.").size();
    const auto [name, field] = split_once(rest, '.');
    const Names known = names_of(project_.enrichments);
    if (!contains(known, name)) {
      return add("there is no enrichment `" + name + "`", prefix, name.size(),
                 did_you_mean(name, known, "make enrichment/" + name + ".yaml"));
    }
    const auto found =
        std::find_if(project_.enrichments.begin(), project_.enrichments.end(),
                     [&, &wanted = name](const auto& one) { return one.name == wanted; });
    if (field.empty() || contains(found->fields, field) || report_.is_broken(found->where.file))
      return;
    add("the enrichment `" + name + "` buys no `" + field + "`", prefix + name.size() + 1,
        field.size(), did_you_mean(field, found->fields, "it buys " + all_of(found->fields)));
  }

  const model::Project& project_;
  Report& report_;
  Names audiences_, models_, identifiers_;
  const std::string* file_ = nullptr;
  const Reference* reference_ = nullptr;
};

void check_reserved_fields(const ProjectFiles& files, const model::Project& project,
                           Report& report) {
  const YamlFile* file = files.top("identity");
  const YamlNode* profile = file == nullptr ? nullptr : file->root.find("profile");
  if (profile == nullptr) return;
  for (const YamlEntry& entry : profile->entries) {
    if (entry.key != "profile_id" && entry.key != "created_at") continue;
    report.add(file->path,
               {"R0114", "every profile has `" + entry.key + "` already", entry.key_where,
                "a reserved name", "choose another name for the field"});
  }
  (void)project;
}

/// Points at each value of `match` and `map` that is a field which never leaves.
void check_leaving(const YamlFile& sync, const model::Project& project, Report& report) {
  for (const std::string_view part : {"match", "map"}) {
    const YamlNode* map = sync.root.find(part);
    if (map == nullptr) continue;
    for (const YamlEntry& entry : map->entries) {
      for (const auto& category : project.consent.categories) {
        if (!category.never_leaves || !entry.value.is_scalar() ||
            !contains(category.fields, entry.value.text)) {
          continue;
        }
        report.add(sync.path, {"R0123", "`" + entry.value.text + "` never leaves the company",
                               entry.value.where, "of category `" + category.name + "`",
                               "take it out; consent.yaml says `never_leaves: true` in line " +
                                   std::to_string(category.where.line)});
      }
    }
  }
}

}  // namespace

void check_references(const ProjectFiles& files, const model::Project& project, Report& report) {
  Checker checker(project, report);
  // In two steps: who is broken must not depend on the order of the files.
  for (const YamlFile& file : files.yaml) {
    for (const Reference& reference : file.references) checker.check(file.path, reference);
  }
}

void check_rules(const ProjectFiles& files, const model::Project& project, Report& report) {
  check_reserved_fields(files, project, report);
  for (const YamlFile* sync : files.of("sync")) check_leaving(*sync, project, report);
}

}  // namespace rondo::project
