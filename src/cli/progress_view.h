#pragma once

#include <memory>

#include "cli/terminal.h"
#include "control/runner.h"
#include "world/clock.h"

namespace rondo::cli {

/// Shows a run as it goes: one bar that is redrawn on a terminal, plain lines elsewhere. Drawn at
/// most ten times a second, on standard error. `clock` must outlive it.
[[nodiscard]] std::unique_ptr<control::RunObserver> make_progress_view(const Terminal& terminal,
                                                                       world::Clock& clock);

}  // namespace rondo::cli
