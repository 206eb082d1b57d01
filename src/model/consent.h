#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/position.h"
#include "base/time.h"

namespace rondo::model {

/// Why data may be used: GDPR article 6 bases that matter here.
enum class Basis { consent, contract, legitimate_interest, legal_obligation };

struct Purpose {
  std::string name;
  Basis basis = Basis::consent;
  bool opt_out = false;        ///< with legitimate_interest: a person may object, then it is denied
  bool third_parties = false;  ///< data reaches other companies
  Position where{};

  /// Without a word of the person: consent denies by default, the others allow.
  [[nodiscard]] bool allowed_by_default() const { return basis != Basis::consent; }
};

/// consent.yaml: one set of rules for first- and third-party data alike.
struct ConsentRules {
  std::vector<Purpose> purposes;
  /// `context.consent.categoryPreferences` of a Segment event: category -> purpose.
  std::map<std::string, std::string> segment_categories;
  std::vector<std::string> gpc_denies;  ///< purposes that `Sec-GPC: 1` denies
  /// Category of data -> the fields in it. A field that never leaves is refused at compile time.
  struct Category {
    std::string name;
    std::vector<std::string> fields;
    std::vector<std::string> hash_for;
    bool never_leaves = false;
    Position where{};
  };
  std::vector<Category> categories;
  Position where{};

  [[nodiscard]] const Purpose* purpose(std::string_view name) const;
};

/// One entry of the ledger: what a person said about one purpose, when, where.
struct ConsentSignal {
  std::string identifier_type;
  std::string identifier_value;  ///< normalised
  std::string purpose;
  bool allowed = false;
  Time occurred_at{};
  std::string source;    ///< declared source it came by
  std::string evidence;  ///< event id, or file and row
};

}  // namespace rondo::model
