#pragma once

#include <string>
#include <vector>

#include "cli/terminal.h"
#include "control/runner.h"

namespace rondo::cli {

/// A line per step of the loop: what was done, how much of it, how long it took; then what needs a
/// person. All numbers come from the steps' summaries in the journal.
[[nodiscard]] std::string loop_report(const Terminal& terminal, const control::RunResult& result);

}  // namespace rondo::cli
