#pragma once

#include <string>

#include "model/project.h"
#include "project/files.h"
#include "project/report.h"
#include "project/secrets.h"

namespace rondo::project {

/// Makes the typed nouns of a project from its validated files. What validation found wrong is left
/// at its default and not reported again; what only meaning can tell (an environment of that name,
/// currencies that differ) is reported here. SQL files are not touched.
void read_nouns(const ProjectFiles& files, const std::string& environment, Secrets& secrets,
                Report& report, model::Project& into);

/// contracts/x.yaml, the Open Data Contract Standard version 3. Rules that are not enforced yet
/// give a warning each.
[[nodiscard]] model::Contract read_contract(const YamlFile& file, Report& report);

}  // namespace rondo::project
