#include "project/columns.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/json.h"
#include "base/text.h"
#include "collect/views.h"
#include "warehouse/system_tables.h"

namespace rondo::project {
namespace {

using Columns = Catalogue::Columns;
using model::ColumnType;

constexpr std::size_t header_size_max = 64 * 1024;  ///< bytes of a file's first line
constexpr std::array<std::string_view, 5> calls{"identify", "page", "screen", "group", "alias"};

/// What the loader of files adds to each row (warehouse/system_tables.sql).
constexpr std::array<std::pair<std::string_view, ColumnType>, 6> loader_columns{
    {{"_row_key", ColumnType::text},
     {"_row_hash", ColumnType::text},
     {"_file", ColumnType::text},
     {"_row", ColumnType::int64},
     {"_loaded_at", ColumnType::timestamp},
     {"_updated_at", ColumnType::timestamp}}};

/// Fields of a line of CSV (RFC 4180).
Columns csv_fields(std::string_view line) {
  Columns fields{""};
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"') {
      fields.back() += line[++i];
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      fields.emplace_back();
    } else {
      fields.back() += c;
    }
  }
  return fields;
}

class FileHeader {
 public:
  FileHeader(world::Disk& disk, const std::string& root) : disk_(disk), root_(root) {}

  /// Nothing if the file is not there, or is of a kind whose columns cannot be read by its first
  /// line.
  std::optional<Columns> columns(const model::FileStream& stream) {
    const auto path = first_file(stream.path);
    if (!path) return std::nullopt;
    std::string format = stream.format;
    if (format.empty()) format = path->substr(path->rfind('.') + 1);
    if (format != "csv" && format != "jsonl") return std::nullopt;
    auto file = disk_.open(root_ + "/" + *path, world::OpenMode::read);
    if (!file) return std::nullopt;
    const auto head = (*file)->read_at(0, header_size_max);
    if (!head) return std::nullopt;
    std::string_view line = std::string_view(*head).substr(0, head->find('\n'));
    if (line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) return std::nullopt;
    return format == "csv" ? csv_fields(line) : json_fields(line);
  }

 private:
  static std::optional<Columns> json_fields(std::string_view line) {
    const auto row = Json::parse(line);
    if (!row || !row->is_object()) return std::nullopt;
    Columns fields;
    for (const auto& [key, value] : row->as_object()) fields.push_back(key);
    return fields;
  }

  std::optional<std::string> first_file(const std::string& path) {
    if (path.find('*') == std::string::npos) {
      const auto there = disk_.exists(root_ + "/" + path);
      return there && *there ? std::optional(path) : std::nullopt;
    }
    const std::size_t slash = path.rfind('/');
    const std::string folder = slash == std::string::npos ? "" : path.substr(0, slash + 1);
    const auto entries = disk_.list(root_ + "/" + folder);
    if (!entries) return std::nullopt;
    for (const auto& entry : *entries) {
      if (!entry.is_directory && glob_matches(path.substr(folder.size()), entry.name)) {
        return folder + entry.name;
      }
    }
    return std::nullopt;
  }

  world::Disk& disk_;
  std::string root_;
};

class Maker {
 public:
  Maker(warehouse::Session& session, world::Disk& disk, const model::Project& project,
        const Report& report)
      : session_(session), header_(disk, project.root), project_(project), report_(report) {}

  Result<Catalogue> make() {
    TRY(warehouse::ensure_system_tables(session_));
    TRY(collect::ensure_event_views(session_, project_));
    for (const model::Source& source : project_.sources) {
      if (source.type == "tracking") TRY(know_events(source));
      for (const model::FileStream& stream : source.streams) TRY(make_stream(source, stream));
    }
    TRY(make_profiles());
    TRY(
        session_.execute("create or replace view rondo.profile_events as "
                         "select '' as profile_id, e.* from raw.events e"));
    TRY(know("events", "rondo.profile_events"));
    TRY(know("identifiers", "rondo.identifiers"));
    return std::move(catalogue_);
  }

 private:
  Result<void> know(const std::string& name, const std::string& table) {
    TRY_ASSIGN(const auto columns, session_.columns(table));
    Columns names;
    for (const auto& column : columns) names.push_back(column.name);
    catalogue_.set(name, std::move(names));
    return {};
  }

  [[nodiscard]] bool is_known(const model::Source& source, const std::string& contract) const {
    if (report_.is_broken(source.where.file)) return false;
    if (contract.empty()) return true;
    const model::Contract* found = project_.contract(contract);
    return found != nullptr && !report_.is_broken(found->where.file);
  }

  Result<void> know_events(const model::Source& source) {
    std::vector<std::pair<std::string, std::string>> streams;  // and their contracts
    for (const auto& event : source.events) streams.emplace_back(event.name, event.contract);
    for (const std::string_view call : calls) streams.emplace_back(call, "");
    for (const auto& [stream, contract] : streams) {
      const std::string name = "source:" + source.name + "." + stream;
      if (is_known(source, contract)) {
        if (catalogue_.columns(name) == nullptr) {
          TRY(know(name, model::source_table(source.name, stream)));
        }
      } else {
        catalogue_.set(name, std::nullopt);
      }
    }
    return {};
  }

  Result<void> make_stream(const model::Source& source, const model::FileStream& stream) {
    const std::string name = "source:" + source.name + "." + stream.name;
    const auto columns = is_known(source, stream.contract) ? columns_of(stream) : std::nullopt;
    if (!columns) {
      catalogue_.set(name, std::nullopt);
      return {};
    }
    const std::string table = model::source_table(source.name, stream.name);
    TRY(make_table(table, *columns));
    return know(name, table);
  }

  using Typed = std::vector<std::pair<std::string, ColumnType>>;

  std::optional<Typed> columns_of(const model::FileStream& stream) {
    Typed columns;
    const auto add = [&](const std::string& column, ColumnType type) {
      const bool taken = std::any_of(columns.begin(), columns.end(),
                                     [&](const auto& one) { return iequals(one.first, column); });
      if (!taken && !column.empty()) columns.emplace_back(column, type);
    };
    const auto header = header_.columns(stream);
    const model::Contract* contract = project_.contract(stream.contract);
    if (contract == nullptr && !header) return std::nullopt;
    if (contract != nullptr) {
      for (const auto& column : contract->columns) {
        add(model::column_of_property(column.name), column.type);
      }
    }
    for (const std::string& column : header.value_or(Columns{})) add(column, ColumnType::text);
    for (const auto& [column, type] : loader_columns) add(std::string(column), type);
    return columns;
  }

  Result<void> make_table(const std::string& table, const Typed& columns) {
    std::string list;
    for (const auto& [column, type] : columns) {
      list += (list.empty() ? "" : ", ") + session_.dialect().identifier(column) + " " +
              session_.dialect().type_name(type);
    }
    TRY(session_.execute("create table " + session_.dialect().table(table) + " (" + list + ")"));
    return {};
  }

  Result<void> make_profiles() {
    if (report_.is_broken("identity.yaml")) {
      catalogue_.set("profiles", std::nullopt);
      return {};
    }
    Typed columns{{"profile_id", ColumnType::text}, {"created_at", ColumnType::timestamp}};
    for (const auto& field : project_.identity.profile) {
      if (field.name != "profile_id" && field.name != "created_at") {
        columns.emplace_back(field.name, ColumnType::text);
      }
    }
    TRY(make_table("rondo.profiles", columns));
    return know("profiles", "rondo.profiles");
  }

  warehouse::Session& session_;
  FileHeader header_;
  const model::Project& project_;
  const Report& report_;
  Catalogue catalogue_;
};

}  // namespace

const Catalogue::Columns* Catalogue::columns(const std::string& name) const {
  const auto found = known_.find(name);
  return found == known_.end() || !found->second ? nullptr : &*found->second;
}

Result<Catalogue> make_empty_tables(warehouse::Session& session, world::Disk& disk,
                                    const model::Project& project, const Report& report) {
  return Maker(session, disk, project, report).make();
}

}  // namespace rondo::project
