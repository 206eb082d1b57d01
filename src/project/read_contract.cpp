#include <algorithm>
#include <set>

#include "project/read_nouns.h"

namespace rondo::project {
namespace {

class ContractReader {
 public:
  ContractReader(const YamlFile& file, Report& report) : file_(file), report_(report) {}

  model::Contract read() {
    contract_.name = file_.name;
    contract_.where = position(file_.path, {});
    contract_.closed = custom_flag(file_.root, "rondo.closed");
    const YamlNode* schema = file_.root.find("schema");
    if (schema == nullptr || !schema->is_list() || schema->items.empty()) return contract_;
    const YamlNode& object = schema->items.front();
    contract_.closed = contract_.closed || custom_flag(object, "rondo.closed");
    read_properties(object, "");
    return contract_;
  }

 private:
  void read_properties(const YamlNode& owner, const std::string& prefix) {
    const YamlNode* properties = owner.find("properties");
    if (properties == nullptr) return;
    for (const YamlNode& property : properties->items) {
      const std::string name(property.text_of("name"));
      if (!property.is_map() || name.empty()) continue;
      const YamlNode& named = *property.find("name");
      if (!names_.insert(prefix + name).second) {
        report_.add(file_.path, {"R0114", "the property `" + prefix + name + "` stands here twice",
                                 named.where, "the second one", "remove one of them"});
        continue;
      }
      // An object that names its parts is those parts; one that does not is kept as JSON.
      if (property.find("properties") != nullptr) {
        read_properties(property, prefix + name + ".");
      } else {
        contract_.columns.push_back(column(property, prefix + name, named.where));
      }
    }
  }

  model::ContractColumn column(const YamlNode& property, const std::string& name, Span where) {
    model::ContractColumn column;
    column.name = name;
    column.where = position(file_.path, where);
    const std::string_view type = property.text_of("logicalType", "string");
    column.type = model::column_type_of(type).value_or(model::ColumnType::text);
    const bool key = property.bool_of("primaryKey", false);
    column.required = key || property.bool_of("required", false);
    column.unique = key || property.bool_of("unique", false);
    if (const YamlNode* options = property.find("logicalTypeOptions"))
      read_options(*options, column);
    if (const YamlNode* rules = property.find("quality")) {
      for (const YamlNode& rule : rules->items) read_rule(rule, column);
    }
    if (const YamlNode* purposes = custom(property, "rondo.purposes")) {
      column.purposes = purposes->texts();
    }
    return column;
  }

  static void read_options(const YamlNode& options, model::ContractColumn& column) {
    const YamlNode* least = options.find("minimum");
    const YamlNode* most = options.find("maximum");
    if (least != nullptr && least->is_number()) column.minimum = least->number(0);
    if (most != nullptr && most->is_number()) column.maximum = most->number(0);
    if (options.find("pattern") != nullptr) column.pattern = options.text_of("pattern");
  }

  void read_rule(const YamlNode& rule, model::ContractColumn& column) {
    const std::string_view metric = rule.text_of("metric");
    const YamlNode* must_be = rule.find("mustBe");
    const bool none_may = must_be != nullptr && must_be->text == "0";
    const YamlNode* arguments = rule.find("arguments");
    const YamlNode* values = arguments == nullptr ? nullptr : arguments->find("validValues");
    if (none_may && metric == "nullValues") {
      column.required = true;
    } else if (none_may && metric == "duplicateValues") {
      column.unique = true;
    } else if (none_may && metric == "invalidValues" && values != nullptr) {
      column.one_of = values->texts();
    } else {
      report_.add(file_.path,
                  {"R0117", "this quality rule is not enforced by this version yet",
                   rule_place(rule), "has no effect yet",
                   "enforced are nullValues, duplicateValues and invalidValues with `mustBe: 0`",
                   Severity::warning});
    }
  }

  static Span rule_place(const YamlNode& rule) {
    if (const YamlEntry* metric = rule.entry("metric")) return metric->value.where;
    return rule.entries.empty() ? rule.where : rule.entries.front().key_where;
  }

  static const YamlNode* custom(const YamlNode& owner, std::string_view name) {
    const YamlNode* all = owner.find("customProperties");
    if (all == nullptr) return nullptr;
    for (const YamlNode& one : all->items) {
      if (one.text_of("property") == name) return one.find("value");
    }
    return nullptr;
  }

  static bool custom_flag(const YamlNode& owner, std::string_view name) {
    const YamlNode* value = custom(owner, name);
    return value != nullptr && value->is_bool() && (value->text[0] == 't' || value->text[0] == 'T');
  }

  const YamlFile& file_;
  Report& report_;
  model::Contract contract_;
  std::set<std::string> names_;
};

}  // namespace

model::Contract read_contract(const YamlFile& file, Report& report) {
  return ContractReader(file, report).read();
}

}  // namespace rondo::project
