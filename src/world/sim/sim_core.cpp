#include "world/sim/sim_core.h"

#include <iterator>

#include <fmt/format.h>

namespace rondo::world {

SimCore::EventId SimCore::after(Duration wait, Machine machine, std::function<void()> work) {
  const EventId id{now_ + std::max(wait, Duration{0}), ++events_made_};
  events_.emplace(id, Event{machine, std::move(work)});
  return id;
}

bool SimCore::step(Duration until) {
  const auto next = events_.begin();
  if (next == events_.end() || next->first.first > until) return false;
  now_ = next->first.first;
  const Event event = std::move(next->second);
  events_.erase(next);
  as(event.machine, event.work);
  return true;
}

SimCore::Fate SimCore::begin_operation() {
  // A power cut does not concern other machines, but theirs may be the operation it waited for.
  const bool concerned = machine_ == Machine::ours;
  if (concerned && !power_) return Fate::off;
  ++operations_;
  if (!power_ || operations_ != last_operation_) return Fate::done;
  power_off();
  return concerned ? Fate::cut : Fate::done;
}

void SimCore::power_off() {
  power_ = false;
  last_operation_ = 0;
  note("power off");
}

void SimCore::abandon_ours() {
  ours_.abandon();
  std::erase_if(events_, [](const auto& entry) { return entry.second.machine == Machine::ours; });
}

void SimCore::as(Machine machine, const std::function<void()>& body) {
  const Machine machine_before = std::exchange(machine_, machine);
  RootList& roots = machine == Machine::ours ? ours_ : others_;
  RootList* const roots_before = std::exchange(RootList::current(), &roots);
  body();
  RootList::current() = roots_before;
  machine_ = machine_before;
}

void SimCore::note(std::string_view what) {
  fmt::format_to(std::back_inserter(trace_), "{}.{:06} {}{}\n", now_.count() / 1'000'000,
                 now_.count() % 1'000'000, machine_ == Machine::others ? "other " : "", what);
}

void SimCore::end() {
  power_ = false;
  ours_.abandon();
  others_.abandon();
  events_.clear();
}

}  // namespace rondo::world
