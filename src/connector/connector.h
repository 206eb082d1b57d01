#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/time.h"
#include "connector/expression.h"

// What a connector file says, compiled and checked. README.md beside this file explains the format.
namespace rondo::connector {

/// What an answer means for what was sent; the order is that of severity for one row.
enum class FailureClass {
  auth,      ///< credentials refused: stop
  throttle,  ///< refused by a limit: wait, no attempt counted
  retry,     ///< may work again; only for what is safe to repeat, otherwise unknown
  split,     ///< one of the rows spoils the request: halve it, the last one alone is poison
  poison,    ///< the rows of this request are refused for good, with a reason
  fatal,     ///< nothing will get through: stop
  unknown,   ///< sent, effect unseen
};
[[nodiscard]] std::string_view name_of(FailureClass failure);

/// How an operation that may or may not have happened is settled.
enum class Idempotent {
  natural,    ///< sending the same again leaves the same: send again
  keyed,      ///< the other side knows our key: send the very same again under it
  read_back,  ///< ask first
  none,       ///< a person has to look
};
[[nodiscard]] std::string_view name_of(Idempotent how);

enum class OperationKind { upsert, remove, verify, lookup };

/// One thing that a destination file has to or may say.
struct Setting {
  std::string name;
  bool required = false;
  bool secret = false;
  std::string fallback{};
};

struct RateLimit {
  std::string match = "*";     ///< glob on the path
  std::uint32_t count = 0;     ///< requests …
  Duration window{};           ///< … per this time
  double reserve = 0;          ///< share of the count that is left to others, [0, 1)
  std::string observe_left{};  ///< header that says how many are left; "" none
  std::string observe_max{};   ///< header that says the true count; "" none
};

struct ErrorRule {
  Expression when;
  FailureClass is = FailureClass::unknown;
  std::optional<Expression> wait{};  ///< seconds, a number or a text of one
  std::optional<Expression> code{};
  std::optional<Expression> reason{};
};

/// How one item of an answer finds the row it speaks of.
enum class MatchBy { seq, key, remote_id, index };
struct MatchRule {
  MatchBy by = MatchBy::seq;
  std::optional<Expression> value{};  ///< of the item; a list matches with any of its values
};

/// The items of an answer that speak of rows.
struct Items {
  Expression each;               ///< the list
  std::vector<MatchRule> match;  ///< first that finds a row wins
  std::optional<Expression> remote_id{}, created{}, code{}, reason{};
  std::optional<Expression> compare{};  ///< verify: the fields as the destination has them
  std::optional<Expression> retry{};    ///< failed: holds if this row may be sent again
};

struct Results {
  Expression when;      ///< the answer is one about rows at all
  bool all_ok = false;  ///< `all: ok`: such an answer speaks for every row
  std::optional<Items> ok{};
  std::optional<Items> failed{};
};

enum class ChargePer { call, hit };
/// What a provider takes for one question.
struct Charge {
  ChargePer per = ChargePer::hit;
  double credits = 1;
  std::optional<Expression> free_if{};  ///< the answer says that it cost nothing
};

/// What a provider's answer to one question says.
struct LookupAnswer {
  Expression miss;                                         ///< they have nothing
  std::vector<std::pair<std::string, Expression>> fields;  ///< our field -> value in the answer
  std::optional<Expression> verified{};
};

struct Operation {
  std::string name;
  OperationKind kind = OperationKind::upsert;
  Idempotent idempotent = Idempotent::none;
  std::string method;
  Template path;
  std::vector<std::pair<std::string, Expression>> query{};
  std::vector<std::pair<std::string, Template>> headers{};
  std::size_t rows_max = 1;
  std::size_t bytes_max = 1U << 20;
  std::optional<Shape> row{};
  std::optional<Shape> body{};
  Results results;
  std::optional<LookupAnswer> lookup{};
  Charge charge{};
};

struct Object {
  std::string name;
  std::vector<std::string> keys;             ///< fields that may match; empty: any
  std::map<std::string, std::string> canon;  ///< key field -> lower_trim | lower | trim
};

/// How values are written for this API.
struct Encoding {
  bool numbers_as_text = false;
  std::string true_text{}, false_text{};  ///< empty: JSON's own
  std::optional<std::string> list_join{};
  enum class Timestamp { iso, epoch_ms, date } timestamp = Timestamp::iso;
  enum class Null { null, omit, text } null = Null::null;
  std::string null_text{};
};

struct FileTarget {
  Template path;  ///< relative to the project's folder unless absolute
};

/// A connector file that was found right. Immutable.
class Connector {
 public:
  /// Error R0401 lists every problem, one a line, each with the path to it
  /// ("operations.upsert.results: …"). Refused are, among others, operations that do not say
  /// `idempotent`, `results` and `unmatched`.
  static Result<Connector> from(const Json& file, std::string_view origin);

  std::string name;
  std::vector<Setting> settings;
  std::optional<Template> base_url{};
  std::vector<std::pair<std::string, Template>> headers{};  ///< on every request: credentials too
  std::vector<std::pair<std::string, Template>> query{};    ///< likewise, in the address
  std::optional<Template> webhook_secret{};  ///< signs as Standard Webhooks, if it is not empty
  std::vector<RateLimit> limits{};
  std::vector<ErrorRule> errors{};
  std::vector<Object> objects{};
  Encoding encoding{};
  std::vector<Operation> operations{};
  std::optional<FileTarget> file{};  ///< a whole audience is one file; no operations then
  double credit_price = 0;           ///< in `currency`
  std::string currency = "EUR";

  [[nodiscard]] const Operation* operation(std::string_view operation_name) const;
  [[nodiscard]] const Operation* operation(OperationKind kind) const;  ///< the first of that kind
  [[nodiscard]] const Object* object(std::string_view object_name) const;
  /// The canonical function of a key field: "lower_trim", "lower", "trim"; "" as it is.
  [[nodiscard]] std::string canon(std::string_view object_name, std::string_view field) const;

 private:
  Connector() = default;
  friend class Loader;
};

/// Reads YAML into Json; handed in, because this room knows no YAML.
using YamlReader = Result<Json> (*)(std::string_view text, std::string_view file);

/// The text of connectors/NAME/connector.yaml that ships in the binary; nothing for an unknown
/// name.
[[nodiscard]] std::optional<std::string_view> shipped_connector(std::string_view name);
[[nodiscard]] std::vector<std::string> shipped_connectors();  ///< names, sorted

}  // namespace rondo::connector
