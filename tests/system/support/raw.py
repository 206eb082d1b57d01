"""What the loop must come to, counted from the raw files alone.

Nothing here knows how Rondo does it: purchases are summed up by SQL in SQLite, people are joined by
a union-find over the identifiers of identity.yaml, and who may be written to follows from the CRM
export and the messages that were sent.
"""
import csv
import re
import sqlite3
import time

KINDS = ["user_id", "crm_id", "email", "phone", "anonymous_id"]  # strongest first
PER_PROFILE = {"user_id": 1, "crm_id": 10, "email": 5, "phone": 3, "anonymous_id": 100}
ROLES = {"info"}                    # the only role mailbox in the export
NO_DOMAIN = {"mial.example", "psot.example", "leters.example", "inbx.example"}
NULL_MX = {"nomail.example"}
PRICES = {"prospeo": 0.039, "hunter": 0.05}   # EUR, per hit
CAP = 10.0                                    # EUR, per run
VISITORS_ONLY = 1000
LAPSED_BEFORE, NEW_SINCE = "1998-01-01", "1997-03-11"


def number(text):
    return round(float(text), 2)


def as_contact(record):
    """A record of the CRM stand-in, with numbers and times as values."""
    read = {key: value for key, value in record.items() if value not in ("", None)}
    read["lifetime_value"] = number(read["lifetime_value"])
    ordered = time.gmtime(int(read["last_order_at"]) / 1000)
    read["last_order_at"] = time.strftime("%Y-%m-%d", ordered)
    return read


def is_role(email):
    return email.split("@")[0] in ROLES


def domain(email):
    return email.rsplit("@", 1)[1]


class People:
    """Union-find with the limits of identity.yaml; strong evidence first."""

    def __init__(self):
        self.parent, self.members, self.edges = {}, {}, set()

    def add(self, identifier):
        if identifier not in self.parent:
            self.parent[identifier] = identifier
            self.members[identifier] = {identifier}

    def saw(self, identifiers):
        """One event or row: its strongest identifier joins each of the others."""
        identifiers = sorted(identifiers, key=lambda one: KINDS.index(one[0]))
        for one in identifiers:
            self.add(one)
        for other in identifiers[1:]:
            self.edges.add((identifiers[0], other))

    def find(self, one):
        while self.parent[one] != one:
            self.parent[one] = self.parent[self.parent[one]]
            one = self.parent[one]
        return one

    def join(self):
        """Joins along all evidence; how many edges a limit refused."""
        refused = 0
        rank = KINDS.index
        for left, right in sorted(self.edges, key=lambda e: (rank(e[1][0]), rank(e[0][0]), e)):
            a, b = self.find(left), self.find(right)
            if a == b:
                continue
            union = self.members[a] | self.members[b]
            if any(sum(k == kind for k, _ in union) > PER_PROFILE[kind] for kind in KINDS):
                refused += 1
                continue
            self.parent[b] = a
            self.members[a] = union
            del self.members[b]
        return refused


class World:
    def __init__(self, cdnow, crm, customers):
        self.sql = sqlite3.connect(":memory:")
        self.sql.executescript(
            "create table purchases (customer text, day text, quantity integer, total real);"
            "create table crm (crm_id text, customer_id text, email text, phone text,"
            "  first_name text, last_name text, consent text, updated_at text);")
        self.read_purchases(cdnow, customers)
        with open(crm, newline="") as file:
            rows = list(csv.reader(file))[1:]
        self.sql.executemany("insert into crm values (?,?,?,?,?,?,?,?)", rows)
        self.visitors = min(customers or VISITORS_ONLY, VISITORS_ONLY)
        purchases, = self.one("select count(*) from purchases")
        everybody, = self.one("select count(distinct customer) from purchases")
        self.event_count = purchases + 2 * everybody + self.visitors
        self.hard, self.again = set(), []
        self.holds = {}            # destination -> key -> fields
        self.audiences, self.values, self.enriched = {}, {}, 0
        self.ever_created, self.welcomed, self.asked_about = {}, {}, set()
        self.lap_number, self.spent = 0, 0.0
        self.believed = set()      # messages that were taken in
        self.ever_verified = set()
        self.seen_requests = dict.fromkeys(PRICES, 0)
        self.seen_hits = dict.fromkeys(PRICES, 0)

    def one(self, query):
        return self.sql.execute(query).fetchone()

    def read_purchases(self, path, customers):
        chosen, rows = set(), []
        with open(path) as lines:
            for line in lines:
                parts = line.split()
                if len(parts) != 4 or not re.fullmatch(r"\d{5}", parts[0]):
                    continue
                if parts[0] not in chosen and customers and len(chosen) >= customers:
                    continue
                chosen.add(parts[0])
                day = f"{parts[1][:4]}-{parts[1][4:6]}-{parts[1][6:8]}"
                rows.append((parts[0], day, int(parts[2]), float(parts[3])))
        self.sql.executemany("insert into purchases values (?,?,?,?)", rows)

    # One lap --------------------------------------------------------------------------------------

    def lap(self, messages, lap):
        """The report that this lap must print, {(step, label): number}; moves the world on."""
        self.lap_number += 1
        first = self.lap_number == 1
        news = [m for m in messages if m["messageId"] not in self.believed]
        self.believed |= {m["messageId"] for m in messages}
        self.take(news)
        expected = {("1 Collect", "rows"): self.one("select count(*) from crm")[0] if first else 0,
                    ("1 Collect", "rows replaced"): 0,
                    ("1 Collect", "events"): self.event_count if first else len(news),
                    ("1 Collect", "quarantined"): 0, ("1 Collect", "repeated"): 0}
        if not first:
            self.event_count += len(news)
        self.count_people(expected)
        self.count_values(expected)
        self.count_orders(expected)
        new = self.count_audiences(expected)
        self.count_enrichment(expected, lap)
        self.count_addresses(expected)
        self.count_syncs(expected, lap, new)
        return expected

    def take(self, news):
        self.new_hard = set()
        for message in news:
            if message["event"] == "Order Completed":
                self.again.append(message["userId"])
                properties = message["properties"]
                self.sql.execute("insert into purchases values (?,?,?,?)",
                                 (message["userId"], message["timestamp"][:10],
                                  properties["quantity"], properties["total"]))
            elif message["properties"]["kind"] == "hard":
                self.new_hard.add(message["properties"]["email"])
        self.hard |= self.new_hard

    def count_people(self, expected):
        people, blocked = People(), set()
        for customer, in self.sql.execute("select distinct customer from purchases"):
            people.saw([("user_id", customer), ("anonymous_id", f"anon-{customer}")])
        for visitor in range(self.visitors):
            people.saw([("anonymous_id", f"anon-visitor-{visitor}")])
        for crm_id, customer, email, phone in self.sql.execute(
                "select crm_id, customer_id, lower(email), replace(phone, ' ', '') from crm"):
            seen = [("user_id", customer), ("crm_id", crm_id), ("email", email), ("phone", phone)]
            seen = [(kind, value) for kind, value in seen if value]
            blocked |= {(seen[0], one) for one in seen if one[0] == "email" and is_role(one[1])}
            people.saw([one for one in seen if one[0] != "email" or not is_role(one[1])])
        refused = people.join() + len(blocked)
        self.people = {frozenset(members) for members in people.members.values()}
        known = [one for one in self.people if any(kind != "anonymous_id" for kind, _ in one)]
        signals, = self.one("select count(*) from crm where consent <> ''")
        step = "2 Consolidate"
        expected.update({(step, "consent signals"): signals if self.lap_number == 1 else 0,
                         (step, "profiles"): len(self.people), (step, "known"): len(known),
                         (step, "anonymous"): len(self.people) - len(known),
                         (step, "identifiers"): sum(len(one) for one in self.people),
                         (step, "merged"): 0, (step, "split"): 0, (step, "joins refused"): refused})
        self.rows_of = {}      # customer -> their rows of the CRM, in the order of the file
        owner = {}
        for one in self.people:
            for kind, value in one:
                if kind == "user_id":
                    owner.update({crm: value for k, crm in one if k == "crm_id"})
        for row in self.sql.execute("select crm_id, lower(email), replace(phone, ' ', ''), "
                                    "first_name, last_name, consent, updated_at from crm "
                                    "order by crm_id"):
            self.rows_of.setdefault(owner.get(row[0], row[0]), []).append(row)

    # The golden record ----------------------------------------------------------------------------

    def person(self, customer):
        """Fields by the rules of identity.yaml: the latest; an address that bounced comes last."""
        rows = self.rows_of.get(customer, [])
        fields = {"customer_id": (customer, False)}
        for field, place in (("email", 1), ("phone", 2), ("given_name", 3), ("surname", 4)):
            values = [(place == 1 and row[1] in self.hard, row[6], row[place])
                      for row in rows if row[place]]
            if values:
                alive = [one for one in values if not one[0]] or values
                best = max(alive, key=lambda one: one[1])
                fields[field] = (best[2], best[0])
        return fields

    def consent(self, customer):
        said = [(row[6], row[5]) for row in self.rows_of.get(customer, []) if row[5]]
        if not said:
            return "consent_missing"
        return None if max(said)[1] == "yes" else "consent_withdrawn"

    def count_values(self, expected):
        before, self.values = self.values, {}
        for customer, in self.sql.execute("select distinct customer from purchases").fetchall():
            self.values.update({(customer, field): value
                                for field, value in self.person(customer).items()})
        changed = sum(before.get(key) != value for key, value in self.values.items())
        step = "2 Consolidate"
        expected[step, "values changed"] = changed
        expected[step, "values stale"] = sum(stale for _, stale in self.values.values())

    def count_orders(self, expected):
        self.order_count, self.order_total = self.one("select count(*), sum(total) from purchases")
        self.customers = {row[0]: (row[1], row[2]) for row in self.sql.execute(
            "select customer, count(*), round(sum(total), 2) from purchases group by customer")}
        reached = {email for email in self.hard if not is_role(email)}
        expected.update({("2 Consolidate", "model rows"): self.order_count,
                         ("2 Consolidate", "trait rows"): len(self.customers),
                         ("5 Measure", "orders"): self.order_count,
                         ("5 Measure", "orders credited"): len(self.again),
                         ("5 Measure", "hard_bounces"): len(self.hard),
                         ("5 Measure", "hard_bounces credited"): len(reached),
                         ("6 Loop", "suppressed"): len(self.new_hard),
                         ("6 Loop", "marked stale"): 2 * len(self.new_hard)})

    def count_audiences(self, expected):
        before = self.audiences
        having = {
            "lapsed_big_spenders": f"round(sum(total), 2) >= 200 and max(day) < '{LAPSED_BEFORE}'",
            "best_lapsed": f"round(sum(total), 2) >= 500 and max(day) < '{LAPSED_BEFORE}'",
            "new_customers": f"count(*) = 1 and min(day) >= '{NEW_SINCE}'"}
        self.audiences = {
            name: {row[0] for row in self.sql.execute(
                f"select customer from purchases group by customer having {condition}")}
            for name, condition in having.items()}
        entered = left = 0
        for name, members in self.audiences.items():
            entered += len(members - before.get(name, set()))
            left += len(before.get(name, set()) - members)
        expected.update({("4 Activate", "in audiences"): sum(map(len, self.audiences.values())),
                         ("4 Activate", "entered"): entered, ("4 Activate", "left"): left})
        values = {row[0]: row[1] for row in self.sql.execute(
            "select customer, round(sum(total), 2) from purchases group by customer")}
        self.lapsed = {c: values[c] for c in self.audiences["lapsed_big_spenders"]}
        new = {c: values[c] for c in self.audiences["new_customers"]}
        self.welcomed = {**self.welcomed, **new}
        return new

    # Enrichment -----------------------------------------------------------------------------------

    def count_enrichment(self, expected, lap):
        """What was asked is known to the sellers; to whom it may be put follows from the files."""
        members = self.audiences["best_lapsed"]
        may = {c for c in members if self.consent(c) is None}
        asked = {n: s["requests"] - self.seen_requests[n] for n, s in lap.sellers.items()}
        hits = {n: s["hits"] - self.seen_hits[n] for n, s in lap.sellers.items()}
        spent = sum(PRICES[n] * s["credits_spent"] for n, s in lap.sellers.items())
        self.seen_requests = {n: s["requests"] for n, s in lap.sellers.items()}
        self.seen_hits = {n: s["hits"] for n, s in lap.sellers.items()}
        report = lap.summary["enrichment:work_email"]["counts"]
        capped = report["stopped by the cap"]
        # Prospeo is asked about everybody who may be asked about, once ever; a cap only postpones.
        self.enriched += asked["prospeo"]
        fits = self.enriched == len(may | self.asked_about) or capped > 0
        self.asked_about |= may
        step = "3 Enrich"
        expected.update({
            (step, "asked"): sum(asked.values()) if fits else -1,
            (step, "verified"): sum(hits.values()) - report["unverified"],
            (step, "unverified"): report["unverified"],
            (step, "misses"): sum(asked.values()) - sum(hits.values()),
            (step, "unanswered"): 0, (step, "without consent"): len(members - may),
            (step, "stopped by the cap"): capped if capped == 0 or self.near_cap(spent) else -1,
            (step, "EUR spent"): spent - self.spent})
        self.spent = spent

    def near_cap(self, spent):
        return CAP - 8 * max(PRICES.values()) <= spent - self.spent <= CAP

    def count_addresses(self, expected):
        addresses = {self.values[c, "email"][0] for c in self.audiences["lapsed_big_spenders"]
                     if (c, "email") in self.values}
        verdicts = {email: self.verdict(email) for email in addresses}
        step = "3 Enrich"
        expected[step, "addresses checked"] = len(addresses - self.ever_verified)
        self.ever_verified |= addresses
        for verdict, label in (("undeliverable", "undeliverable"), ("risky", "risky"),
                               ("unknown", "undecided")):
            expected[step, label] = sum(one == verdict for one in verdicts.values())

    @staticmethod
    def verdict(email):
        if domain(email) in NO_DOMAIN | NULL_MX:
            return "undeliverable"
        return "risky" if is_role(email) else "unknown"

    # Syncs ----------------------------------------------------------------------------------------

    def count_syncs(self, expected, lap, new):
        last = dict(self.sql.execute("select customer, max(day) from purchases group by customer"))
        self.blocked, wanted = {}, {}
        # Of two people with one address the smaller profile id wins; ids are Rondo's own.
        for customer in sorted(self.lapsed, key=lap.profile_ids.get):
            fields = {name: value for name, (value, _) in self.person(customer).items()}
            reason = self.reason(customer, fields.get("email"), wanted)
            if reason:
                self.blocked[customer] = reason
                continue
            bought = {"work_email": lap.work_emails.get(customer)}
            bought = {name: value for name, value in bought.items() if value}
            wanted[fields["email"]] = {
                "email": fields["email"], "firstname": fields["given_name"],
                "lastname": fields["surname"], "phone": fields["phone"],
                "lifetime_value": self.lapsed[customer], "last_order_at": last[customer],
                **bought}
        totals = dict.fromkeys(("sent", "unchanged", "removed"), 0)
        self.contacts = self.deliver("contacts", wanted, True, totals)
        self.deliver("finance", self.lapsed, True, totals)
        self.deliver("welcome", new, False, totals)
        for email in wanted:
            self.ever_created.setdefault(email, 1)
        step = "4 Activate"
        expected.update({(step, "sent"): totals["sent"], (step, "ok"): totals["sent"],
                         (step, "rejected"): 0, (step, "unknown"): 0,
                         (step, "unchanged"): totals["unchanged"],
                         (step, "removed"): totals["removed"],
                         (step, "blocked"): len(self.blocked)})

    def reason(self, customer, email, taken):
        if self.consent(customer):
            return self.consent(customer)
        if email in self.hard:
            return "suppressed"
        if email is None:
            return "no_key"
        if self.verdict(email) == "undeliverable":
            return "undeliverable"
        return "duplicate_key" if email in taken else None

    def deliver(self, where, wanted, mirror, totals):
        held = self.holds.get(where, {})
        gone = set(held) - set(wanted) if mirror else set()
        changed = {key for key, fields in wanted.items() if held.get(key) != fields}
        totals["sent"] += len(changed) + len(gone)
        totals["unchanged"] += len(wanted) - len(changed)
        totals["removed"] += len(gone)
        self.holds[where] = {**{k: v for k, v in held.items() if k not in gone}, **wanted}
        return self.holds[where]
