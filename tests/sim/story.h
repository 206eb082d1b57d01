#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "distant_warehouse.h"
#include "world/world.h"

namespace rondo::simtest {

/// One line of a story with the indented lines below it. tests/story/README.md is the grammar.
struct StoryLine {
  int number = 0;
  Duration at{};  ///< since the start of the first day; only for `at` lines
  bool is_action = false;
  std::vector<std::string> words{};  ///< text in quotes and a JSON object are one word
  std::vector<std::string> below{};
};

struct Story {
  std::string project;  ///< folder, relative to the story's own
  std::vector<StoryLine> lines{};
};

/// Error R0101 names the line.
[[nodiscard]] Result<Story> parse_story(const std::string& text);

/// Plays it in a world of its own. The error names the line that did not come true, and what was
/// there instead.
[[nodiscard]] Result<void> play(const Story& story, const std::string& folder,
                                DatabaseServer& warehouse, world::World real,
                                const std::string& scratch);

}  // namespace rondo::simtest
