#include "collect/recent_ids.h"

#include <utility>

#include "base/check.h"

namespace rondo::collect {
namespace {

constexpr std::size_t places_at_first = 1024;

// {0,0} marks an empty place; no hash is it in practice, but a promise must hold for all.
Hash128 never_zero(const Hash128& id) { return id == Hash128{} ? Hash128{0, 1} : id; }

}  // namespace

RecentIds::RecentIds(std::uint64_t seed, std::size_t ids_max) : seed_(seed | 1), ids_max_(ids_max) {
  PROMISE(ids_max > 0 && ids_max <= (1U << 22));  // 24 bits choose a place, half full
  young_.places.resize(places_at_first);
}

bool RecentIds::find(const Table& table, const Hash128& id, std::size_t& place) const {
  if (table.places.empty()) return false;
  const std::size_t mask = table.places.size() - 1;
  place = static_cast<std::size_t>(((id.low ^ id.high) * seed_) >> 40) & mask;
  while (table.places[place] != Hash128{}) {
    if (table.places[place] == id) return true;
    place = (place + 1) & mask;
  }
  return false;
}

bool RecentIds::contains(const Hash128& id) const {
  std::size_t place = 0;
  return find(young_, never_zero(id), place) || find(old_, never_zero(id), place);
}

bool RecentIds::insert(const Hash128& raw) {
  const Hash128 id = never_zero(raw);
  std::size_t place = 0;
  if (find(old_, id, place) || find(young_, id, place)) return false;
  if (young_.count == ids_max_) {
    old_ = std::exchange(young_, Table{});
    young_.places.resize(places_at_first);
    (void)find(young_, id, place);
  } else if (2 * (young_.count + 1) > young_.places.size()) {
    grow();
    (void)find(young_, id, place);
  }
  young_.places[place] = id;
  ++young_.count;
  return true;
}

void RecentIds::grow() {
  const auto before = std::exchange(young_.places, {});
  young_.places.resize(before.size() * 2);
  std::size_t place = 0;
  for (const Hash128& id : before) {
    if (id == Hash128{}) continue;
    (void)find(young_, id, place);
    young_.places[place] = id;
  }
}

}  // namespace rondo::collect
