#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "model/project.h"
#include "project/document.h"
#include "project/report.h"
#include "project/schema.h"
#include "world/disk.h"

namespace rondo::project {

struct YamlFile {
  std::string kind;  ///< one of schema_kinds()
  std::string
      name;  ///< the file's name without its ending; "rondo", "consent", "identity" at the top
  std::string path;  ///< relative to the project's folder
  YamlNode root{};
  std::vector<Reference> references{};
};

struct SqlFile {
  model::SqlKind kind = model::SqlKind::model;
  std::string name;
  std::string path;
};

/// The files of a project, read and each checked for itself.
struct ProjectFiles {
  std::vector<YamlFile> yaml;  ///< in the order of schema_kinds(), then by path
  std::vector<SqlFile> sql;    ///< by path; their texts stand in the report
  Hash128 fingerprint{};

  [[nodiscard]] const YamlFile* top(std::string_view kind) const;
  [[nodiscard]] std::vector<const YamlFile*> of(std::string_view kind) const;
};

constexpr std::size_t files_max = 20'000;
constexpr std::size_t folder_depth_max = 8;

/// Reads everything under `root`. A file that cannot be read or parsed is reported and keeps its
/// name: what refers to it is then not unknown. Files and folders that mean nothing here give a
/// warning; hidden ones, README and its kind, and folders for scripts and data are passed over.
[[nodiscard]] ProjectFiles read_files(world::Disk& disk, const std::string& root, Report& report);

}  // namespace rondo::project
