#include "identity/find.h"

#include <algorithm>

#include <fmt/core.h>

#include "identity/identity.h"

namespace rondo::identity {
namespace {

using warehouse::Rows;
using warehouse::Session;

std::vector<model::Identifier> meanings(const model::IdentityRules& rules, std::string_view typed) {
  std::vector<model::Identifier> found;
  const auto add = [&](const model::IdentifierRule& rule, std::string_view raw) {
    const auto value = model::normalise(rule.normalise, raw);
    if (value) found.push_back({rule.type, *value});
  };
  if (const auto colon = typed.find(':'); colon != std::string_view::npos) {
    const auto* named = rules.identifier(typed.substr(0, colon));
    if (named != nullptr) add(*named, typed.substr(colon + 1));
  }
  for (const auto& rule : rules.identifiers) add(rule, typed);
  return found;
}

// A message is logged: it must not repeat what may be somebody's address.
auto unknown_person() {
  return fail(ErrorKind::permanent, "R0502", "no profile has that id or identifier",
              "write a profile id, a value, or KIND:VALUE such as email:ada@example.com");
}

std::size_t strength(const model::IdentityRules& rules, std::string_view type) {
  const auto found = std::find_if(rules.identifiers.begin(), rules.identifiers.end(),
                                  [&](const auto& rule) { return rule.type == type; });
  return static_cast<std::size_t>(found - rules.identifiers.begin());
}

Result<std::string> living_id(Session& session, std::string_view wanted) {
  return session.text(R"(select coalesce(x.merged_into, x.profile_id) from rondo.profile_index x
where x.profile_id = $1 and exists (select 1 from rondo.identifiers i
  where i.profile_id = coalesce(x.merged_into, x.profile_id)))",
                      {std::string(wanted)});
}

Result<void> read_identifiers(Session& session, const model::IdentityRules& rules,
                              Profile& profile) {
  TRY_ASSIGN(Rows rows, session.query("select type, value from rondo.identifiers "
                                      "where profile_id = $1 order by first_seen, value",
                                      {profile.profile_id}));
  while (true) {
    TRY_ASSIGN(const bool more, rows.next());
    if (!more) break;
    profile.identifiers.push_back({std::string(rows.text(0)), std::string(rows.text(1))});
  }
  std::stable_sort(profile.identifiers.begin(), profile.identifiers.end(),
                   [&](const auto& a, const auto& b) {
                     return strength(rules, a.type) < strength(rules, b.type);
                   });
  return {};
}

Result<void> read_fields(Session& session, const model::IdentityRules& rules, Profile& profile) {
  TRY_ASSIGN(Rows rows,
             session.query("select field, value, source, record_id, occurred_at, verified, stale "
                           "from rondo.profile_values where profile_id = $1 order by field",
                           {profile.profile_id}));
  while (true) {
    TRY_ASSIGN(const bool more, rows.next());
    if (!more) break;
    profile.fields.push_back({std::string(rows.text(0)), std::string(rows.text(1)),
                              std::string(rows.text(2)), std::string(rows.text(3)),
                              rows.timestamp(4), rows.boolean(5), rows.boolean(6)});
  }
  const auto place = [&](const ProfileField& field) {
    return std::find_if(rules.profile.begin(), rules.profile.end(),
                        [&](const auto& rule) { return rule.name == field.name; });
  };
  std::stable_sort(profile.fields.begin(), profile.fields.end(),
                   [&](const auto& a, const auto& b) { return place(a) < place(b); });
  return {};
}

Result<void> read_index(Session& session, Profile& profile) {
  TRY_ASSIGN(Rows rows, session.query("select profile_id, created_at from rondo.profile_index "
                                      "where profile_id = $1 or merged_into = $1 "
                                      "order by created_at, profile_id",
                                      {profile.profile_id}));
  while (true) {
    TRY_ASSIGN(const bool more, rows.next());
    if (!more) return {};
    if (rows.text(0) == profile.profile_id) {
      profile.created_at = rows.timestamp(1);
    } else {
      profile.merged_ids.emplace_back(rows.text(0));
    }
  }
}

}  // namespace

Result<Located> locate(Session& session, const model::IdentityRules& rules,
                       std::string_view typed) {
  for (auto& identifier : meanings(rules, typed)) {
    TRY_ASSIGN(auto id, session.text("select profile_id from rondo.identifiers "
                                     "where type = $1 and value = $2",
                                     {identifier.type, identifier.value}));
    if (!id.empty()) return Located{std::move(identifier), std::move(id)};
  }
  return unknown_person();
}

Result<Profile> find_profile(Session& session, const model::Project& project,
                             std::string_view wanted) {
  Profile profile;
  TRY_ASSIGN(profile.profile_id, living_id(session, wanted));
  if (profile.profile_id.empty()) {
    TRY_ASSIGN(auto located, locate(session, project.identity, wanted));
    profile.profile_id = std::move(located.profile_id);
  }
  TRY(read_index(session, profile));
  TRY(read_identifiers(session, project.identity, profile));
  TRY(read_fields(session, project.identity, profile));
  return profile;
}

}  // namespace rondo::identity
