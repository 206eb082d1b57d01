#include "guard/pattern_parser.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace rondo::guard {
namespace {

constexpr std::size_t repeat_max = 1'000;
constexpr std::uint32_t no_character = 0x11'0000;

std::size_t sequence_length(unsigned char lead) {
  return lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

}  // namespace

std::uint32_t take_character(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = sequence_length(lead);
  if (length == 1 || !is_utf8(text.substr(0, length))) {
    text.remove_prefix(1);
    return lead < 0x80 ? lead : no_character + lead;
  }
  std::uint32_t character = lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    character = character << 6 | (static_cast<unsigned char>(text[i]) & 0x3FU);
  }
  text.remove_prefix(length);
  return character;
}

tl::unexpected<Error> PatternParser::problem(const std::string& what) const {
  const std::size_t place = source_.size() - rest_.size() + 1;
  return fail(
      ErrorKind::permanent, "R0051",
      "pattern `" + std::string(source_) + "`: " + what + " at character " + std::to_string(place));
}

bool PatternParser::skip(std::string_view text) {
  if (!rest_.starts_with(text)) return false;
  rest_.remove_prefix(text.size());
  return true;
}

Result<Pattern> PatternParser::parse() {
  pattern_.source_ = source_;
  if (!is_utf8(source_)) return problem("not UTF-8");
  TRY_ASSIGN(const Part all, alternatives());
  if (!rest_.empty()) return problem("a `)` that nothing opened");
  TRY_ASSIGN(const std::size_t done, add(Step::Kind::done));
  join(all, done);
  pattern_.first_ = all.first;
  return std::move(pattern_);
}

Result<std::size_t> PatternParser::add(Step::Kind kind, std::size_t other) {
  if (pattern_.steps_.size() >= Pattern::steps_max) return problem("too large");
  pattern_.steps_.push_back({kind, 0, other});
  return pattern_.steps_.size() - 1;
}

// A loose end is written as twice the step, plus one for its second way.
void PatternParser::join(const Part& part, std::size_t next) {
  for (const std::size_t end : part.loose) {
    Step& step = pattern_.steps_[end / 2];
    (end % 2 == 0 ? step.next : step.other) = next;
  }
}

PatternParser::Part PatternParser::chain(Part a, const Part& b) {
  join(a, b.first);
  return {a.first, b.loose};
}

Result<PatternParser::Part> PatternParser::single(Step::Kind kind, std::size_t other) {
  TRY_ASSIGN(const std::size_t step, add(kind, other));
  return Part{step, {step * 2}};
}

Result<PatternParser::Part> PatternParser::take(Set set) {
  pattern_.sets_.push_back(std::move(set));
  return single(Step::Kind::take, pattern_.sets_.size() - 1);
}

Result<PatternParser::Part> PatternParser::nothing() {
  TRY_ASSIGN(const std::size_t step, add(Step::Kind::split));
  return Part{step, {step * 2, step * 2 + 1}};
}

Result<PatternParser::Part> PatternParser::either(Part a, Part b) {
  TRY_ASSIGN(const std::size_t step, add(Step::Kind::split, b.first));
  pattern_.steps_[step].next = a.first;
  a.loose.insert(a.loose.end(), b.loose.begin(), b.loose.end());
  return Part{step, std::move(a.loose)};
}

Result<PatternParser::Part> PatternParser::looped(Part part) {
  TRY_ASSIGN(const std::size_t step, add(Step::Kind::split));
  pattern_.steps_[step].next = part.first;
  join(part, step);
  return Part{step, {step * 2 + 1}};
}

Result<PatternParser::Part> PatternParser::maybe(Part part) {
  TRY_ASSIGN(const std::size_t step, add(Step::Kind::split));
  pattern_.steps_[step].next = part.first;
  part.loose.push_back(step * 2 + 1);
  return Part{step, std::move(part.loose)};
}

Result<PatternParser::Part> PatternParser::alternatives() {
  if (++depth_ > Pattern::depth_max) return problem("groups too deep");
  TRY_ASSIGN(Part all, sequence());
  while (skip("|")) {
    TRY_ASSIGN(Part next, sequence());
    TRY_ASSIGN(all, either(std::move(all), std::move(next)));
  }
  --depth_;
  return all;
}

Result<PatternParser::Part> PatternParser::sequence() {
  TRY_ASSIGN(Part all, nothing());
  while (!rest_.empty() && !next_is('|') && !next_is(')')) {
    TRY_ASSIGN(const Part next, repeated());
    all = chain(std::move(all), next);
  }
  return all;
}

Result<PatternParser::Part> PatternParser::repeated() {
  const std::string_view from = rest_;
  TRY_ASSIGN(Part once, atom());
  TRY_ASSIGN(const auto times, bounds());
  if (!times) return once;
  skip("?");  // lazy: which way is tried first does not matter for a whole match
  if (next_is('*') || next_is('+') || next_is('?')) return problem("nothing to repeat");
  const std::string_view behind = rest_;
  auto all = repeat(from, *times);
  if (all) rest_ = behind;
  return all;
}

// Reading the part anew for each repetition makes its steps anew; the one read first is left
// unused.
Result<PatternParser::Part> PatternParser::repeat(std::string_view from, const Bounds& times) {
  const auto again = [this, from]() {
    rest_ = from;
    return atom();
  };
  TRY_ASSIGN(Part all, nothing());
  for (std::size_t i = 0; i < times.least; ++i) {
    TRY_ASSIGN(const Part next, again());
    all = chain(std::move(all), next);
  }
  if (!times.most) {
    TRY_ASSIGN(Part next, again());
    TRY_ASSIGN(const Part loop, looped(std::move(next)));
    return chain(std::move(all), loop);
  }
  for (std::size_t i = times.least; i < *times.most; ++i) {
    TRY_ASSIGN(Part next, again());
    TRY_ASSIGN(const Part optional, maybe(std::move(next)));
    all = chain(std::move(all), optional);
  }
  return all;
}

std::optional<std::size_t> PatternParser::number() {
  std::size_t digits = 0;
  std::size_t value = 0;
  for (; digits < rest_.size() && rest_[digits] >= '0' && rest_[digits] <= '9'; ++digits) {
    value = std::min(value * 10 + static_cast<std::size_t>(rest_[digits] - '0'), repeat_max + 1);
  }
  rest_.remove_prefix(digits);
  return digits > 0 ? std::optional(value) : std::nullopt;
}

Result<std::optional<PatternParser::Bounds>> PatternParser::bounds() {
  if (skip("*")) return Bounds{0, std::nullopt};
  if (skip("+")) return Bounds{1, std::nullopt};
  if (skip("?")) return Bounds{0, 1};
  if (next_is('{')) return counted_bounds();
  return std::optional<Bounds>{};
}

Result<std::optional<PatternParser::Bounds>> PatternParser::counted_bounds() {
  skip("{");
  const auto least = number();
  if (!least) return problem("a `{` without a number");
  Bounds times{*least, *least};
  if (skip(",")) times.most = number();
  if (!skip("}")) return problem("a `{` that is not closed");
  const std::size_t largest = std::max(times.least, times.most.value_or(0));
  if (largest > repeat_max) return problem("more than 1000 repetitions");
  if (times.most && *times.most < times.least) return problem("bounds the wrong way round");
  return times;
}

Result<PatternParser::Part> PatternParser::atom() {
  if (next_is('(')) return group();
  if (skip("^")) return single(Step::Kind::at_start);
  if (skip("$")) return single(Step::Kind::at_end);
  if (skip(".")) return take({{{'\n', '\n'}, {'\r', '\r'}, {0x2028, 0x2029}}, true});
  if (next_is('*') || next_is('+') || next_is('?') || next_is('{')) {
    return problem("nothing to repeat");
  }
  if (next_is('[')) {
    TRY_ASSIGN(Set characters, set());
    return take(std::move(characters));
  }
  if (next_is('\\')) {
    TRY_ASSIGN(Set characters, escape(false));
    return take(std::move(characters));
  }
  const std::uint32_t c = take_character(rest_);
  return take({{{c, c}}, false});
}

Result<PatternParser::Part> PatternParser::group() {
  skip("(");
  if (!skip("?:") && next_is('?')) return problem("look around and named groups are not supported");
  TRY_ASSIGN(Part inner, alternatives());
  if (!skip(")")) return problem("a `(` that is not closed");
  return inner;
}

Result<PatternParser::Set> PatternParser::set() {
  skip("[");
  Set all{{}, skip("^")};
  while (!skip("]")) {
    if (rest_.empty()) return problem("a `[` that is not closed");
    TRY_ASSIGN(Set item, set_item());
    const bool one = item.ranges.size() == 1 && item.ranges[0].first == item.ranges[0].last;
    if (one && next_is('-') && rest_.size() > 1 && rest_[1] != ']') {
      skip("-");
      TRY_ASSIGN(const Set end, set_item());
      if (end.ranges.size() != 1 || end.ranges[0].first != end.ranges[0].last ||
          end.ranges[0].first < item.ranges[0].first) {
        return problem("a range the wrong way round");
      }
      item.ranges[0].last = end.ranges[0].last;
    }
    all.ranges.insert(all.ranges.end(), item.ranges.begin(), item.ranges.end());
  }
  return all;
}

Result<PatternParser::Set> PatternParser::set_item() {
  if (rest_.empty()) return problem("a `[` that is not closed");
  if (next_is('\\')) return escape(true);
  const std::uint32_t c = take_character(rest_);
  return Set{{{c, c}}, false};
}

}  // namespace rondo::guard
