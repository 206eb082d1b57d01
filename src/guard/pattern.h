#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace rondo::guard {

/// A regular expression that a text matches as a whole, in time linear in the text whatever both
/// are: it judges text that strangers send, so nothing may blow up (K. Thompson, "Regular
/// Expression Search Algorithm", 1968; R. Cox, "Regular Expression Matching Can Be Simple And
/// Fast", 2007).
///
/// The syntax is that of ECMAScript: `. [a-z] [^a-z] \d \w \s \D \W \S \t \n \r \f \v \xHH \uHHHH (
/// ) (?: ) | * + ? {n} {n,} {n,m}`, lazy forms too, `^` and `$` for the ends of the text. Back
/// references, look around and `\b` are refused. Characters are code points; a byte that is not
/// UTF-8 is one of its own.
class Pattern {
 public:
  static constexpr std::size_t steps_max =
      10'000;  ///< of the compiled form; {1000} of something counts 1000
  static constexpr std::size_t depth_max = 50;  ///< groups inside groups

  /// Error R0051 names the place and what is wrong there.
  static Result<Pattern> compile(std::string_view source);

  [[nodiscard]] bool matches(std::string_view text) const;
  [[nodiscard]] const std::string& source() const { return source_; }

 private:
  friend class PatternParser;
  struct Range {
    std::uint32_t first;
    std::uint32_t last;
  };
  struct Set {
    std::vector<Range> ranges{};
    bool negated = false;
    [[nodiscard]] bool has(std::uint32_t c) const;
  };
  struct Step {
    enum class Kind { take, split, at_start, at_end, done } kind;
    std::size_t next = 0;   ///< where to go on
    std::size_t other = 0;  ///< split: or there; take: number of the set
  };

  void reach(std::size_t step, bool at_start, bool at_end, std::vector<std::size_t>& states,
             std::vector<std::size_t>& mark, std::size_t round) const;

  std::string source_;
  std::vector<Set> sets_;
  std::vector<Step> steps_;
  std::size_t first_ = 0;
};

}  // namespace rondo::guard
