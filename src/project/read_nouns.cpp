#include "project/read_nouns.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "project/read_rules.h"
#include "project/read_values.h"

namespace rondo::project {
namespace {

void read_defaults(const YamlNode& defaults, model::Project& into) {
  read_duration(defaults, "timeout", into.timeout);
  const YamlNode* retries = defaults.find("retries");
  if (retries == nullptr) return;
  if (const YamlNode* attempts = retries->find("attempts")) {
    into.retries.attempts = static_cast<std::uint32_t>(attempts->number(into.retries.attempts));
  }
  read_duration(*retries, "first", into.retries.first);
  read_duration(*retries, "max", into.retries.wait_max);
}

void read_environment(const YamlFile& file, Secrets& secrets, Report& report,
                      model::Project& into) {
  const YamlNode* environments = file.root.find("environments");
  if (environments == nullptr || !environments->is_map()) {
    if (into.environment != "local" && environments == nullptr) {
      report.add(file.path, {"R0126",
                             "there is no environment `" + into.environment + "`",
                             {},
                             "",
                             "rondo.yaml declares none, so only `local` can be used"});
    }
    return;
  }
  const YamlNode* chosen = environments->find(into.environment);
  if (chosen == nullptr) {
    std::vector<std::string> known;
    for (const YamlEntry& entry : environments->entries) known.push_back(entry.key);
    report.add(file.path, {"R0126", "there is no environment `" + into.environment + "`",
                           file.root.entry("environments")->key_where, "none of that name here",
                           did_you_mean(into.environment, known, "declared are " + all_of(known))});
    return;
  }
  const YamlNode* warehouse = chosen->find("warehouse");
  if (warehouse == nullptr) return;
  into.warehouse.type = warehouse->text_of("type", into.warehouse.type);
  const YamlNode* path = warehouse->find("path");
  if (path != nullptr && path->is_text()) into.warehouse.path = secrets.fill(file.path, *path);
}

void read_top(const YamlFile& file, Secrets& secrets, Report& report, model::Project& into) {
  into.name = file.root.text_of("project");
  into.timezone = file.root.text_of("timezone", into.timezone);
  read_environment(file, secrets, report, into);
  if (const YamlNode* defaults = file.root.find("defaults")) read_defaults(*defaults, into);
}

void warn_of_plain_secret(const YamlFile& file, const YamlEntry& entry, Report& report) {
  report.hide_line(file.path, entry.value.where.line);
  report.add(file.path,
             {"R0116", "`" + entry.key + "` holds a secret in plain sight", entry.key_where, "",
              "write `${env:NAME}` or `${file:/run/secrets/name}`, and replace the secret "
              "if this file was ever shared",
              Severity::warning});
}

model::Destination read_destination(const YamlFile& file, Secrets& secrets, Report& report) {
  model::Destination destination;
  destination.name = file.name;
  destination.where = position(file.path, {});
  for (const YamlEntry& entry : file.root.entries) {
    const YamlNode& value = entry.value;
    if (!value.is_scalar() || value.is_null()) continue;
    if (entry.key == "connector") {
      destination.connector = value.text;
      continue;
    }
    const bool outside = has_placeholder(value.text);
    const bool secret = is_secret_name(entry.key);
    if (secret && !outside && !value.is_bool() && !value.text.empty()) {
      warn_of_plain_secret(file, entry, report);
    }
    destination.settings[entry.key] = outside ? secrets.fill(file.path, value) : value.text;
    if (outside || secret) destination.secret_settings.push_back(entry.key);
  }
  return destination;
}

model::FileStream read_stream(const YamlFile& file, const YamlEntry& entry, Secrets& secrets) {
  model::FileStream stream;
  const YamlNode& node = entry.value;
  stream.name = entry.key;
  stream.where = position(file.path, entry.key_where);
  const YamlNode* path = node.find("path");
  if (path != nullptr && path->is_text()) stream.path = secrets.fill(file.path, *path);
  stream.format = node.text_of("format");
  stream.key = node.text_of("key");
  stream.contract = node.text_of("contract");
  stream.updated_at = node.text_of("updated_at");
  const auto pairs = [&](std::string_view key, std::map<std::string, std::string>& into) {
    const YamlNode* map = node.find(key);
    if (map == nullptr) return;
    for (const YamlEntry& pair : map->entries) {
      if (pair.value.is_scalar()) into[pair.key] = pair.value.text;
    }
  };
  pairs("identifiers", stream.identifiers);
  pairs("consent", stream.consent);
  return stream;
}

model::UnknownEvents unknown_events(std::string_view word) {
  if (word == "quarantine") return model::UnknownEvents::quarantine;
  return word == "reject" ? model::UnknownEvents::reject : model::UnknownEvents::accept;
}

model::Source read_source(const YamlFile& file, Secrets& secrets) {
  model::Source source;
  source.name = file.name;
  source.where = position(file.path, {});
  source.type = file.root.text_of("type");
  source.party = file.root.text_of("party") == "third" ? model::Party::third : model::Party::first;
  source.purposes = file.root.texts_of("purposes");
  source.unknown_events = unknown_events(file.root.text_of("unknown_events"));
  if (const YamlNode* keys = file.root.find("write_keys")) {
    for (const YamlNode& key : keys->items) {
      if (key.is_text()) source.write_keys.push_back(secrets.fill(file.path, key));
    }
  }
  if (const YamlNode* events = file.root.find("events")) {
    for (const YamlEntry& entry : events->entries) {
      source.events.push_back({entry.key, std::string(entry.value.text_of("contract")),
                               position(file.path, entry.key_where)});
    }
  }
  if (const YamlNode* streams = file.root.find("streams")) {
    for (const YamlEntry& entry : streams->entries) {
      source.streams.push_back(read_stream(file, entry, secrets));
    }
  }
  return source;
}

}  // namespace

void read_nouns(const ProjectFiles& files, const std::string& environment, Secrets& secrets,
                Report& report, model::Project& into) {
  into.environment = environment;
  into.consent.where = position("consent.yaml", {});
  into.identity.where = position("identity.yaml", {});
  for (const YamlFile& file : files.yaml) {
    if (file.kind == "project") read_top(file, secrets, report, into);
    if (file.kind == "consent") into.consent = read_consent(file);
    if (file.kind == "identity") into.identity = read_identity(file);
    if (file.kind == "source") into.sources.push_back(read_source(file, secrets));
    if (file.kind == "contract") into.contracts.push_back(read_contract(file, report));
    if (file.kind == "destination") {
      into.destinations.push_back(read_destination(file, secrets, report));
    }
    if (file.kind == "sync") into.syncs.push_back(read_sync(file));
    if (file.kind == "enrichment") into.enrichments.push_back(read_enrichment(file, report));
    if (file.kind == "outcome") into.outcomes.push_back(read_outcome(file));
    if (file.kind == "feedback") into.feedback.push_back(read_feedback(file));
  }
}

}  // namespace rondo::project
