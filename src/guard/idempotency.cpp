#include "guard/idempotency.h"

#include "base/check.h"

namespace rondo::guard {

std::string idempotency_key(std::string_view scope, std::initializer_list<std::string_view> parts) {
  std::string all;
  const auto add = [&all](std::string_view part) {
    all += std::to_string(part.size());
    all += ':';
    all += part;
  };
  add(scope);
  for (const std::string_view part : parts) add(part);
  return content_hash(all).hex();
}

Deduplicator::Deduplicator(std::size_t ids_max, Duration window)
    : ids_max_(ids_max), window_(window) {
  PROMISE(ids_max > 0);
  PROMISE(window > Duration{0});
}

bool Deduplicator::is_new(const Hash128& id, Duration now) {
  forget_old(now);
  if (!ids_.emplace(id, ++sights_).second) return false;
  by_age_.push_back({sights_, id, now});
  while (ids_.size() > ids_max_) forget_oldest();
  if (by_age_.size() > 2 * ids_max_) {
    std::erase_if(by_age_, [this](const Sight& sight) { return !is_current(sight); });
  }
  return true;
}

// An id taken back may have been seen again: then its earlier sight no longer counts.
bool Deduplicator::is_current(const Sight& sight) const {
  const auto known = ids_.find(sight.id);
  return known != ids_.end() && known->second == sight.number;
}

void Deduplicator::forget_oldest() {
  if (is_current(by_age_.front())) ids_.erase(by_age_.front().id);
  by_age_.pop_front();
}

void Deduplicator::forget_old(Duration now) {
  while (!by_age_.empty() && by_age_.front().when + window_ <= now) forget_oldest();
}

}  // namespace rondo::guard
