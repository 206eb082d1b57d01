#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>

// A project for this room's tests that uses every kind of file. A `^` stands before each key that
// is a field of the language, as opposed to a name that the user chose.
namespace rondo::project {

using FileText = std::pair<std::string_view, std::string_view>;
inline constexpr FileText marked_files[] = {
    {"rondo.yaml", R"(^project: acme
^timezone: Europe/Berlin
^environments:
  local:
    ^warehouse: { ^type: duckdb, ^path: .rondo/warehouse.duckdb }
^defaults:
  ^retries: { ^attempts: 3, ^backoff: exponential, ^first: 200ms, ^max: 15s, ^jitter: true }
)"},
    {"consent.yaml", R"(^purposes:
  service:   { ^basis: contract }
  analytics: { ^basis: legitimate_interest, ^opt_out: true }
  marketing: { ^basis: consent, ^third_parties: true }
^categories:
  contact:   { ^fields: [email], ^hash_for: [marketing] }
  sensitive: { ^fields: [birth_date], ^never_leaves: true }
^signals:
  ^gpc: { ^deny: [marketing] }
  ^segment_consent: { Marketing: marketing }
)"},
    {"identity.yaml", R"(^identifiers:
  user_id: { ^normalise: trim, ^per_profile: 1 }
  email:   { ^normalise: email, ^per_profile: 5, ^block: ["test@*"], ^shared: [role] }
^profile:
  email:      { ^from: [crm.contacts.email, web.identify.email], ^prefer: verified, ^then: latest }
  work_email: { ^from: [enrichment.mail.work_email] }
)"},
    {"sources/web.yaml", R"(^type: tracking
^write_keys: ["${env:WEB_KEY}"]
^party: first
^purposes: [service, marketing]
^events:
  Order Completed: { ^contract: orders }
^unknown_events: quarantine
)"},
    {"sources/crm.yaml", R"(^type: file
^party: third
^purposes: [service]
^streams:
  contacts:
    ^path: data/contacts.csv
    ^format: csv
    ^key: id
    ^contract: contact
    ^updated_at: changed
    ^identifiers: { user_id: id, email: email }
    ^consent: { marketing: opted_in }
)"},
    {"contracts/orders.yaml", R"(^apiVersion: v3.1.0
^kind: DataContract
^id: orders
^version: 1.0.0
^schema:
  - ^name: orders
    ^properties:
      - { ^name: order_id, ^logicalType: string, ^required: true, ^unique: true }
      - { ^name: total, ^logicalType: number, ^logicalTypeOptions: { ^minimum: 0, ^maximum: 1000 } }
)"},
    {"contracts/contact.yaml", R"(^apiVersion: v3.1.0
^kind: DataContract
^id: contact
^version: 1.0.0
^customProperties: [{ ^property: rondo.closed, ^value: true }]
^schema:
  - ^name: contacts
    ^properties:
      - { ^name: id, ^primaryKey: true }
      - { ^name: email, ^logicalTypeOptions: { ^pattern: ".+@.+" } }
      - { ^name: opted_in, ^logicalType: boolean }
      - { ^name: changed, ^logicalType: timestamp }
      - ^name: address
        ^logicalType: object
        ^properties: [{ ^name: city }]
)"},
    {"models/orders.sql", R"(select i.profile_id, o.order_id, o.total
from source('web', 'Order Completed') as o
join ref('identifiers') as i on i.type = o.identifier_type and i.value = o.identifier_value
)"},
    {"traits/value.sql", "select profile_id, sum(total) as value from ref('orders') group by 1\n"},
    {"audiences/buyers.sql", "select profile_id from ref('value') where value > 100\n"},
    {"destinations/crm.yaml", R"(^connector: hubspot
^token: "${env:CRM_TOKEN}"
)"},
    {"destinations/hunter.yaml", "^connector: hunter\ntoken: \"${env:HUNTER_TOKEN}\"\n"},
    {"enrichment/mail.yaml", R"(^for: audience:buyers
^fields: [work_email]
^purpose: marketing
^providers: [hunter]
^stop_when: found
^refresh: 3d
^budget: { ^per_run: 20 EUR, ^per_record: 0.10 EUR }
^trigger: { ^every: 12h }
)"},
    {"syncs/hello.yaml", R"(^from: audience:buyers
^to: crm.contacts
^mode: mirror
^match: { mail: email }
^map: { work: work_email, value: value }
^purpose: marketing
^identifier: email
^trigger: { ^after: upstream, ^schedule: "0 7 * * MON-FRI" }
^guard: { ^change_at_most: 20%, ^delete_at_most: 5% }
^deliver: { ^verify_email: at_delivery, ^confirm: read_back }
^holdout: 10%
)"},
    {"outcomes/sale.yaml", R"(^from: source:web.Order Completed
^where: total > 0
^profile: { user_id: user_id }
^value: { ^amount: total, ^currency: USD }
^credit: { ^window: 14d, ^model: linear }
)"},
    {"feedback/sale.yaml", R"(^when: outcome.sale
^do:
  - ^suppress: { ^identifier: email, ^purposes: [marketing] }
  - ^stale: { ^fields: [work_email] }
)"}};

inline std::map<std::string, std::string> marked_sample() {
  std::map<std::string, std::string> files;
  for (const auto& [path, text] : marked_files) files.emplace(path, text);
  return files;
}

}  // namespace rondo::project
