"""A picture of where everything stands, that two worlds must share whatever happened on the way.

Ids that are drawn by chance, times of today and numbers of receipts are left out; a profile goes by
its strongest identifier.
"""
import json
import re

# Each select answers a table's rows without what differs between two runs of the same story.
# `who` in it stands for a profile's name.
NAMES = """(select profile_id, min(case type when 'user_id' then '0' when 'crm_id' then '1'
  when 'email' then '2' when 'phone' then '3' else '4' end || type || ':' || value) as who
  from rondo.identifiers group by profile_id)"""
TABLES = {
    "raw.events": "select event_id, source, message_id, type, name, user_id, anonymous_id, "
                  "identifier_type, identifier_value, properties, traits from raw.events",
    "raw.crm_contacts": "select * exclude (_loaded_at, _file) from raw.crm_contacts",
    "quarantine": "select source, stream, reason, state from rondo.quarantine",
    "evidence": "select left_type, left_value, right_type, right_value, source, rule, refused "
                "from rondo.evidence",
    "identifiers": "select i.type, i.value, n.who from rondo.identifiers i join {names} n "
                   "using (profile_id)",
    "profile_values": "select n.who, p.* exclude (profile_id) from rondo.profile_values p "
                      "left join {names} n using (profile_id) where p.field <> 'work_email'",
    "stale_values": "select field, value, outcome_id from rondo.stale_values",
    "consent": "select * exclude (recorded_at) from rondo.consent_ledger",
    "suppressions": "select * exclude (since) from rondo.suppressions",
    "verifications": "select address, verdict, reasons from rondo.verifications",
    "delivered": "select d.sync, case when d.sync like 'hubspot%' then d.key else n.who end as "
                 "key, n.who, case when d.sync not like 'hubspot%' then d.fingerprint end as "
                 "fingerprint, d.fields from rondo.delivered d left join {names} n "
                 "using (profile_id)",
    "blocked": "select b.sync, n.who, b.reason_code from rondo.blocked b left join {names} n "
               "using (profile_id)",
    "outcomes": "select o.outcome_id, o.outcome, n.who, o.record_id, o.amount, o.identifier_value "
                "from rondo.outcomes o left join {names} n using (profile_id)",
    "credits": "select c.outcome_id, c.sync, n.who, c.model, c.share from rondo.credits c "
               "left join {names} n using (profile_id)",
    "lifetime_value": "select n.who, t.* exclude (profile_id) from traits.lifetime_value t "
                      "left join {names} n using (profile_id)",
    **{f"audience {name}": f"select n.who from audiences.{name} a left join {{names}} n "
                           "using (profile_id)"
       for name in ("lapsed_big_spenders", "best_lapsed", "new_customers")}}
ENRICHMENTS = ("select n.who, e.provider, e.verdict, e.value, e.cost_micros, e.run_id "
               "from rondo.enrichments e left join {names} n using (profile_id)")
TODAY = re.compile(r"20[2-9]\d-\d\d-\d\d[T ][\d:.]+(Z|\+00)?|\b1[789]\d{11}\b")
BOUGHT = re.compile(r'\\?"work_email\\?":(\\?"[^"\\]*\\?"|null),?')


def tables(loop):
    """{table: its rows as sorted text}; all in one query, so from one moment."""
    parts = [f"select '{name}' as name, cast(to_json(q) as varchar) as line from ({sql}) q"
             for name, sql in TABLES.items()]
    found = {name: [] for name in TABLES}
    for name, line in loop.rows(" union all ".join(parts).replace("{names}", NAMES)):
        line = BOUGHT.sub("", line) if name == "delivered" else line
        found[name].append(TODAY.sub("today", line))
    return {name: sorted(lines) for name, lines in found.items()}


def bought(loop):
    """Receipts of the enrichment: (who, provider, verdict, value, cost, run)."""
    return loop.rows(ENRICHMENTS.replace("{names}", NAMES))


def stand_ins(loop):
    """What the outside tools hold, and how often something took effect there."""
    contacts = loop.stand_in("hubspot", "/_standin/state")["objects"]["contacts"]
    webhook = loop.stand_in("webhook", "/_standin/state")
    with open(loop.path(".rondo/out/lapsed.csv")) as file:
        lines = [line.split(",", 1)[1].strip() for line in file]
    records = {email: {name: value for name, value in fields.items() if name != "work_email"}
               for email, fields in contacts["records"].items()}
    return {"CRM records": TODAY.sub("today", json.dumps(records, sort_keys=True)),
            "CRM creates and archives": {key: (one["creates"], one["archives"])
                                         for key, one in contacts["keys"].items()},
            "webhook records": sorted(json.dumps(one, sort_keys=True)
                                      for one in webhook["records"].values()),
            "webhook effects": webhook["effects"],
            "file": sorted(TODAY.sub("today", line) for line in lines)}
