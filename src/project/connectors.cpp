#include "project/connectors.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "base/check.h"
#include "base/text.h"
#include "connector/connector.h"
#include "project/read_values.h"
#include "project/secrets.h"
#include "project/yaml.h"
#include "project/yaml_json.h"

namespace rondo::project {
namespace {

using connector::Connector;
using Names = std::vector<std::string>;

/// Any destination may say what it pays for a credit.
constexpr std::string_view price_setting = "credit_price";

bool contains(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

class Checker {
 public:
  Checker(world::Disk& disk, model::Project& project, Report& report)
      : disk_(disk), project_(project), report_(report) {}

  void destination(const YamlFile& file) {
    const YamlNode* named = file.root.find("connector");
    if (named == nullptr || !named->is_text()) return;
    const Connector* connector = find(named->text);
    if (connector == nullptr) {
      if (!tried_own_.contains(named->text)) unknown_connector(file, *named);
      return;
    }
    check_settings(file, *connector);
  }

  void sync(const YamlFile& file) {
    const YamlNode* to = file.root.find("to");
    const Connector* connector = to == nullptr ? nullptr : of_destination(to->text);
    if (connector == nullptr) return;
    const auto [name, object] = split_once(to->text, '.');
    if (connector->operation(connector::OperationKind::upsert) == nullptr && !connector->file) {
      report_.add(file.path,
                  {"R0125", "nothing can be sent to `" + name + "`", to->where,
                   "its connector only answers questions", "providers stand in enrichment files"});
    }
    Names known;
    for (const auto& one : connector->objects) known.push_back(one.name);
    if (known.empty() || contains(known, object)) return;
    if (!object.empty()) {
      report_.add(file.path, {"R0113", "`" + name + "` has no object `" + object + "`",
                              part_of(*to, name.size() + 1, object.size()), "unknown name",
                              did_you_mean(object, known, "it has " + all_of(known))});
    } else if (known.size() > 1) {
      report_.add(file.path, {"R0113", "`" + name + "` has several objects", to->where,
                              "which one?", "write " + one_of(with_prefix(name, known))});
    }
  }

  void enrichment(const YamlFile& file) {
    const YamlNode* providers = file.root.find("providers");
    if (providers == nullptr) return;
    for (const YamlNode& provider : providers->items) {
      const Connector* connector = of_destination(provider.text);
      if (connector == nullptr ||
          connector->operation(connector::OperationKind::lookup) != nullptr) {
        continue;
      }
      report_.add(file.path, {"R0125", "`" + provider.text + "` is no provider", provider.where,
                              "its connector answers no questions",
                              "name destinations that data can be bought from"});
    }
  }

 private:
  static Names with_prefix(const std::string& name, const Names& objects) {
    Names all;
    for (const std::string& object : objects) all.push_back(name + "." + object);
    return all;
  }

  const Connector* of_destination(std::string_view to) {
    const model::Destination* found = project_.destination(split_once(to, '.').first);
    return found == nullptr || found->connector.empty() ? nullptr : find(found->connector);
  }

  /// Null if there is none, or if it is broken, which was reported then.
  const Connector* find(const std::string& name) {
    const auto known = known_.find(name);
    if (known != known_.end()) return known->second ? &*known->second : nullptr;
    auto& place = known_[name];
    const std::string path = "connectors/" + name + ".yaml";
    const auto own = disk_.exists(project_.root + "/" + path);
    if (own && *own) {
      tried_own_[name] = true;
      read_own(path, place);
    } else if (const auto shipped = connector::shipped_connector(name)) {
      const auto json = read_yaml(*shipped, path);
      PROMISE(json.has_value());
      auto made = Connector::from(*json, path);
      PROMISE(made.has_value());
      place = std::move(*made);
    }
    return place ? &*place : nullptr;
  }

  void read_own(const std::string& path, std::optional<Connector>& into) {
    auto text = world::read_file(disk_, project_.root + "/" + path);
    if (!text) {
      return report_.add(path, {"R0102", "the file cannot be read: " + text.error().text()});
    }
    if (!accept_text(path, std::move(*text), report_)) return;
    const auto root = parse_yaml(path, report_);
    if (!root) return;
    auto made = Connector::from(to_json(*root), path);
    if (made) {
      into = std::move(*made);
      return;
    }
    // Under its heading one problem a line: "operations.upsert.results: is missing".
    for (const std::string_view line : split(made.error().message, '\n')) {
      if (trim(line).empty() || line.ends_with(':')) continue;
      report_.add(path, {made.error().code, std::string(trim(line)), place_of(*root, trim(line))});
    }
  }

  /// The innermost part of the way that stands in the file.
  static Span place_of(const YamlNode& root, std::string_view problem) {
    const std::size_t quote = problem.find('`');
    const std::size_t colon = problem.find(": ");
    Span where = root.entries.empty() ? root.where : root.entries.front().key_where;
    const YamlNode* node = &root;
    const auto enter = [&](std::string_view key) {
      const YamlEntry* entry = node->entry(key);
      if (entry == nullptr) return false;
      where = entry->key_where;
      node = &entry->value;
      return true;
    };
    if (colon != std::string_view::npos) {
      for (const std::string_view key : split(problem.substr(0, colon), '.')) {
        if (!enter(key)) break;
      }
    }
    if (quote != std::string_view::npos) {
      (void)enter(problem.substr(quote + 1, problem.find('`', quote + 1) - quote - 1));
    }
    return where;
  }

  void unknown_connector(const YamlFile& file, const YamlNode& named) {
    const Names shipped = connector::shipped_connectors();
    report_.add(file.path,
                {"R0113", "there is no connector `" + named.text + "`", named.where, "unknown name",
                 did_you_mean(named.text, shipped,
                              "there are " + all_of(shipped) + "; your own stands in connectors/" +
                                  named.text + ".yaml")});
  }

  void check_settings(const YamlFile& file, const Connector& connector) {
    Names known;
    for (const auto& setting : connector.settings) known.push_back(setting.name);
    Names meant;
    for (const YamlEntry& entry : file.root.entries) {
      if (entry.key == "connector" || entry.key == price_setting || contains(known, entry.key)) {
        continue;
      }
      if (entry.key != "connector" && nearest(entry.key, known)) {
        meant.push_back(*nearest(entry.key, known));
      }
      report_.add(
          file.path,
          {"R0103", "the connector `" + connector.name + "` has no setting `" + entry.key + "`",
           entry.key_where, "no such setting",
           did_you_mean(entry.key, known, "its settings are " + all_of(known))});
    }
    for (const auto& setting : connector.settings) {
      if (setting.secret) mark_secret(file.name, setting.name);
      if (!setting.required || file.root.find(setting.name) != nullptr ||
          contains(meant, setting.name)) {
        continue;
      }
      report_.add(file.path, {"R0105", "missing setting `" + setting.name + "` in destination",
                              file.root.entry("connector")->key_where,
                              "`" + connector.name + "` needs `" + setting.name + "`",
                              setting.secret ? "add `" + setting.name + ": \"${env:NAME}\"`"
                                             : "add `" + setting.name + ":`"});
    }
  }

  void mark_secret(const std::string& destination, const std::string& setting) {
    for (model::Destination& one : project_.destinations) {
      if (one.name == destination && !contains(one.secret_settings, setting)) {
        one.secret_settings.push_back(setting);
      }
    }
  }

  world::Disk& disk_;
  model::Project& project_;
  Report& report_;
  std::map<std::string, std::optional<Connector>> known_;
  std::map<std::string, bool> tried_own_;
};

}  // namespace

void check_connectors(world::Disk& disk, const ProjectFiles& files, model::Project& project,
                      Report& report) {
  Checker checker(disk, project, report);
  for (const YamlFile& file : files.yaml) {
    if (file.kind == "destination" && !report.is_broken(file.path)) checker.destination(file);
    if (file.kind == "sync") checker.sync(file);
    if (file.kind == "enrichment") checker.enrichment(file);
  }
}

}  // namespace rondo::project
