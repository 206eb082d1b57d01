#include "story.h"

#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"

namespace rondo::simtest {
namespace {

tl::unexpected<Error> wrong(int line, const std::string& what) {
  return fail(ErrorKind::permanent, "R0101", fmt::format("line {}: {}", line, what));
}

// Words by spaces; "quoted text" and {json} to the end of the line are one word.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!(text = trim(text)).empty()) {
    std::size_t end = text.find(' ');
    if (text.front() == '{') end = text.size();
    if (text.front() == '"') {
      end = text.find('"', 1);
      if (end == std::string_view::npos) end = text.size();
      words.emplace_back(text.substr(1, end - 1));
      text.remove_prefix(std::min(end + 1, text.size()));
      continue;
    }
    end = std::min(end, text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return words;
}

bool read_number(std::string_view text, int& into) {
  const auto read = std::from_chars(text.data(), text.data() + text.size(), into);
  return read.ec == std::errc() && read.ptr == text.data() + text.size() && into >= 0;
}

// "at 10:05 …" or "at day 9 10:05 …": takes these words off.
Result<void> take_time(StoryLine& line) {
  auto& words = line.words;
  int day = 1;
  std::size_t used = 1;
  if (words.size() > 2 && words[1] == "day") {
    if (!read_number(words[2], day) || day < 1) return wrong(line.number, "which day?");
    used = 3;
  }
  const std::string clock = words.size() > used ? words[used] : "";
  int hour = 0;
  int minute = 0;
  const bool good = clock.size() == 5 && clock[2] == ':' && read_number(clock.substr(0, 2), hour) &&
                    read_number(clock.substr(3), minute) && hour < 24 && minute < 60;
  if (!good || words.size() <= used + 1)
    return wrong(line.number, "expected `at [day N] HH:MM ACTION`");
  line.at = std::chrono::hours{24 * (day - 1) + hour} + std::chrono::minutes{minute};
  line.is_action = true;
  words.erase(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(used) + 1);
  return {};
}

}  // namespace

Result<Story> parse_story(const std::string& text) {
  Story story;
  int number = 0;
  Duration latest{};
  for (const std::string_view raw : split(text, '\n')) {
    ++number;
    const std::string_view body = trim(raw);
    if (raw.starts_with("  ") && !body.empty()) {
      if (story.lines.empty()) return wrong(number, "nothing stands above these rows");
      story.lines.back().below.emplace_back(body);
      continue;
    }
    if (body.empty() || body.front() == '#') continue;
    StoryLine line{.number = number, .words = words_of(body)};
    if (line.words[0] == "project" && line.words.size() == 2) {
      story.project = line.words[1];
      continue;
    }
    if (line.words[0] == "at") {
      TRY(take_time(line));
      if (line.at < latest) return wrong(number, "this is earlier than the line before");
      latest = line.at;
    } else if (line.words[0] != "expect" || line.words.size() < 3) {
      return wrong(number, "expected `project`, `at` or `expect WHAT …`");
    }
    story.lines.push_back(std::move(line));
  }
  if (story.project.empty()) return wrong(1, "a story begins with `project FOLDER`");
  return story;
}

}  // namespace rondo::simtest
