#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "guard/pattern.h"

namespace rondo::guard {

/// Takes the first character off `text`, which is not empty. A byte that begins no well-formed
/// UTF-8 sequence is 0x110000 plus itself, so that it equals no character.
std::uint32_t take_character(std::string_view& text);

/// Reads a pattern from left to right and builds its steps from the end to the start: each part
/// knows where to go on after it. A repeated part is read again from its place for each repetition.
class PatternParser {
 public:
  explicit PatternParser(std::string_view source) : source_(source), rest_(source) {}
  Result<Pattern> parse();

 private:
  using Set = Pattern::Set;
  using Step = Pattern::Step;

  struct Part {  ///< some steps, not yet joined to what follows
    std::size_t first;
    std::vector<std::size_t> loose;  ///< steps whose `next` is still open
  };
  struct Bounds {
    std::size_t least;
    std::optional<std::size_t> most;  ///< none: without end
  };

  Result<Part> alternatives();
  Result<Part> sequence();
  Result<Part> repeated();
  Result<Part> repeat(std::string_view from, const Bounds& bounds);
  Result<Part> atom();
  Result<Part> group();
  Result<std::optional<Bounds>> bounds();
  Result<std::optional<Bounds>> counted_bounds();
  Result<Set> set();
  Result<Set> set_item();
  Result<Set> escape(bool in_set);
  Result<std::uint32_t> hex(std::size_t digits);
  std::optional<std::size_t> number();

  Result<std::size_t> add(Step::Kind kind, std::size_t other = 0);
  Result<Part> single(Step::Kind kind, std::size_t other = 0);
  Result<Part> take(Set set);
  Result<Part> nothing();
  Result<Part> either(Part a, Part b);
  Result<Part> looped(Part part);
  Result<Part> maybe(Part part);
  void join(const Part& part, std::size_t next);
  Part chain(Part a, const Part& b);

  [[nodiscard]] bool next_is(char c) const { return !rest_.empty() && rest_.front() == c; }
  bool skip(std::string_view text);
  [[nodiscard]] tl::unexpected<Error> problem(const std::string& what) const;

  std::string_view source_;
  std::string_view rest_;
  std::size_t depth_ = 0;
  Pattern pattern_;
};

}  // namespace rondo::guard
