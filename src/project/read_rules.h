#pragma once

#include "model/project.h"
#include "project/files.h"
#include "project/report.h"

// One reader for each kind of file that holds rules. They never fail: see read_nouns.h.
namespace rondo::project {

[[nodiscard]] model::ConsentRules read_consent(const YamlFile& file);
[[nodiscard]] model::IdentityRules read_identity(const YamlFile& file);
[[nodiscard]] model::Sync read_sync(const YamlFile& file);
[[nodiscard]] model::Enrichment read_enrichment(const YamlFile& file, Report& report);
[[nodiscard]] model::OutcomeRule read_outcome(const YamlFile& file);
[[nodiscard]] model::FeedbackRule read_feedback(const YamlFile& file);

/// "deny [a, b]" -> a, b
[[nodiscard]] std::vector<std::string> denied_purposes(std::string_view text);

}  // namespace rondo::project
