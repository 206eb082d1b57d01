#include "project/read_rules.h"

#include <utility>

#include "base/text.h"
#include "project/formats.h"
#include "project/read_values.h"

namespace rondo::project {
namespace {

model::Basis basis_of(std::string_view word) {
  if (word == "contract") return model::Basis::contract;
  if (word == "legitimate_interest") return model::Basis::legitimate_interest;
  return word == "legal_obligation" ? model::Basis::legal_obligation : model::Basis::consent;
}

model::Normaliser normaliser_of(std::string_view word) {
  if (word == "none") return model::Normaliser::none;
  if (word == "lower") return model::Normaliser::lower;
  if (word == "email") return model::Normaliser::email;
  if (word == "e164") return model::Normaliser::e164;
  return word == "domain" ? model::Normaliser::domain : model::Normaliser::trim;
}

model::SyncMode mode_of(std::string_view word) {
  if (word == "insert") return model::SyncMode::insert;
  if (word == "update") return model::SyncMode::update;
  if (word == "mirror") return model::SyncMode::mirror;
  return word == "append" ? model::SyncMode::append : model::SyncMode::upsert;
}

void read_signals(const YamlNode& signals, model::ConsentRules& rules) {
  if (const YamlNode* gpc = signals.find("gpc")) {
    rules.gpc_denies = gpc->is_scalar() ? denied_purposes(gpc->text) : gpc->texts_of("deny");
  }
  if (const YamlNode* categories = signals.find("segment_consent")) {
    for (const YamlEntry& entry : categories->entries) {
      if (entry.value.is_scalar()) rules.segment_categories[entry.key] = entry.value.text;
    }
  }
}

model::IdentifierRule read_identifier(const YamlFile& file, const YamlEntry& entry) {
  model::IdentifierRule rule;
  rule.type = entry.key;
  rule.normalise = normaliser_of(entry.value.text_of("normalise"));
  if (const YamlNode* most = entry.value.find("per_profile")) {
    rule.per_profile = static_cast<std::uint32_t>(most->number(0));
  }
  rule.block = entry.value.texts_of("block");
  for (const std::string& word : entry.value.texts_of("shared")) {
    rule.block_roles = rule.block_roles || word == "role";
  }
  rule.where = position(file.path, entry.key_where);
  return rule;
}

model::FeedbackRule::Step read_step(const std::string& path, const YamlEntry& entry) {
  model::FeedbackRule::Step step;
  step.where = position(path, entry.key_where);
  step.action =
      entry.key == "stale" ? model::FeedbackAction::stale : model::FeedbackAction::suppress;
  step.identifier = entry.value.text_of("identifier");
  step.purposes = entry.value.texts_of("purposes");
  step.fields = entry.value.texts_of("fields");
  return step;
}

}  // namespace

std::vector<std::string> denied_purposes(std::string_view text) {
  const std::size_t open = text.find('[');
  const std::size_t close = text.rfind(']');
  std::vector<std::string> names;
  if (open == std::string_view::npos || close == std::string_view::npos || close < open)
    return names;
  for (const std::string_view name : split(text.substr(open + 1, close - open - 1), ',')) {
    if (!trim(name).empty()) names.emplace_back(trim(name));
  }
  return names;
}

model::ConsentRules read_consent(const YamlFile& file) {
  model::ConsentRules rules;
  rules.where = position(file.path, {});
  if (const YamlNode* purposes = file.root.find("purposes")) {
    for (const YamlEntry& entry : purposes->entries) {
      rules.purposes.push_back(
          {entry.key, basis_of(entry.value.text_of("basis")), entry.value.bool_of("opt_out", false),
           entry.value.bool_of("third_parties", false), position(file.path, entry.key_where)});
    }
  }
  if (const YamlNode* categories = file.root.find("categories")) {
    for (const YamlEntry& entry : categories->entries) {
      rules.categories.push_back(
          {entry.key, entry.value.texts_of("fields"), entry.value.texts_of("hash_for"),
           entry.value.bool_of("never_leaves", false), position(file.path, entry.key_where)});
    }
  }
  if (const YamlNode* signals = file.root.find("signals")) read_signals(*signals, rules);
  return rules;
}

model::IdentityRules read_identity(const YamlFile& file) {
  model::IdentityRules rules;
  rules.where = position(file.path, {});
  if (const YamlNode* identifiers = file.root.find("identifiers")) {
    for (const YamlEntry& entry : identifiers->entries) {
      rules.identifiers.push_back(read_identifier(file, entry));
    }
  }
  if (const YamlNode* profile = file.root.find("profile")) {
    for (const YamlEntry& entry : profile->entries) {
      model::ProfileFieldRule field;
      field.name = entry.key;
      field.from = entry.value.texts_of("from");
      field.prefer = entry.value.texts_of("prefer");
      if (field.prefer.empty()) field.prefer.emplace_back("latest");
      for (std::string& then : entry.value.texts_of("then"))
        field.prefer.push_back(std::move(then));
      field.where = position(file.path, entry.key_where);
      rules.profile.push_back(std::move(field));
    }
  }
  return rules;
}

model::Sync read_sync(const YamlFile& file) {
  model::Sync sync;
  const YamlNode& root = file.root;
  sync.name = file.name;
  sync.where = position(file.path, {});
  sync.from = root.text_of("from");
  std::tie(sync.destination, sync.object) = split_once(root.text_of("to"), '.');
  sync.mode = mode_of(root.text_of("mode"));
  if (const YamlNode* match = root.find("match"); match != nullptr && !match->entries.empty()) {
    sync.match_field = match->entries.front().key;
    sync.match_column = match->entries.front().value.text;
  }
  if (const YamlNode* map = root.find("map")) {
    for (const YamlEntry& entry : map->entries) {
      sync.map.push_back({entry.key, entry.value.text, position(file.path, entry.value.where)});
    }
  }
  sync.purpose = root.text_of("purpose");
  sync.identifier = root.text_of("identifier", sync.identifier);
  if (const YamlNode* deliver = root.find("deliver")) {
    sync.verify_email = deliver->text_of("verify_email") == "at_delivery";
    sync.confirm_read_back = deliver->text_of("confirm") == "read_back";
  }
  if (const YamlNode* guard = root.find("guard")) {
    sync.change_share_max = share_of(*guard, "change_at_most");
    sync.delete_share_max = share_of(*guard, "delete_at_most");
  }
  sync.holdout_share = share_of(root, "holdout").value_or(0);
  sync.trigger = read_trigger(root, file.path);
  return sync;
}

model::Enrichment read_enrichment(const YamlFile& file, Report& report) {
  model::Enrichment enrichment;
  const YamlNode& root = file.root;
  enrichment.name = file.name;
  enrichment.where = position(file.path, {});
  enrichment.audience = split_once(root.text_of("for"), ':').second;
  enrichment.fields = root.texts_of("fields");
  enrichment.providers = root.texts_of("providers");
  enrichment.purpose = root.text_of("purpose");
  enrichment.stop_when = root.text_of("stop_when", enrichment.stop_when);
  read_duration(root, "refresh", enrichment.refresh);
  enrichment.trigger = read_trigger(root, file.path);
  const YamlNode* budget = root.find("budget");
  if (budget == nullptr) return enrichment;
  const auto run = parse_money(budget->text_of("per_run"));
  const auto record = parse_money(budget->text_of("per_record"));
  if (run) {
    enrichment.budget_run_micros = run->micros;
    enrichment.currency = run->currency;
  }
  if (record) enrichment.budget_record_micros = record->micros;
  if (run && record && run->currency != record->currency) {
    report.add(file.path, {"R0106", "the two budgets are in different currencies",
                           budget->find("per_record")->where, "not in " + run->currency,
                           "write both in the currency of the providers' prices"});
  }
  return enrichment;
}

model::OutcomeRule read_outcome(const YamlFile& file) {
  model::OutcomeRule rule;
  const YamlNode& root = file.root;
  rule.name = file.name;
  rule.where = position(file.path, {});
  rule.from = root.text_of("from");
  rule.where_sql = root.text_of("where");
  if (const YamlNode* profile = root.find("profile");
      profile != nullptr && !profile->entries.empty()) {
    rule.identifier_type = profile->entries.front().key;
    rule.identifier_column = profile->entries.front().value.text;
  }
  if (const YamlNode* value = root.find("value")) {
    rule.value_column = value->text_of("amount");
    rule.currency = value->text_of("currency", rule.currency);
  }
  if (const YamlNode* credit = root.find("credit")) {
    read_duration(*credit, "window", rule.window);
    rule.credit_model = credit->text_of("model", rule.credit_model);
  }
  return rule;
}

model::FeedbackRule read_feedback(const YamlFile& file) {
  model::FeedbackRule rule;
  rule.name = file.name;
  rule.where = position(file.path, {});
  rule.outcome = split_once(file.root.text_of("when"), '.').second;
  if (const YamlNode* steps = file.root.find("do")) {
    for (const YamlNode& step : steps->items) {
      for (const YamlEntry& entry : step.entries) {
        if (entry.key == "suppress" || entry.key == "stale") {
          rule.steps.push_back(read_step(file.path, entry));
        }
      }
    }
  }
  return rule;
}

}  // namespace rondo::project
