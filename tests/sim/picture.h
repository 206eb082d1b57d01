#pragma once

#include <map>
#include <string>
#include <vector>

#include "company.h"

namespace rondo::simtest {

/// What is true in a company in the end, told so that two ways there can be compared: times of
/// arrival are left out, and people are named by their first identifier, because the id of a
/// profile may depend on the order in which its identifiers were seen.
using Picture = std::map<std::string, std::vector<std::string>>;
[[nodiscard]] Result<Picture> take_picture(Company& company);

/// A stand-in's records as "key: field=value field=value", sorted, without what the tool adds.
[[nodiscard]] std::vector<std::string> record_lines(const Json& records);

/// What differs, one line each; empty if nothing does.
[[nodiscard]] std::vector<std::string> differences(const Picture& expected, const Picture& found);

/// Promises that hold in every company that has come to rest, whatever happened on the way. One
/// line for each that is broken.
struct Rules {
  std::int64_t run_cap_micros = 0;
  std::int64_t record_cap_micros = 0;
  bool network_doubles = false;  ///< then a provider may be asked twice without our doing
};
[[nodiscard]] Result<std::vector<std::string>> broken_promises(Company& company,
                                                               const Rules& rules);

}  // namespace rondo::simtest
