#include "project/files.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "base/text.h"
#include "project/formats.h"
#include "project/yaml.h"

namespace rondo::project {
namespace {

/// A folder whose files declare something.
struct Folder {
  std::string_view name;
  std::string_view kind;    ///< schema, or model | trait | audience
  std::string_view ending;  ///< of the files that are read
};
constexpr std::array<Folder, 10> folders{{{"audiences", "audience", ".sql"},
                                          {"contracts", "contract", ".yaml"},
                                          {"destinations", "destination", ".yaml"},
                                          {"enrichment", "enrichment", ".yaml"},
                                          {"feedback", "feedback", ".yaml"},
                                          {"models", "model", ".sql"},
                                          {"outcomes", "outcome", ".yaml"},
                                          {"sources", "source", ".yaml"},
                                          {"syncs", "sync", ".yaml"},
                                          {"traits", "trait", ".sql"}}};
constexpr std::array<std::string_view, 3> top_kinds{"project", "consent", "identity"};
constexpr std::array<std::string_view, 3> top_files{"rondo.yaml", "consent.yaml", "identity.yaml"};
/// Part of the language, carried out by a later version.
constexpr std::array<std::string_view, 4> later{"alerts.yaml", "experiments", "flows", "jobs"};
/// Nothing of ours stands in them.
constexpr std::array<std::string_view, 12> passed_over{
    "connectors", "data",  "docs",  "node_modules", "notebooks",  "scripts",
    "stand_ins",  "tests", "tools", "Makefile",     "Dockerfile", "LICENSE"};

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool is_passed_over(std::string_view name) {
  return name.starts_with('.') || lower(name).starts_with("readme") || name.ends_with(".md") ||
         name.ends_with(".txt") || contains(passed_over, name);
}

model::SqlKind sql_kind(std::string_view kind) {
  if (kind == "trait") return model::SqlKind::trait;
  return kind == "audience" ? model::SqlKind::audience : model::SqlKind::model;
}

class Walk {
 public:
  Walk(world::Disk& disk, std::string root, Report& report)
      : disk_(disk), root_(std::move(root)), report_(report) {}

  ProjectFiles read() {
    auto entries = disk_.list(root_);
    if (!entries) {
      report_.add({"R0101",
                   "there is no project at " + root_,
                   {},
                   "",
                   "`rondo init` makes one; --project DIR names another folder"});
      return {};
    }
    bool has_project = false;
    for (const world::DirectoryEntry& entry : *entries) {
      has_project = has_project || entry.name == top_files[0];
      read_top(entry);
    }
    if (!has_project) {
      report_.add({"R0101",
                   "there is no rondo.yaml in " + root_,
                   {},
                   "",
                   "`rondo init` makes a project; --project DIR names another folder"});
    }
    return finish();
  }

 private:
  void read_top(const world::DirectoryEntry& entry) {
    const std::string& name = entry.name;
    if (is_passed_over(name)) return;
    if (contains(later, name)) {
      return warn(name,
                  "`" + name + "` is part of the language, but not carried out by this version yet",
                  "it has no effect so far");
    }
    if (!entry.is_directory) return read_top_file(name);
    const auto folder = std::find_if(folders.begin(), folders.end(),
                                     [&](const Folder& one) { return one.name == name; });
    if (folder != folders.end()) return read_folder(*folder, name, 1);
    std::vector<std::string> known;
    for (const Folder& one : folders) known.emplace_back(one.name);
    warn(name + "/", "the folder `" + name + "` means nothing here",
         did_you_mean(name, known, "folders are " + all_of(known)));
  }

  void read_top_file(const std::string& name) {
    const auto top = std::find(top_files.begin(), top_files.end(), name);
    if (top != top_files.end()) {
      const auto index = static_cast<std::size_t>(top - top_files.begin());
      const std::string file_name(name.substr(0, name.find('.')));
      return read_yaml(std::string(top_kinds[index]), file_name, name);
    }
    // Other files at the top (scripts, settings of other tools) are nobody's mistake.
    if (!name.ends_with(".yaml") && !name.ends_with(".yml") && !name.ends_with(".sql")) return;
    const std::vector<std::string> known(top_files.begin(), top_files.end());
    warn(name, "the file `" + name + "` means nothing here",
         did_you_mean(name, known, "files at the top are " + all_of(known)));
  }

  void read_folder(const Folder& folder, const std::string& path, std::size_t depth) {
    auto entries = disk_.list(root_ + "/" + path);
    if (!entries) {
      return report_.add(path, {"R0102", "the folder cannot be read: " + entries.error().text()});
    }
    for (const world::DirectoryEntry& entry : *entries) {
      if (is_passed_over(entry.name)) continue;
      const std::string inner = path + "/" + entry.name;
      if (!entry.is_directory) {
        read_file(folder, entry.name, inner);
      } else if (depth < folder_depth_max) {
        read_folder(folder, inner, depth + 1);
      } else {
        warn(inner, "this folder is too deep to be read", "at most 8 levels are");
      }
    }
  }

  void read_file(const Folder& folder, const std::string& file_name, const std::string& path) {
    if (!file_name.ends_with(folder.ending)) return wrong_ending(folder, file_name, path);
    const std::string name = file_name.substr(0, file_name.size() - folder.ending.size());
    if (!is_name(name)) {
      report_.add(
          path,
          {"R0112",
           "the file's name `" + name + "` cannot be the name of a" +
               (folder.kind.find_first_of("aeo") == 0 ? "n " : " ") + std::string(folder.kind),
           {},
           "",
           "a name is a small letter, then small letters, digits and `_`, 63 at most"});
      report_.set_broken(path);
    }
    const std::string taken =
        std::string(folder.ending == ".sql" ? "sql" : folder.kind) + ":" + name;
    const auto [first, is_new] = names_.emplace(taken, path);
    if (!is_new) {
      report_.add(path,
                  {"R0114",
                   "the name `" + name + "` is taken by " + first->second,
                   {},
                   "",
                   folder.ending == ".sql" ? "models, traits and audiences share their names: "
                                             "ref('" +
                                                 name + "') must mean one of them"
                                           : "rename one of the files"});
      return;
    }
    if (folder.ending == ".yaml") return read_yaml(std::string(folder.kind), name, path);
    read_text(path);
    files_.sql.push_back({sql_kind(folder.kind), name, path});
  }

  void wrong_ending(const Folder& folder, const std::string& file_name, const std::string& path) {
    const std::string stem = file_name.substr(0, file_name.rfind('.'));
    const std::string wanted = stem + std::string(folder.ending);
    const bool meant = file_name.ends_with(".yml") || file_name.ends_with(".yaml") ||
                       file_name.ends_with(".sql") || file_name.find('.') == std::string::npos;
    const std::string what(folder.ending == ".sql" ? "SQL" : "YAML");
    Finding finding{
        "R0111",
        "this file is not read: `" + std::string(folder.name) + "/` holds " + what + " files",
        {},
        "",
        "name it `" + wanted + "`"};
    if (file_name.ends_with(".yaml") && folder.ending == ".sql") {
      finding.hint = "write it in SQL, as `" + wanted + "`";
    }
    if (!meant) finding.hint = "put it into `data/` or another folder";
    finding.severity = meant ? Severity::error : Severity::warning;
    report_.add(path, std::move(finding));
  }

  bool read_text(const std::string& path) {
    if (++count_ > files_max) {
      if (count_ == files_max + 1) report_.add({"R0102", "the project has more than 20,000 files"});
      return false;
    }
    auto text = world::read_file(disk_, root_ + "/" + path);
    if (!text) {
      report_.add(path, {"R0102", "the file cannot be read: " + text.error().text()});
      return false;
    }
    hashes_[path] = content_hash(*text);
    return accept_text(path, std::move(*text), report_);
  }

  void read_yaml(std::string kind, std::string name, const std::string& path) {
    YamlFile file{std::move(kind), std::move(name), path};
    if (read_text(path)) {
      if (auto root = parse_yaml(path, report_)) {
        file.root = std::move(*root);
        file.references = validate(path, file.root, *schema(file.kind), report_);
      }
    }
    files_.yaml.push_back(std::move(file));
  }

  void warn(const std::string& path, std::string message, std::string hint) {
    report_.add(path, {"R0111", std::move(message), {}, "", std::move(hint), Severity::warning});
  }

  ProjectFiles finish() {
    std::string all;
    for (const auto& [path, hash] : hashes_) all += path + '\0' + hash.hex() + '\n';
    files_.fingerprint = content_hash(all);
    const auto kinds = schema_kinds();
    const auto order = [&](const YamlFile& file) {
      return std::find(kinds.begin(), kinds.end(), file.kind) - kinds.begin();
    };
    std::stable_sort(files_.yaml.begin(), files_.yaml.end(),
                     [&](const auto& a, const auto& b) { return order(a) < order(b); });
    return std::move(files_);
  }

  world::Disk& disk_;
  std::string root_;
  Report& report_;
  ProjectFiles files_;
  std::map<std::string, std::string> names_;  ///< kind and name -> the file that has it
  std::map<std::string, Hash128> hashes_;
  std::size_t count_ = 0;
};

}  // namespace

const YamlFile* ProjectFiles::top(std::string_view kind) const {
  const auto found = std::find_if(yaml.begin(), yaml.end(),
                                  [kind](const YamlFile& file) { return file.kind == kind; });
  return found == yaml.end() ? nullptr : &*found;
}

std::vector<const YamlFile*> ProjectFiles::of(std::string_view kind) const {
  std::vector<const YamlFile*> found;
  for (const YamlFile& file : yaml) {
    if (file.kind == kind) found.push_back(&file);
  }
  return found;
}

ProjectFiles read_files(world::Disk& disk, const std::string& root, Report& report) {
  return Walk(disk, root, report).read();
}

}  // namespace rondo::project
