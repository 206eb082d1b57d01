#pragma once

#include "model/project.h"
#include "project/files.h"
#include "project/report.h"

namespace rondo::project {

/// Checks every reference of every file against the whole project: purposes, contracts,
/// destinations, audiences, models, identifiers, profile fields, outcomes, sources. Where the
/// declaring file is broken, its names are unknown and nothing is said. Columns are checked by
/// columns.h.
void check_references(const ProjectFiles& files, const model::Project& project, Report& report);

/// What only the whole project can tell about a noun: fields of the golden record with reserved
/// names, fields that never leave in a sync.
void check_rules(const ProjectFiles& files, const model::Project& project, Report& report);

}  // namespace rondo::project
