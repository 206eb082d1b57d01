#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "base/text.h"
#include "model/source.h"
#include "project/sql_asset.h"

namespace rondo::project {
namespace {

/// Tables that every project has, under the names users know them by.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> built_in{
    {{"profiles", "rondo.profiles"},
     {"events", "rondo.profile_events"},
     {"identifiers", "rondo.identifiers"}}};

/// Every tracking source has these streams besides its events.
constexpr std::array<std::string_view, 5> calls{"identify", "page", "screen", "group", "alias"};

/// A name that was resolved: what stands in the SQL, and in `reads`.
struct Resolved {
  std::string table;
  std::string reads;
};

class Compiler {
 public:
  Compiler(const ProjectFiles& files, const model::Project& project, Report& report)
      : files_(files), project_(project), report_(report) {}

  std::vector<CompiledAsset> compile() {
    for (const SqlFile& file : files_.sql) {
      if (built_in_table(file.name)) {
        report_.add(file.path, {"R0114",
                                "`" + file.name + "` is the name of a table that every project has",
                                {},
                                "",
                                "rename the file"});
        continue;
      }
      assets_.push_back(compile_one(file));
    }
    return in_order();
  }

 private:
  static std::optional<Resolved> built_in_table(std::string_view name) {
    for (const auto& [known, table] : built_in) {
      if (known == name) return Resolved{std::string(table), std::string(known)};
    }
    return std::nullopt;
  }

  CompiledAsset compile_one(const SqlFile& file) {
    const std::string_view sql = report_.text(file.path);
    CompiledAsset compiled{{file.kind, file.name, std::string(sql)}, CompiledSql(sql)};
    compiled.asset.where = position(file.path, {});
    compiled.complete = !report_.is_broken(file.path);
    if (!compiled.complete) return compiled;
    const SqlCalls found = find_calls(file.path, sql, report_);
    compiled.complete = found.well_formed;
    const LineTable lines(sql);
    for (const SqlCall& call : found.calls) {
      const auto resolved = call.is_source ? resolve_source(file.path, call, lines)
                                           : resolve_ref(file.path, call, lines);
      if (!resolved) {
        compiled.complete = false;
        continue;
      }
      compiled.sql.replace(call.begin, call.end, resolved->table);
      compiled.places.emplace_back(resolved->reads,
                                   lines.between(call.first_begin, call.first_end));
      auto& reads = compiled.asset.reads;
      if (std::find(reads.begin(), reads.end(), resolved->reads) == reads.end()) {
        reads.push_back(resolved->reads);
      }
    }
    if (found.last_semicolon)
      compiled.sql.replace(*found.last_semicolon, *found.last_semicolon + 1, "");
    compiled.sql.finish();
    compiled.asset.compiled = compiled.sql.text();
    return compiled;
  }

  std::optional<Resolved> resolve_ref(const std::string& file, const SqlCall& call,
                                      const LineTable& lines) {
    if (auto table = built_in_table(call.first)) return table;
    std::vector<std::string> known;
    for (const SqlFile& other : files_.sql) {
      if (other.name == call.first) {
        return Resolved{table_of(other.kind, other.name),
                        std::string(model::name_of(other.kind)) + ":" + other.name};
      }
      known.push_back(other.name);
    }
    for (const auto& [name, table] : built_in) known.emplace_back(name);
    unknown(file, "there is no model, trait or audience `" + call.first + "`",
            inside_quotes(lines, call.first_begin, call.first_end),
            did_you_mean(call.first, known, hint_for_source(call.first)));
    return std::nullopt;
  }

  /// Somebody who wrote ref('web') may have meant the source.
  [[nodiscard]] std::string hint_for_source(const std::string& name) const {
    if (project_.source(name) != nullptr) {
      return "`" + name + "` is a source: source('" + name + "', '…')";
    }
    return "make models/" + name + ".sql, or refer to one that is there";
  }

  std::optional<Resolved> resolve_source(const std::string& file, const SqlCall& call,
                                         const LineTable& lines) {
    const model::Source* source = project_.source(call.first);
    if (source == nullptr) {
      std::vector<std::string> known;
      for (const model::Source& one : project_.sources) known.push_back(one.name);
      unknown(file, "there is no source `" + call.first + "`",
              inside_quotes(lines, call.first_begin, call.first_end),
              did_you_mean(call.first, known,
                           known.empty() ? "the project has no sources yet"
                                         : "the project has " + all_of(known)));
      return std::nullopt;
    }
    std::vector<std::string> known;
    for (const model::SourceEvent& event : source->events) known.push_back(event.name);
    for (const model::FileStream& stream : source->streams) known.push_back(stream.name);
    if (source->type == "tracking") known.insert(known.end(), calls.begin(), calls.end());
    const bool found = std::find(known.begin(), known.end(), call.second) != known.end();
    if (!found && !report_.is_broken(source->where.file)) {
      unknown(file, "the source `" + call.first + "` has no `" + call.second + "`",
              inside_quotes(lines, call.second_begin, call.second_end),
              did_you_mean(call.second, known,
                           known.empty() ? source->where.file + " declares no events"
                                         : "it has " + all_of(known)));
      return std::nullopt;
    }
    return Resolved{model::source_table(call.first, call.second),
                    "source:" + call.first + "." + call.second};
  }

  static Span inside_quotes(const LineTable& lines, std::size_t begin, std::size_t end) {
    return end - begin > 2 ? lines.between(begin + 1, end - 1) : lines.between(begin, end);
  }

  void unknown(const std::string& file, std::string message, Span where, std::string hint) {
    report_.add(file, {"R0113", std::move(message), where, "unknown name", std::move(hint)});
  }

  // Order ----------------------------------------------------------------------

  enum class Mark { fresh, open, done };

  std::vector<CompiledAsset> in_order() {
    for (std::size_t i = 0; i < assets_.size(); ++i) index_[id_of(i)] = i;
    marks_.assign(assets_.size(), Mark::fresh);
    for (std::size_t i = 0; i < assets_.size(); ++i) visit(i);
    std::vector<CompiledAsset> sorted;
    sorted.reserve(assets_.size());
    for (const std::size_t i : order_) sorted.push_back(std::move(assets_[i]));
    return sorted;
  }

  [[nodiscard]] std::string id_of(std::size_t i) const {
    return std::string(model::name_of(assets_[i].asset.kind)) + ":" + assets_[i].asset.name;
  }

  void visit(std::size_t i) {
    if (marks_[i] != Mark::fresh) return;
    marks_[i] = Mark::open;
    path_.push_back(i);
    for (const std::string& read : assets_[i].asset.reads) {
      const auto found = index_.find(read);
      if (found == index_.end()) continue;
      if (marks_[found->second] == Mark::open) {
        report_cycle(i, found->second);
      } else {
        visit(found->second);
      }
    }
    path_.pop_back();
    marks_[i] = Mark::done;
    order_.push_back(i);
  }

  void report_cycle(std::size_t from, std::size_t to) {
    std::string way;
    const auto start = std::find(path_.begin(), path_.end(), to);
    for (auto at = start; at != path_.end(); ++at) way += assets_[*at].asset.name + " → ";
    way += assets_[to].asset.name;
    Span where{};
    for (const auto& [name, place] : assets_[from].places) {
      if (name == id_of(to)) where = place;
    }
    const bool itself = from == to;
    report_.add(
        assets_[from].asset.where.file,
        {"R0119",
         itself ? "`" + assets_[to].asset.name + "` reads itself"
                : "these read each other in a circle: " + way,
         where, itself ? "itself" : "closes the circle",
         itself ? "read what it is made from instead" : "take one of them out of the circle"});
    for (auto at = start; at != path_.end(); ++at) assets_[*at].complete = false;
  }

  const ProjectFiles& files_;
  const model::Project& project_;
  Report& report_;
  std::vector<CompiledAsset> assets_;
  std::map<std::string, std::size_t> index_;
  std::vector<Mark> marks_;
  std::vector<std::size_t> path_;
  std::vector<std::size_t> order_;
};

}  // namespace

std::string table_of(model::SqlKind kind, std::string_view name) {
  return std::string(model::name_of(kind)) + "s." + std::string(name);
}

std::vector<CompiledAsset> compile_sql(const ProjectFiles& files, const model::Project& project,
                                       Report& report) {
  return Compiler(files, project, report).compile();
}

}  // namespace rondo::project
