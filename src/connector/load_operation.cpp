#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.h"
#include "connector/loader.h"

namespace rondo::connector {
namespace {

constexpr std::array methods{"get", "post", "put", "patch", "delete"};

std::optional<OperationKind> kind_of(std::string_view word) {
  if (word == "upsert" || word == "create" || word == "update") return OperationKind::upsert;
  if (word == "delete") return OperationKind::remove;
  if (word == "verify") return OperationKind::verify;
  if (word == "lookup") return OperationKind::lookup;
  return std::nullopt;
}

std::optional<Idempotent> idempotent_of(std::string_view word) {
  if (word == "natural") return Idempotent::natural;
  if (word == "keyed") return Idempotent::keyed;
  if (word == "read_back") return Idempotent::read_back;
  if (word == "none") return Idempotent::none;
  return std::nullopt;
}

std::optional<MatchBy> match_of(std::string_view word) {
  if (word == "seq") return MatchBy::seq;
  if (word == "key") return MatchBy::key;
  if (word == "remote_id") return MatchBy::remote_id;
  if (word == "index") return MatchBy::index;
  return std::nullopt;
}

}  // namespace

Operation Loader::load_operation(const std::string& name, const Json& from) {
  const std::string path = "operations." + name;
  only(from, path,
       {"kind", "idempotent", "get", "post", "put", "patch", "delete", "query", "headers", "batch",
        "row", "body", "results", "unmatched", "lookup", "charge"});
  Operation made;
  made.name = name;
  const auto kind = kind_of(from["kind"].as_string(name));
  if (!kind) problem(path + ".kind", "is one of upsert, create, update, delete, verify, lookup");
  made.kind = kind.value_or(OperationKind::lookup);
  const auto idempotent = idempotent_of(from["idempotent"].as_string());
  if (!idempotent) {
    problem(path + ".idempotent",
            "every operation says how it is settled: natural, keyed, read_back or none");
  }
  made.idempotent = idempotent.value_or(Idempotent::none);
  if (from["unmatched"].as_string() != "unknown") {
    problem(
        path + ".unmatched",
        "every operation says `unmatched: unknown`: what an answer does not speak of is unknown");
  }
  load_request(made, from, path);
  load_batch(made, from, path);
  if (made.kind == OperationKind::lookup) {
    load_lookup(made, from, path);
  } else {
    load_results(made, from, path);
  }
  load_charge(made, from, path);
  return made;
}

void Loader::load_request(Operation& into, const Json& from, std::string_view path) {
  const Names names{"settings", "secret",    "object",      "rows",  "row",  "key",
                    "fields",   "remote_id", "field_names", "batch", "input"};
  for (const std::string_view method : methods) {
    const Json* target = from.find(method);
    if (target == nullptr) continue;
    if (!into.method.empty()) problem(path, "one operation is one request: two methods are named");
    into.method = method;
    std::ranges::transform(into.method, into.method.begin(),
                           [](char c) { return static_cast<char>(c - 'a' + 'A'); });
    into.path = text_template(*target, fmt::format("{}.{}", path, method), "{", names);
  }
  if (into.method.empty())
    problem(path, "no request: one of get, post, put, patch, delete is needed");
  for (const auto& [name, value] : from["query"].as_object()) {
    into.query.emplace_back(name, expression(value, fmt::format("{}.query.{}", path, name), names));
  }
  for (const auto& [name, value] : from["headers"].as_object()) {
    into.headers.emplace_back(
        name, text_template(value, fmt::format("{}.headers.{}", path, name), "${", names));
  }
  into.row = shape(from, "row", path, names);
  into.body = shape(from, "body", path, names);
}

void Loader::load_batch(Operation& into, const Json& from, std::string_view path) {
  const Json& batch = from["batch"];
  const std::string here = fmt::format("{}.batch", path);
  only(batch, here, {"rows", "bytes"});
  const std::int64_t rows = batch["rows"].as_int(1);
  if (rows < 1) problem(here, "`rows` is at least 1");
  into.rows_max = static_cast<std::size_t>(std::max<std::int64_t>(rows, 1));
  if (const Json* bytes = batch.find("bytes")) {
    const auto limit = parse_bytes(*bytes);
    if (!limit) problem(here, "`bytes` is a number with B, kB or MB");
    into.bytes_max = limit.value_or(into.bytes_max);
  }
}

void Loader::load_results(Operation& into, const Json& from, std::string_view path) {
  const std::string here = fmt::format("{}.results", path);
  const Json* results = from.find("results");
  if (results == nullptr) {
    problem(here, "every operation says how an answer speaks of its rows");
    return;
  }
  only(*results, here, {"when", "all", "ok", "failed"});
  const Names names{"status", "body", "header", "rows"};
  into.results.when = expression((*results)["when"], here + ".when", names);
  into.results.all_ok = (*results)["all"].as_string() == "ok";
  into.results.ok = load_items((*results)["ok"], here + ".ok");
  into.results.failed = load_items((*results)["failed"], here + ".failed");
  if (into.results.all_ok == into.results.ok.has_value()) {
    problem(here, "either `all: ok` or a list `ok` proves success");
  }
  const bool compares = into.results.ok && into.results.ok->compare;
  if ((into.kind == OperationKind::verify) != compares) {
    problem(here, "`ok.compare` belongs to verify, and to nothing else");
  }
}

std::optional<Items> Loader::load_items(const Json& from, const std::string& path) {
  if (from.is_null()) return std::nullopt;
  only(from, path, {"each", "match", "remote_id", "created", "code", "reason", "compare", "retry"});
  Items items;
  items.each = expression(from["each"], path + ".each", {"status", "body", "header"});
  items.match = load_match(from["match"], path + ".match");
  items.remote_id = of_item(from, "remote_id", path);
  items.created = of_item(from, "created", path);
  items.code = of_item(from, "code", path);
  items.reason = of_item(from, "reason", path);
  items.compare = of_item(from, "compare", path);
  items.retry = of_item(from, "retry", path);
  return items;
}

std::vector<MatchRule> Loader::load_match(const Json& from, const std::string& path) {
  std::vector<MatchRule> rules;
  for (const Json& one : from.as_array()) {
    if (one.as_string() == "index") {
      rules.push_back({MatchBy::index, std::nullopt});
      continue;
    }
    for (const auto& [by, value] : one.as_object()) {
      const auto how = match_of(by);
      if (!how || *how == MatchBy::index) {
        problem(path,
                fmt::format("rows are found by seq, key, remote_id or `index`, not by `{}`", by));
        continue;
      }
      rules.push_back({*how, expression(value, path, {})});
    }
  }
  if (rules.empty()) problem(path, "says how an item finds its row");
  return rules;
}

void Loader::load_lookup(Operation& into, const Json& from, std::string_view path) {
  const std::string here = fmt::format("{}.lookup", path);
  const Json& lookup = from["lookup"];
  only(lookup, here, {"when", "miss", "fields", "verified"});
  const Names names{"status", "body", "header", "input"};
  into.results.when = expression(lookup["when"], here + ".when", names);
  LookupAnswer answer;
  answer.miss = expression(lookup["miss"], here + ".miss", names);
  for (const auto& [field, value] : lookup["fields"].as_object()) {
    answer.fields.emplace_back(field, expression(value, here + ".fields." + field, names));
  }
  if (answer.fields.empty()) problem(here + ".fields", "a lookup says what it finds");
  answer.verified = maybe(lookup, "verified", here, names);
  into.lookup = std::move(answer);
}

void Loader::load_charge(Operation& into, const Json& from, std::string_view path) {
  const Json* charge = from.find("charge");
  if (charge == nullptr) {
    if (into.kind == OperationKind::lookup) problem(path, "a lookup says its `charge`");
    return;
  }
  const std::string here = fmt::format("{}.charge", path);
  only(*charge, here, {"per", "credits", "free_if"});
  const std::string_view per = (*charge)["per"].as_string();
  if (per != "call" && per != "hit") problem(here + ".per", "is call or hit");
  into.charge.per = per == "call" ? ChargePer::call : ChargePer::hit;
  into.charge.credits = (*charge)["credits"].as_double(1);
  into.charge.free_if = maybe(*charge, "free_if", here, {"status", "body", "header", "input"});
  if (into.charge.credits < 0) problem(here, "`credits` is not negative");
}

}  // namespace rondo::connector
