#pragma once

#include "model/project.h"
#include "project/files.h"
#include "project/report.h"
#include "world/disk.h"

namespace rondo::project {

/// Checks what destinations, syncs and enrichments say against the connectors they use: the
/// project's own in connectors/NAME.yaml, which come first, and those that ship. Reports unknown
/// connectors, broken connector files, unknown and missing settings, objects that an API does not
/// have, and providers that answer no questions. Settings that a connector calls secret are marked
/// so in `project`.
void check_connectors(world::Disk& disk, const ProjectFiles& files, model::Project& project,
                      Report& report);

}  // namespace rondo::project
