#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <initializer_list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/hash.h"
#include "base/time.h"

namespace rondo::guard {

/// A key that the same effect always gets and another never: 32 hex digits of a hash over the scope
/// (who is spoken to, which operation) and the parts in their order. Parts do not run together:
/// {"ab", "c"} and {"a", "bc"} differ. Stable for ever: keys are kept in the outbox and at the
/// other side.
[[nodiscard]] std::string idempotency_key(std::string_view scope,
                                          std::initializer_list<std::string_view> parts);

/// Remembers ids for some time, so that what is sent twice is handled once.
///
/// An id counts as seen from its first sight on for exactly `window` (being seen again does not
/// prolong it), unless more than `ids_max` would be held: then the oldest are forgotten first. What
/// lies further back is the business of a durable check, such as a unique key in the warehouse.
/// Memory: about 100 bytes for each id. Time is monotonic and never goes back.
class Deduplicator {
 public:
  Deduplicator(std::size_t ids_max, Duration window);

  /// True at the first sight of `id`; remembers it then.
  bool is_new(const Hash128& id, Duration now);
  /// Takes back a sight, because its effect did not come about after all.
  void forget(const Hash128& id) { ids_.erase(id); }
  [[nodiscard]] std::size_t size() const { return ids_.size(); }
  /// Places in memory: at most twice `ids_max`, whatever is taken back.
  [[nodiscard]] std::size_t places() const { return by_age_.size(); }

 private:
  struct Sight {
    std::uint64_t number;
    Hash128 id;
    Duration when;
  };

  [[nodiscard]] bool is_current(const Sight& sight) const;
  void forget_old(Duration now);
  void forget_oldest();

  std::size_t ids_max_;
  Duration window_;
  std::uint64_t sights_ = 0;
  std::unordered_map<Hash128, std::uint64_t> ids_;  ///< to the number of their sight
  std::deque<Sight> by_age_;  ///< those taken back stand here until they are old
};

}  // namespace rondo::guard
