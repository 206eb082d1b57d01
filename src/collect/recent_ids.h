#pragma once

#include <cstddef>
#include <vector>

#include "base/hash.h"

namespace rondo::collect {

/// Remembers the ids seen last, so that a resend is noticed. Bounded: it holds between `ids_max`
/// and twice as many of the youngest, in two generations; when the younger is full, the older is
/// forgotten. An id that is forgotten and comes again passes here and is stopped by the loader.
///
/// Open addressing, at most half full. `seed` (odd) spreads the ids by multiplication, so that a
/// sender who chooses them cannot aim at one place.
class RecentIds {
 public:
  explicit RecentIds(std::uint64_t seed, std::size_t ids_max = 1U << 20);

  /// True if it was not there; it is then.
  bool insert(const Hash128& id);
  [[nodiscard]] bool contains(const Hash128& id) const;
  [[nodiscard]] std::size_t size() const { return young_.count + old_.count; }

 private:
  struct Table {
    std::vector<Hash128> places;  ///< {0,0}: empty
    std::size_t count = 0;
  };
  [[nodiscard]] bool find(const Table& table, const Hash128& id, std::size_t& place) const;
  void grow();

  std::uint64_t seed_;
  std::size_t ids_max_;
  Table young_;
  Table old_;
};

}  // namespace rondo::collect
