#include "sync/diff.h"

#include <fmt/format.h>

#include "consent/consent.h"

namespace rondo::sync {
namespace {

constexpr std::string_view changes_table = "sync_changes";

// Whether a delivered record belongs to somebody who must not be there: their consent is gone, or
// the identifier or the key is suppressed. Profiles may have merged since.
std::string withdrawn_sql(const SyncContext& context, const model::Sync& sync) {
  const auto& dialect = context.session.dialect();
  const model::Purpose* purpose = context.project.consent.purpose(sync.purpose);
  const bool by_default = purpose != nullptr && purpose->allowed_by_default();
  std::string sql = fmt::format(
      "(not coalesce(u.allowed, {}) or {}", by_default ? "true" : "false",
      consent::suppressed_sql(dialect, sync.identifier, "held.identifier_value", sync.purpose));
  if (sync.match_column == sync.identifier) {
    sql += " or " + consent::suppressed_sql(dialect, sync.identifier, "held.key", sync.purpose);
  }
  return sql + ")";
}

std::string held_sql(const SyncContext& context, const model::Sync& sync) {
  const auto& dialect = context.session.dialect();
  return fmt::format(
      "select d.*, coalesce(i.merged_into, d.profile_id) as person, {} as identifier_value from "
      "rondo.delivered d left join rondo.profile_index i on i.profile_id = d.profile_id where "
      "d.sync = {}",
      identifier_of_profile(dialect, sync.identifier, "coalesce(i.merged_into, d.profile_id)"),
      dialect.literal(sync.name));
}

std::string changes_sql(const SyncContext& context, const model::Sync& sync,
                        const DiffRules& rules) {
  const auto& dialect = context.session.dialect();
  const std::string wanted = fmt::format("(select * from {} where code is null)", candidates_table);
  const std::string of_sync = fmt::format("d.sync = {}", dialect.literal(sync.name));
  // In doubt is sent again in every mode: nobody knows what is there.
  const std::string differs = rules.update
                                  ? "d.fingerprint <> c.fingerprint"
                                  : fmt::format("d.fingerprint = '{}'", fingerprint_in_doubt);
  const std::string leaves = rules.remove_left        ? "true"
                             : rules.remove_withdrawn ? withdrawn_sql(context, sync)
                                                      : "false";
  const std::string consent = rules.remove_withdrawn ? withdrawn_sql(context, sync) : "false";
  return fmt::format(R"(
select case when d.key is null then 'add' when {differs} then 'update' else 'same' end as action,
       c.key, c.profile_id, c.fingerprint, coalesce(d.remote_id, '') as remote_id, false as by_consent
from {wanted} c left join rondo.delivered d on d.key = c.key and {of_sync}
union all
select 'remove', held.key, coalesce(held.profile_id, ''), held.fingerprint, coalesce(held.remote_id, ''),
       {consent}
from ({held}) held left join {usable} u on u.profile_id = held.person
where not exists (select 1 from {wanted} w where w.key = held.key) and {leaves})",
                     fmt::arg("differs", differs), fmt::arg("wanted", wanted),
                     fmt::arg("of_sync", of_sync), fmt::arg("consent", consent),
                     fmt::arg("held", held_sql(context, sync)), fmt::arg("usable", usable_table),
                     fmt::arg("leaves", leaves));
}

}  // namespace

DiffRules diff_rules(model::SyncMode mode, bool can_remove) {
  DiffRules rules;
  rules.add = mode != model::SyncMode::update;
  rules.update = mode != model::SyncMode::insert;
  rules.remove_left = can_remove && mode == model::SyncMode::mirror;
  rules.remove_withdrawn = can_remove;
  return rules;
}

Result<DiffCounts> find_changes(SyncContext& context, const model::Sync& sync,
                                const DiffRules& rules) {
  warehouse::Session& session = context.session;
  TRY(session.execute(fmt::format("drop table if exists {}", changes_table)));
  TRY(session.execute(fmt::format("create temporary table {} as {}", changes_table,
                                  changes_sql(context, sync, rules))));
  DiffCounts counts;
  TRY_ASSIGN(counts.delivered,
             session.count("select count(*) from rondo.delivered where sync = $1", {sync.name}));
  TRY_ASSIGN(auto rows,
             session.query(fmt::format(
                 "select action, by_consent, count(*) from {} group by action, by_consent",
                 changes_table)));
  while (true) {
    TRY_ASSIGN(const bool more, rows.next());
    if (!more) break;
    const std::string_view action = rows.text(0);
    const std::int64_t count = rows.int64(2);
    if (action == "add") (rules.add ? counts.adds : counts.unchanged) += count;
    if (action == "update") counts.updates += count;
    if (action == "same") counts.unchanged += count;
    if (action == "remove") counts.removes += count;
    if (action == "remove" && rows.boolean(1)) counts.removed_by_consent += count;
  }
  if (!rules.add) {
    TRY(session.execute(fmt::format("delete from {} where action = 'add'", changes_table)));
  }
  return counts;
}

Result<void> read_changes(SyncContext& context, const model::Sync& sync,
                          const Candidates& candidates, std::size_t block,
                          const std::function<Result<void>(std::vector<Change>)>& take) {
  std::string fields;
  for (std::size_t i = 0; i < candidates.fields.size(); ++i) fields += fmt::format(", c.f{}", i);
  TRY_ASSIGN(auto rows,
             context.session.query(fmt::format(
                 "select x.action, x.key, x.profile_id, x.fingerprint, x.remote_id{} from {} x "
                 "left join {} c on c.key = x.key and c.code is null and x.action <> 'remove' "
                 "where x.action <> 'same' order by x.action = 'remove' desc, x.key",
                 fields, changes_table, candidates_table)));
  std::vector<Change> changes;
  while (true) {
    TRY_ASSIGN(const bool more, rows.next());
    if (!more || changes.size() == block) {
      if (!changes.empty()) TRY(take(std::move(changes)));
      changes.clear();
    }
    if (!more) return {};
    Change change;
    const std::string_view action = rows.text(0);
    change.action = action == "add"      ? Action::add
                    : action == "update" ? Action::update
                                         : Action::remove;
    change.key = rows.text(1);
    change.profile_id = rows.text(2);
    change.fingerprint = rows.text(3);
    change.remote_id = rows.text(4);
    for (std::size_t i = 0; i < candidates.fields.size() && change.action != Action::remove; ++i) {
      change.fields.set(sync.map[i].destination_field, rows.json(5 + i));
    }
    changes.push_back(std::move(change));
  }
}

Result<void> check_guards(const model::Sync& sync, const DiffCounts& counts) {
  if (counts.delivered == 0) return {};
  const auto held = static_cast<double>(counts.delivered);
  const std::int64_t changed = counts.changes() - counts.removed_by_consent;
  const std::int64_t removed = counts.removes - counts.removed_by_consent;
  if (sync.change_share_max && static_cast<double>(changed) > *sync.change_share_max * held) {
    return fail(
        ErrorKind::permanent, "R0421",
        fmt::format("{} changes to {} records that {} holds are more than {}% of them", changed,
                    counts.delivered, sync.destination, *sync.change_share_max * 100),
        "look at `rondo plan`; raise `guard: change_at_most` if it is meant");
  }
  if (sync.delete_share_max && static_cast<double>(removed) > *sync.delete_share_max * held) {
    return fail(
        ErrorKind::permanent, "R0422",
        fmt::format("{} removals of {} records that {} holds are more than {}% of them", removed,
                    counts.delivered, sync.destination, *sync.delete_share_max * 100),
        "look at `rondo plan`; raise `guard: delete_at_most` if it is meant");
  }
  return {};
}

}  // namespace rondo::sync
