#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/text.h"
#include "connector/http_client.h"

namespace rondo::connector {
namespace {

constexpr std::string_view credit_price = "credit_price";

std::optional<double> price_in(const std::string& text) {
  double price = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), price);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && price >= 0 ? std::optional(price) : std::nullopt;
}

}  // namespace

std::vector<std::string> settings_problems(const Connector& connector,
                                           const std::map<std::string, std::string>& settings) {
  std::vector<std::string> problems;
  std::vector<std::string> names{std::string(credit_price)};
  for (const Setting& setting : connector.settings) {
    names.push_back(setting.name);
    const auto given = settings.find(setting.name);
    const bool empty = given == settings.end() || given->second.empty();
    if (setting.required && empty) {
      problems.push_back(fmt::format("the setting `{}` is missing or empty", setting.name));
    }
  }
  for (const auto& [name, value] : settings) {
    if (std::ranges::find(names, name) == names.end()) {
      const auto near = nearest(name, names);
      problems.push_back(fmt::format("{} has no setting `{}`{}", connector.name, name,
                                     near ? fmt::format("; did you mean `{}`?", *near) : ""));
    } else if (name == credit_price && !price_in(value)) {
      problems.push_back(fmt::format("`{}` is a number, such as 0.04", name));
    }
  }
  return problems;
}

Result<std::unique_ptr<Client>> Client::make(world::World world, Connector connector,
                                             std::map<std::string, std::string> settings,
                                             ClientOptions options) {
  const std::vector<std::string> problems = settings_problems(connector, settings);
  if (!problems.empty()) {
    return fail(ErrorKind::permanent, "R0403", join(problems, "; "));
  }
  Surroundings around;
  for (const Setting& setting : connector.settings) {
    const std::string& given = settings[setting.name];
    const Json value(given.empty() ? setting.fallback : given);
    (setting.secret ? around.secret : around.settings).set(setting.name, value);
  }
  if (const auto price = settings.find(std::string(credit_price)); price != settings.end()) {
    connector.credit_price = price_in(price->second).value_or(connector.credit_price);
  }
  return std::make_unique<HttpClient>(world, std::move(connector), std::move(around), options);
}

}  // namespace rondo::connector
