#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "base/text.h"
#include "connector/loader.h"
#include "guard/rate_limit.h"

namespace rondo::connector {
namespace {

struct FailureWord {
  std::string_view word;
  FailureClass failure;
};

constexpr std::array<FailureWord, 7> failure_words{{{"auth", FailureClass::auth},
                                                    {"throttle", FailureClass::throttle},
                                                    {"retry", FailureClass::retry},
                                                    {"split", FailureClass::split},
                                                    {"poison", FailureClass::poison},
                                                    {"fatal", FailureClass::fatal},
                                                    {"unknown", FailureClass::unknown}}};

std::string label(const Json& value) { return value.is_null() ? "nothing" : value.text(); }

}  // namespace

void Loader::problem(std::string_view path, std::string message) {
  problems_.push_back(path.empty() ? std::move(message) : fmt::format("{}: {}", path, message));
}

void Loader::only(const Json& object, std::string_view path,
                  std::initializer_list<std::string_view> known) {
  const std::vector<std::string> names(known.begin(), known.end());
  for (const auto& [name, value] : object.as_object()) {
    if (std::ranges::find(names, name) != names.end()) continue;
    const auto near = nearest(name, names);
    problem(path, fmt::format("unknown member `{}`{}", name,
                              near ? fmt::format("; did you mean `{}`?", *near) : ""));
  }
}

void Loader::check_names(const std::vector<std::string>& used, std::string_view path,
                         const Names& names) {
  for (const std::string& name : used) {
    const auto dot = name.find('.');
    const std::string root = name.substr(0, dot);
    const std::string member = dot == std::string::npos ? "" : name.substr(dot + 1);
    if (!names.contains(root)) {
      problem(path, fmt::format("`{}` is not known here; known are {}", root,
                                fmt::join(names.begin(), names.end(), ", ")));
    } else if (root == "settings" && !settings_.contains(member)) {
      problem(path, fmt::format("there is no setting `{}` that is no secret", member));
    } else if (root == "secret" && !secrets_.contains(member)) {
      problem(path, fmt::format("there is no setting `{}` marked `secret: true`", member));
    }
  }
}

Expression Loader::expression(const Json& value, std::string_view path, const Names& names) {
  if (!value.is_string()) {
    problem(path, fmt::format("expected an expression, found {}", label(value)));
    return {};
  }
  auto compiled = Expression::compile(value.as_string());
  if (!compiled) {
    problem(path, compiled.error().message);
    return {};
  }
  if (!names.empty()) check_names(compiled->names(), path, names);
  return std::move(*compiled);
}

std::optional<Expression> Loader::maybe(const Json& owner, std::string_view member,
                                        std::string_view path, const Names& names) {
  const Json* value = owner.find(member);
  if (value == nullptr) return std::nullopt;
  return expression(*value, fmt::format("{}.{}", path, member), names);
}

std::optional<Expression> Loader::of_item(const Json& owner, std::string_view member,
                                          std::string_view path) {
  return maybe(owner, member, path, {});
}

Template Loader::text_template(const Json& value, std::string_view path, std::string_view open,
                               const Names& names) {
  if (!value.is_string()) {
    problem(path, fmt::format("expected a text, found {}", label(value)));
    return {};
  }
  auto compiled = Template::compile(value.as_string(), open);
  if (!compiled) {
    problem(path, compiled.error().message);
    return {};
  }
  check_names(compiled->names(), path, names);
  return std::move(*compiled);
}

std::optional<Shape> Loader::shape(const Json& owner, std::string_view member,
                                   std::string_view path, const Names& names) {
  const Json* value = owner.find(member);
  if (value == nullptr) return std::nullopt;
  const std::string here = fmt::format("{}.{}", path, member);
  auto compiled = Shape::compile(*value);
  if (!compiled) {
    problem(here, compiled.error().message);
    return std::nullopt;
  }
  check_names(compiled->names(), here, names);
  return std::move(*compiled);
}

void Loader::load_settings(Connector& into) {
  for (const auto& [name, from] : file_["settings"].as_object()) {
    const std::string path = "settings." + name;
    only(from, path, {"required", "secret", "default"});
    Setting setting{name, from["required"].as_bool(), from["secret"].as_bool(),
                    plain_text(from["default"])};
    if (setting.secret && !setting.fallback.empty()) problem(path, "a secret has no default");
    (setting.secret ? secrets_ : settings_).insert(name);
    into.settings.push_back(std::move(setting));
  }
}

void Loader::load_auth(Connector& into) {
  const Json& auth = file_["auth"];
  only(auth, "auth", {"bearer", "headers", "query", "standard_webhooks"});
  const Names names{"settings", "secret"};
  if (const Json* token = auth.find("bearer")) {
    const Json header(fmt::format("Bearer {}", token->as_string()));
    into.headers.emplace_back("Authorization", text_template(header, "auth.bearer", "${", names));
  }
  for (const auto& [name, value] : auth["headers"].as_object()) {
    into.headers.emplace_back(name, text_template(value, "auth.headers." + name, "${", names));
  }
  for (const auto& [name, value] : auth["query"].as_object()) {
    into.query.emplace_back(name, text_template(value, "auth.query." + name, "${", names));
  }
  if (const Json* secret = auth.find("standard_webhooks")) {
    into.webhook_secret = text_template(*secret, "auth.standard_webhooks", "${", names);
  }
}

void Loader::load_limits(Connector& into) {
  std::size_t index = 0;
  for (const Json& from : file_["limits"].as_array()) {
    const std::string path = fmt::format("limits[{}]", index++);
    only(from, path, {"match", "rate", "reserve", "observe"});
    only(from["observe"], path + ".observe", {"left", "max"});
    RateLimit limit;
    limit.match = from["match"].as_string("*");
    const auto rate = guard::parse_rate(from["rate"].as_string());
    if (!rate) {
      problem(path + ".rate", rate.error().message);
      continue;
    }
    limit.count = rate->count;
    limit.window = rate->window;
    limit.reserve = from["reserve"].as_double(0);
    if (limit.reserve < 0 || limit.reserve >= 1)
      problem(path, "`reserve` is a share from 0 to below 1");
    limit.observe_left = from["observe"]["left"].as_string();
    limit.observe_max = from["observe"]["max"].as_string();
    into.limits.push_back(std::move(limit));
  }
}

void Loader::load_errors(Connector& into) {
  const Names names{"status", "transport", "header", "body", "rows", "settings"};
  std::size_t index = 0;
  for (const Json& from : file_["errors"].as_array()) {
    const std::string path = fmt::format("errors[{}]", index++);
    only(from, path, {"if", "class", "wait", "code", "reason"});
    ErrorRule rule;
    rule.when = expression(from["if"], path + ".if", names);
    const auto word =
        std::ranges::find(failure_words, from["class"].as_string(), &FailureWord::word);
    if (word == failure_words.end()) {
      problem(path, "`class` is one of auth, throttle, retry, split, poison, fatal, unknown");
    } else {
      rule.is = word->failure;
    }
    rule.wait = maybe(from, "wait", path, names);
    rule.code = maybe(from, "code", path, names);
    rule.reason = maybe(from, "reason", path, names);
    into.errors.push_back(std::move(rule));
  }
}

void Loader::load_objects(Connector& into) {
  for (const auto& [name, from] : file_["objects"].as_object()) {
    const std::string path = "objects." + name;
    only(from, path, {"keys", "canon"});
    Object object{name, {}, {}};
    for (const Json& key : from["keys"].as_array()) object.keys.emplace_back(key.as_string());
    for (const auto& [field, how] : from["canon"].as_object()) {
      const std::string_view word = how.as_string();
      if (word != "lower_trim" && word != "lower" && word != "trim") {
        problem(path + ".canon", "keys are made canonical by lower_trim, lower or trim");
      }
      object.canon.emplace(field, word);
    }
    into.objects.push_back(std::move(object));
  }
}

void Loader::load_encoding(Connector& into) {
  const Json& from = file_["encode"];
  only(from, "encode", {"number", "bool", "list", "timestamp", "null"});
  only(from["list"], "encode.list", {"join"});
  Encoding& encoding = into.encoding;
  encoding.numbers_as_text = from["number"].as_string() == "text";
  if (const std::string_view words = from["bool"].as_string(); !words.empty()) {
    const auto bar = words.find('|');
    if (bar == std::string_view::npos) problem("encode.bool", "expected two words, \"true|false\"");
    encoding.true_text = words.substr(0, bar);
    encoding.false_text = words.substr(std::min(bar, words.size() - 1) + 1);
  }
  if (const Json* join = from["list"].find("join")) encoding.list_join = join->as_string();
  const std::string_view time = from["timestamp"].as_string("iso");
  using enum Encoding::Timestamp;
  if (time != "iso" && time != "epoch_ms" && time != "date") {
    problem("encode.timestamp", "is one of iso, epoch_ms, date");
  }
  encoding.timestamp = time == "epoch_ms" ? epoch_ms : time == "date" ? date : iso;
  if (const Json* null = from.find("null"); null != nullptr && null->is_string()) {
    const bool omit = null->as_string() == "omit";
    encoding.null = omit ? Encoding::Null::omit : Encoding::Null::text;
    if (!omit) encoding.null_text = null->as_string();
  }
}

void Loader::load_credit(Connector& into) {
  const Json& from = file_["credit"];
  only(from, "credit", {"price", "currency"});
  into.credit_price = from["price"].as_double(0);
  if (into.credit_price < 0) problem("credit.price", "a price is not negative");
  into.currency = from["currency"].as_string("EUR");
}

void Loader::load_file(Connector& into) {
  const Json* from = file_.find("file");
  if (from == nullptr) return;
  only(*from, "file", {"path", "format", "checksum"});
  into.file = FileTarget{text_template((*from)["path"], "file.path", "${", {"settings", "object"})};
  if ((*from)["format"].as_string("csv") != "csv") problem("file.format", "only csv is known");
  if ((*from)["checksum"].as_string("sha256") != "sha256") {
    problem("file.checksum", "only sha256 is known");
  }
  if (file_.find("operations") != nullptr) {
    problem("operations", "a file connector writes whole files and has no operations");
  }
}

Connector Loader::load() {
  Connector made;
  if (!file_.is_object()) {
    problem("", "a connector file is an object");
    return made;
  }
  only(file_, "",
       {"connector", "format", "settings", "base_url", "auth", "limits", "errors", "objects",
        "encode", "operations", "file", "credit"});
  made.name = file_["connector"].as_string();
  if (made.name.empty()) problem("connector", "the file does not say its connector's name");
  if (file_["format"].as_int() != 1) problem("format", "only `format: 1` is known");
  load_settings(made);
  if (const Json* url = file_.find("base_url")) {
    made.base_url = text_template(*url, "base_url", "${", {"settings"});
  }
  load_auth(made);
  load_limits(made);
  load_errors(made);
  load_objects(made);
  load_encoding(made);
  load_credit(made);
  load_file(made);
  for (const auto& [name, from] : file_["operations"].as_object()) {
    made.operations.push_back(load_operation(name, from));
  }
  if (!made.file && made.operations.empty()) problem("operations", "there are none");
  if (!made.file && !made.base_url) problem("base_url", "is missing");
  return made;
}

Result<Connector> Connector::from(const Json& file, std::string_view origin) {
  Loader loader(file);
  Connector made = loader.load();
  if (loader.problems().empty()) return made;
  return fail(ErrorKind::permanent, "R0401",
              fmt::format("the connector {} is not usable:\n  {}", origin,
                          fmt::join(loader.problems(), "\n  ")));
}

std::optional<std::size_t> parse_bytes(const Json& value) {
  if (value.is_int() && value.as_int() > 0) return static_cast<std::size_t>(value.as_int());
  const std::string_view text = value.as_string();
  std::size_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || count == 0) return std::nullopt;
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (unit == "MB") return count * 1'000'000;
  if (unit == "kB") return count * 1'000;
  if (unit.empty() || unit == "B") return count;
  return std::nullopt;
}

}  // namespace rondo::connector
