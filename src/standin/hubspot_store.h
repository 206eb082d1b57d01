#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/json.h"
#include "base/time.h"

namespace rondo::standin {

struct HubspotRecord {
  std::int64_t id = 0;
  Json properties = Json::object();
  Time created{};
  Time updated{};
};

/// What happened to one email (or other key): the proof that nothing happened twice.
struct KeyHistory {
  std::int64_t creates = 0;
  std::int64_t changes = 0;  ///< updates that changed something
  std::int64_t repeats = 0;  ///< updates that changed nothing
  std::int64_t archives = 0;
};

/// Records of one object type, by id and by email. No network in here.
class HubspotStore {
 public:
  explicit HubspotStore(std::int64_t first_id) : next_id_(first_id) {}

  [[nodiscard]] const HubspotRecord* by_id(std::string_view id) const;
  /// `property` empty or hs_object_id: the id. Emails compare without case.
  [[nodiscard]] const HubspotRecord* find(std::string_view property, std::string_view value) const;
  const HubspotRecord& create(const Json& properties, Time now);
  const HubspotRecord& update(std::int64_t id, const Json& properties, Time now);
  bool archive(std::int64_t id);

  [[nodiscard]] const std::map<std::int64_t, HubspotRecord>& records() const { return records_; }
  [[nodiscard]] const std::map<std::string, KeyHistory>& histories() const { return histories_; }
  [[nodiscard]] Json memory() const;
  void remember(const Json& memory);

 private:
  [[nodiscard]] static std::string key_of(const HubspotRecord& record);

  std::map<std::int64_t, HubspotRecord> records_;
  std::unordered_map<std::string, std::int64_t> by_email_;
  std::map<std::string, KeyHistory> histories_;
  std::int64_t next_id_;
};

}  // namespace rondo::standin
