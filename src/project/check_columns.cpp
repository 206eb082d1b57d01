#include <algorithm>
#include <utility>

#include "base/text.h"
#include "project/bind.h"
#include "project/engine_words.h"
#include "project/read_values.h"
#include "project/secrets.h"

namespace rondo::project {
namespace {

using Columns = Catalogue::Columns;

bool contains(const Columns& columns, std::string_view name) {
  return std::find(columns.begin(), columns.end(), name) != columns.end();
}

class ColumnChecker {
 public:
  ColumnChecker(warehouse::Session& session, const model::Project& project,
                const Catalogue& catalogue, Report& report)
      : session_(session), project_(project), catalogue_(catalogue), report_(report) {}

  void stream(const YamlFile& file, const YamlEntry& entry) {
    const Columns* columns = catalogue_.columns("source:" + file.name + "." + entry.key);
    if (columns == nullptr) return;
    const std::string contract(entry.value.text_of("contract"));
    const std::string where = contract.empty() ? "the file" : "the contract `" + contract + "`";
    for (const std::string_view key : {"key", "updated_at"}) {
      check(file, entry.value.find(key), *columns, where);
    }
    for (const std::string_view map : {"identifiers", "consent"}) {
      const YamlNode* pairs = entry.value.find(map);
      if (pairs == nullptr) continue;
      for (const YamlEntry& pair : pairs->entries) check(file, &pair.value, *columns, where);
    }
  }

  void profile_field(const YamlFile& file, const YamlEntry& field) {
    const YamlNode* from = field.value.find("from");
    if (from == nullptr) return;
    for (const YamlNode& item : from->items) {
      if (!item.is_scalar() || item.text.starts_with("enrichment.")) continue;
      const std::size_t dot = item.text.rfind('.');
      const auto [source, rest] = split_once(item.text, '.');
      if (dot == std::string::npos || rest.find('.') == std::string::npos) continue;
      if (rest.starts_with("identify.")) continue;  // traits are free; no contract names them
      const Columns* columns = catalogue_.columns("source:" + item.text.substr(0, dot));
      if (columns == nullptr || contains(*columns, "properties")) continue;
      const std::string column = item.text.substr(dot + 1);
      if (contains(*columns, column)) continue;
      add(file, "`" + item.text.substr(0, dot) + "` has no column `" + column + "`",
          part_of(item, dot + 1, column.size()), did_you_mean(column, *columns, has(*columns)));
    }
  }

  void sync(const YamlFile& file) {
    const auto columns = columns_of_sync(std::string(file.root.text_of("from")));
    if (!columns) return;
    const std::string where =
        "neither `" + std::string(file.root.text_of("from")) + "`, the golden record nor a trait";
    for (const std::string_view key : {"match", "map"}) {
      const YamlNode* pairs = file.root.find(key);
      if (pairs == nullptr) continue;
      for (const YamlEntry& pair : pairs->entries) {
        const YamlNode& value = pair.value;
        if (!value.is_scalar() || value.is_null() || contains(*columns, value.text)) continue;
        add(file, "there is no column `" + value.text + "` to send", value.where,
            did_you_mean(value.text, *columns, where + " has it"));
      }
    }
    check_profile_id(file);
  }

  void outcome(const YamlFile& file) {
    const std::string from(file.root.text_of("from"));
    const Columns* columns = catalogue_.columns(from);
    if (columns == nullptr) return;
    const std::string where = "`" + from + "`";
    const YamlNode* profile = file.root.find("profile");
    if (profile != nullptr) {
      for (const YamlEntry& pair : profile->entries) check(file, &pair.value, *columns, where);
    } else if (!contains(*columns, "profile_id") && !report_.is_broken(file.path)) {
      add(file, where + " has no column `profile_id`", file.root.find("from")->where,
          "say how the profile is found: `profile: { email: … }`");
    }
    if (const YamlNode* value = file.root.find("value")) {
      check(file, value->find("amount"), *columns, where);
    }
    condition(file, from);
  }

 private:
  void add(const YamlFile& file, std::string message, Span where, std::string hint) {
    report_.add(file.path, {"R0122", std::move(message), where, "no such column", std::move(hint)});
  }

  void check(const YamlFile& file, const YamlNode* value, const Columns& columns,
             const std::string& where) {
    if (value == nullptr || !value->is_scalar() || value->is_null()) return;
    if (contains(columns, value->text)) return;
    add(file, where + " has no column `" + value->text + "`", value->where,
        did_you_mean(value->text, columns, has(columns)));
  }

  /// What the loader adds is nobody's choice.
  static std::string has(const Columns& columns) {
    Columns own;
    for (const std::string& name : columns) {
      if (!name.starts_with('_')) own.push_back(name);
    }
    return "it has " + all_of(own);
  }

  /// Everything a sync may send; nothing if a part of it is unknown.
  [[nodiscard]] std::optional<Columns> columns_of_sync(const std::string& from) const {
    Columns all;
    std::vector<std::string> tables{from, "profiles"};
    for (const auto& asset : project_.sql_assets) {
      if (asset.kind == model::SqlKind::trait) tables.push_back("trait:" + asset.name);
    }
    for (const std::string& table : tables) {
      const Columns* columns = catalogue_.columns(table);
      if (columns == nullptr) return std::nullopt;
      all.insert(all.end(), columns->begin(), columns->end());
    }
    return all;
  }

  void check_profile_id(const YamlFile& file) {
    const YamlNode* from = file.root.find("from");
    if (from == nullptr || !from->text.starts_with("model:")) return;
    const Columns* columns = catalogue_.columns(from->text);
    if (columns == nullptr || contains(*columns, "profile_id")) return;
    report_.add(file.path, {"R0121",
                            "`" + from->text +
                                "` has no column `profile_id`, so nobody could say "
                                "whose consent to ask",
                            from->where, "cannot be sent", "add the profile to the model"});
  }

  void condition(const YamlFile& file, const std::string& from) {
    const YamlNode* where = file.root.find("where");
    if (where == nullptr || !where->is_scalar() || where->is_null()) return;
    std::string table;
    const auto [kind, name] = split_once(from, ':');
    if (kind == "source") {
      const auto [source, stream] = split_once(name, '.');
      table = model::source_table(source, stream);
    } else {
      table = table_of(model::SqlKind::model, name);
    }
    const std::string before = "select * from " + table + " where (\n";
    const auto bound = session_.describe(before + where->text + "\n)");
    if (bound) return;
    const Error& error = bound.error();
    Span place = where->where;
    std::string_view word;
    if (error.where && error.where->line > 1) {
      const LineTable lines(where->text);
      const std::size_t at = lines.offset(error.where->line - 1, error.where->column);
      if (at < where->text.size()) {
        place = part_of(*where, at, error.where->length);
        word = std::string_view(where->text).substr(at, error.where->length);
      }
    }
    report_.add(file.path, {"R0120", error.message, place, "here", plain_hint(error.hint, word)});
  }

  warehouse::Session& session_;
  const model::Project& project_;
  const Catalogue& catalogue_;
  Report& report_;
};

}  // namespace

void check_columns(warehouse::Session& session, const ProjectFiles& files,
                   const model::Project& project, const Catalogue& catalogue, Report& report) {
  ColumnChecker checker(session, project, catalogue, report);
  for (const YamlFile& file : files.yaml) {
    if (file.kind == "sync") checker.sync(file);
    if (file.kind == "outcome") checker.outcome(file);
    const YamlNode* streams = file.kind == "source" ? file.root.find("streams") : nullptr;
    const YamlNode* profile = file.kind == "identity" ? file.root.find("profile") : nullptr;
    if (streams != nullptr) {
      for (const YamlEntry& entry : streams->entries) checker.stream(file, entry);
    }
    if (profile != nullptr) {
      for (const YamlEntry& entry : profile->entries) checker.profile_field(file, entry);
    }
  }
}

}  // namespace rondo::project
