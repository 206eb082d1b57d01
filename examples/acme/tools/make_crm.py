#!/usr/bin/env python3
"""Invents the CRM export for the CDNOW customers: seeded, so every run gets the same people.

Nobody in it exists: names are drawn from short lists, domains end in .example (RFC 2606), phone
numbers start with +999, which the ITU has given to no country. What real exports suffer from is
planted on purpose and written down as counts in a truth file: duplicates, typos, shared mailboxes,
missing and withdrawn consent, dead domains.

usage: make_crm.py CDNOW_master.txt OUT.csv TRUTH.json [CUSTOMERS]
"""

import csv
import json
import random
import sys

FIRST = (
    "Ada Ben Cleo Dan Eva Finn Gail Hugo Iris Jon Kate Leo Mia Nils Olga Paul Quinn Rosa Sam Tess "
    "Umar Vera Will Xenia Yara Zoe"
).split()
LAST = (
    "Abel Brandt Castro Dietz Ebert Fuchs Garcia Hahn Iversen Jung Keller Lang Moreau Novak Ortiz "
    "Peters Quast Rossi Silva Thoma Ulrich Vogel Wolff Xu Young Zander"
).split()
GOOD_DOMAINS = ["mail.example", "post.example", "letters.example", "inbox.example"]
TYPO = {
    "mail.example": "mial.example",
    "post.example": "psot.example",
    "letters.example": "leters.example",
    "inbox.example": "inbx.example",
}  # none of them exists
COLUMNS = [
    "crm_id",
    "customer_id",
    "email",
    "phone",
    "first_name",
    "last_name",
    "marketing_consent",
    "updated_at",
]


def customers(path):
    seen = {}
    with open(path) as lines:
        for line in lines:
            parts = line.split()
            if len(parts) == 4 and parts[0].isdigit():
                seen.setdefault(parts[0], True)
    return list(seen)


class Export:
    def __init__(self):
        self.chance = random.Random(20261124)
        self.rows = []
        self.truth = dict.fromkeys(
            [
                "people",
                "rows",
                "duplicates_by_email",
                "duplicates_by_phone",
                "typos",
                "shared_mailboxes",
                "no_mail_domains",
                "consent_yes",
                "consent_no",
                "consent_missing",
                "consent_withdrawn",
                "without_email",
            ],
            0,
        )

    def row(self, **values):
        values["crm_id"] = f"C{len(self.rows) + 1:06d}"
        self.rows.append([values.get(column, "") for column in COLUMNS])

    def count(self, what):
        self.truth[what] += 1

    def person(self, customer, number):
        roll = self.chance.random
        first, last = self.chance.choice(FIRST), self.chance.choice(LAST)
        domain = self.chance.choice(GOOD_DOMAINS)
        email = f"{first}.{last}{number}@{domain}".lower()
        phone = f"+999{100000000 + number}"
        consent, kind = self.consent(roll())
        day = f"1998-07-{1 + number % 28:02d}T09:00:00Z"
        oddity = roll()
        if oddity < 0.02:
            email = f"info@office{number // 40}.example"
            self.count("shared_mailboxes")
        elif oddity < 0.04:
            email = email.replace(domain, TYPO[domain])
            self.count("typos")
        elif oddity < 0.05:
            email = email.replace(domain, "nomail.example")
            self.count("no_mail_domains")
        elif oddity < 0.12:
            email = ""
            self.count("without_email")
        base = dict(
            customer_id=customer, email=email, phone=phone, first_name=first, last_name=last
        )
        self.row(**base, marketing_consent=consent, updated_at=day)
        self.count("people")
        if kind == "withdrawn":
            # The same person, seen again later under another CRM id, who has said no meanwhile.
            self.row(**base, marketing_consent="no", updated_at="1998-08-15T09:00:00Z")
        self.duplicate(roll(), base, number, oddity)

    def consent(self, roll):
        for limit, value, kind in (
            (0.68, "yes", "yes"),
            (0.80, "no", "no"),
            (0.95, "", "missing"),
            (1.0, "yes", "withdrawn"),
        ):
            if roll < limit:
                self.count(f"consent_{kind}")
                return value, kind
        raise AssertionError("a chance is below 1")

    def duplicate(self, roll, base, number, oddity):
        if oddity < 0.12:
            return
        again = dict(base, customer_id="", updated_at="1998-08-01T09:00:00Z", marketing_consent="")
        if roll < 0.04:
            again["email"] = base["email"].upper()
            again["phone"] = ""
            self.count("duplicates_by_email")
        elif roll < 0.07:
            again["email"] = base["email"].replace("@", f".{number % 7}@")
            again["phone"] = base["phone"].replace("+999", "+999 ")
            self.count("duplicates_by_phone")
        else:
            return
        self.row(**again)


def main(cdnow, out, truth, count=None):
    export = Export()
    chosen = customers(cdnow)
    if count:
        chosen = chosen[: int(count)]
    for number, customer in enumerate(chosen):
        if export.chance.random() < 0.8:  # a fifth of the customers never reached the CRM
            export.person(customer, number)
    export.truth["rows"] = len(export.rows)
    with open(out, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(export.rows)
    with open(truth, "w") as file:
        json.dump(export.truth, file, indent=2)
        file.write("\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
