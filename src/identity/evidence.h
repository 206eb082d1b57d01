#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/project.h"
#include "warehouse/new_rows.h"
#include "warehouse/warehouse.h"

namespace rondo::identity {

/// A co-occurrence of two identifiers; the stronger one is on the left.
struct Evidence {
  model::Identifier left;
  model::Identifier right;
  std::string source;
  std::string rule;
  std::string record_id;
  Time first_seen{};
  Time last_seen{};
};

/// What some records show, gathered: evidence once per (pair, source, rule), and every identifier.
class Sightings {
 public:
  explicit Sightings(const model::IdentityRules& rules) : rules_(rules) {}

  struct Record {
    std::string_view source;
    std::string_view rule;
    std::string_view record_id;
    Time first{};
    Time last{};
  };
  /// One record, or many alike: `values[i]` belongs to the kind `kinds[i]`, raw, empty for none.
  void add(const Record& record, const std::vector<std::uint32_t>& kinds,
           const std::vector<std::string>& values);

  /// By evidence id, a hash of everything but record and times.
  [[nodiscard]] const std::unordered_map<std::string, Evidence>& evidence() const {
    return evidence_;
  }
  struct Seen {
    std::uint32_t kind;
    std::string value;
    Time first;
  };
  [[nodiscard]] const std::unordered_map<std::string, Seen>& identifiers() const { return seen_; }

 private:
  void see(std::uint32_t kind, const std::string& value, Time first);
  void join(const Record& record, std::uint32_t left_kind, const std::string& left,
            std::uint32_t right_kind, const std::string& right);

  const model::IdentityRules& rules_;
  std::unordered_map<std::string, Evidence> evidence_;
  std::unordered_map<std::string, Seen> seen_;  // by "kind value"
};

/// Everything that was read for one call, and how far.
struct Reads {
  std::vector<warehouse::NewRows> positions;
  bool anything = false;
};

/// Reads what is new in raw.events and in the file streams (all of it if `everything`).
[[nodiscard]] Result<Reads> read_sightings(warehouse::Session& session,
                                           const model::Project& project, bool everything,
                                           Sightings& into);

/// Adds them to rondo.evidence; a pair that is known gets the earlier first and the later last
/// sight. Answers how many pairs are new. Inside a transaction of the caller.
[[nodiscard]] Result<std::int64_t> write_evidence(warehouse::Session& session,
                                                  const Sightings& sightings);

}  // namespace rondo::identity
