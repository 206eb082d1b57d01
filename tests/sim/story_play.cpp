#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "company.h"
#include "picture.h"
#include "story.h"
#include "village.h"

namespace rondo::simtest {
namespace {

using namespace std::chrono_literals;

class Player {
 public:
  Player(const Story& story, const std::string& folder, DatabaseServer& warehouse,
         world::World real, const std::string& scratch)
      : story_(story), company_(warehouse, real, {{}, folder + "/" + story.project, scratch}) {}

  Result<void> play() {
    for (const auto& line : story_.lines) {
      line_ = &line;
      const bool judges_run = line.words[0] == "expect" && line.words[1] == "run";
      if (!judges_run) TRY(must_have_succeeded());
      TRY(line.is_action ? act() : expect());
    }
    return must_have_succeeded();
  }

 private:
  [[nodiscard]] const std::vector<std::string>& words() const { return line_->words; }
  [[nodiscard]] std::string word(std::size_t at) const {
    return at < words().size() ? words()[at] : std::string();
  }
  [[nodiscard]] std::uint64_t number(std::size_t at) const {
    const std::string text = word(at);
    const bool digits = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
    return digits && text.size() < 10 ? std::stoull(text) : 0;
  }
  tl::unexpected<Error> wrong(const std::string& what) const {
    return fail(ErrorKind::permanent, "R0101", fmt::format("line {}: {}", line_->number, what));
  }

  Result<void> act() {
    auto& sim = company_.sim();
    if (sim.elapsed() >= line_->at + 1min)
      return wrong("it is later than that already: " + to_text(sim.view().clock.now()));
    if (sim.elapsed() < line_->at) sim.run_for(line_->at - sim.elapsed());
    const std::string& verb = words()[0];
    if (verb == "file") return put_file();
    TRY(be_up());
    if (verb == "send") return send();
    if (verb == "run") return run();
    if (verb == "crash") return crash();
    if (verb == "standin") return tell_standin();
    return wrong("no such action: " + verb);
  }

  Result<void> be_up() {
    if (company_.is_up()) return {};
    if (company_.program() != nullptr) company_.stop();
    TRY(company_.load_project(true));
    auto started = company_.start();
    if (!started) return wrong("the program does not start: " + started.error().text());
    return {};
  }

  Result<void> put_file() {
    std::string text;
    for (const auto& line : line_->below) text += line + "\n";
    company_.put_file(word(1), text);
    return {};
  }

  Result<void> send() {
    auto event = Json::parse(word(2));
    if (!event) return wrong("send SOURCE {event}: " + event.error().message);
    if (event->find("messageId") == nullptr) event->set("messageId", fmt::format("m{}", ++sent_));
    Ledger& ledger = ledgers_.emplace_back();
    company_.sim().as_other_machine([&] {
      spawn(send_batches(company_.sim().view(), {{word(1), {*event}, {}}}, collector_port, ledger));
    });
    for (int wait = 0; wait < 600 && ledger.finished == 0; ++wait) company_.sim().run_for(100ms);
    return ledger.finished == 1 ? Result<void>{} : wrong("nobody said 200");
  }

  Result<void> run() {
    std::vector<std::string> selection(words().begin() + 1, words().end());
    for (const auto& name : standins_) before_[name] = company_.door(name).requests("");
    last_run_ = company_.run(join(selection, " "));
    ran_ = true;
    return {};
  }

  Result<void> crash() {
    if (word(1) == "after" && word(2) == "request" && word(4) == "to" && is_standin(word(5))) {
      company_.door(word(5)).on_request(number(3), [this] { company_.sim().crash(); });
      return {};
    }
    if (words().size() != 1) return wrong("expected `crash` or `crash after request N to NAME`");
    company_.stop();
    return be_up();
  }

  Result<void> tell_standin() {
    if (!is_standin(word(1))) return wrong("there are " + join(standins_, ", "));
    const bool silent = word(2) == "is" && word(3) == "silent";
    if (!silent && (word(2) != "answers" || number(3) < 100))
      return wrong("expected `standin NAME answers STATUS N times` or `is silent N times`");
    company_.door(word(1)).answer(silent ? 0 : static_cast<int>(number(3)), number(4));
    return {};
  }

  Result<void> expect() {
    const std::string& what = words()[1];
    if (what == "run") return expect_run();
    if (what == "table") {
      auto rows = company_.warehouse().rows(word(2));
      if (!rows) return wrong(rows.error().text());
      return compare(std::move(*rows));
    }
    if (what == "records") return expect_records();
    if (what == "file") {
      auto text = company_.read_file(word(2));
      if (!text) return wrong(text.error().text());
      std::vector<std::string> lines;
      for (const auto line : split(*text, '\n')) {
        if (!trim(line).empty()) lines.emplace_back(trim(line));
      }
      return compare(std::move(lines));
    }
    if (what == "requests") return expect_requests();
    if (what == "step") return expect_step();
    return wrong("no such expectation: " + what);
  }

  Result<void> expect_records() {
    if (!is_standin(word(2))) return wrong("there are " + join(standins_, ", "));
    const Json state = company_.door(word(2)).state();
    const Json& records =
        word(2) == "hubspot" ? state["objects"]["contacts"]["records"] : state["records"];
    return compare(record_lines(records));
  }

  Result<void> expect_requests() {
    if (!is_standin(word(2))) return wrong("there are " + join(standins_, ", "));
    const auto found = company_.door(word(2)).requests_after(before_[word(2)], word(3));
    if (found == static_cast<std::int64_t>(number(4))) return {};
    return wrong(fmt::format("the last run made {}", found));
  }

  Result<void> expect_step() {
    if (!last_run_ || !*last_run_) return wrong("the last run did not end");
    const auto& steps = (*last_run_)->steps;
    const auto step = std::ranges::find(steps, word(2), &control::Step::asset);
    if (step == steps.end()) return wrong("the last run had no step " + word(2));
    for (std::size_t i = 3; i + 1 < words().size(); i += 2) {
      const auto found = step->summary["counts"][word(i)].as_int(-1);
      if (found != static_cast<std::int64_t>(number(i + 1)))
        return wrong(fmt::format("{} is {}: {}", word(i), found, step->summary.text()));
    }
    return {};
  }

  Result<void> expect_run() {
    ran_ = false;
    const std::string ended = how_it_ended();
    if (ended == word(2)) return {};
    return wrong(fmt::format("it {}{}", ended, failures()));
  }

  [[nodiscard]] std::string how_it_ended() const {
    if (!last_run_) return "cut";
    if (!*last_run_) return "failed";
    return std::string(name_of((*last_run_)->run.state));
  }
  [[nodiscard]] std::string failures() const {
    if (!last_run_) return {};
    if (!*last_run_) return ": " + last_run_->error().text();
    std::string all;
    for (const auto& step : (*last_run_)->steps) {
      if (step.state == control::StepState::failed)
        all += fmt::format("\n    {}: {} {}", step.asset, step.error_code, step.error);
    }
    return all;
  }

  Result<void> must_have_succeeded() {
    if (!std::exchange(ran_, false) || how_it_ended() == "succeeded") return {};
    return wrong(fmt::format("the run before {}{}", how_it_ended(), failures()));
  }

  Result<void> compare(std::vector<std::string> found) const {
    if (found.empty()) found.emplace_back("(none)");
    for (auto& line : found) line = std::string(trim(line));
    if (found == line_->below) return {};
    return wrong(fmt::format("there is instead:\n    {}", fmt::join(found, "\n    ")));
  }

  [[nodiscard]] bool is_standin(const std::string& name) const {
    return std::ranges::find(standins_, name) != standins_.end();
  }

  const std::vector<std::string> standins_{"hubspot", "webhook", "prospeo", "hunter"};
  const Story& story_;
  std::deque<Ledger> ledgers_;  // clients write into them as long as the world lives
  Company company_;
  const StoryLine* line_ = nullptr;
  std::optional<Result<control::RunResult>> last_run_;
  bool ran_ = false;
  int sent_ = 0;
  std::map<std::string, std::int64_t> before_;
};

}  // namespace

Result<void> play(const Story& story, const std::string& folder, DatabaseServer& warehouse,
                  world::World real, const std::string& scratch) {
  Player player(story, folder, warehouse, real, scratch);
  return player.play();
}

}  // namespace rondo::simtest
