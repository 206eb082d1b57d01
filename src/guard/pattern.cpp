#include "guard/pattern.h"

#include <algorithm>

#include "guard/pattern_parser.h"

namespace rondo::guard {

Result<Pattern> Pattern::compile(std::string_view source) {
  PatternParser parser(source);
  return parser.parse();
}

bool Pattern::Set::has(std::uint32_t c) const {
  const bool inside = std::any_of(ranges.begin(), ranges.end(), [c](const Range& range) {
    return range.first <= c && c <= range.last;
  });
  return inside != negated;
}

// Adds every step that takes a character and can be reached from `step` without one. `mark` keeps
// each from being looked at twice in a round, which also ends loops of nothing.
void Pattern::reach(std::size_t step, bool at_start, bool at_end, std::vector<std::size_t>& states,
                    std::vector<std::size_t>& mark, std::size_t round) const {
  std::vector<std::size_t> todo{step};
  while (!todo.empty()) {
    const std::size_t at = todo.back();
    todo.pop_back();
    if (mark[at] == round) continue;
    mark[at] = round;
    const Step& here = steps_[at];
    switch (here.kind) {
      case Step::Kind::take:
      case Step::Kind::done: states.push_back(at); break;
      case Step::Kind::split:
        todo.push_back(here.next);
        todo.push_back(here.other);
        break;
      case Step::Kind::at_start:
        if (at_start) todo.push_back(here.next);
        break;
      case Step::Kind::at_end:
        if (at_end) todo.push_back(here.next);
        break;
    }
  }
}

bool Pattern::matches(std::string_view text) const {
  std::vector<std::size_t> states;
  std::vector<std::size_t> after;
  std::vector<std::size_t> mark(steps_.size(), 0);
  std::size_t round = 1;
  reach(first_, true, text.empty(), states, mark, round);
  while (!text.empty() && !states.empty()) {
    const std::uint32_t c = take_character(text);
    ++round;
    after.clear();
    for (const std::size_t state : states) {
      const Step& step = steps_[state];
      if (step.kind != Step::Kind::take || !sets_[step.other].has(c)) continue;
      reach(step.next, false, text.empty(), after, mark, round);
    }
    states.swap(after);
  }
  return text.empty() && std::any_of(states.begin(), states.end(), [this](std::size_t state) {
           return steps_[state].kind == Step::Kind::done;
         });
}

}  // namespace rondo::guard
