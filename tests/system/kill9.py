#!/usr/bin/env python3
# timeout: 900
"""kill -9 at 50 random moments of the loop: the end is that of an undisturbed run.

The same story happens twice, on 500 customers: purchases are sent by the Segment SDK, a lap, the
people react, a second lap, a third. In the second telling the collector is killed while the SDK
sends, and `rondo run` is killed in the middle of its steps, most often while it delivers, asks
sellers or verifies; both are started again each time. Then the warehouse and the stand-ins must
hold the same, with nothing done twice and nothing lost. The journal that a killed run leaves says
which step was hit.

usage: kill9.py [--seed N] [--kills N] [--forget outbox | log]
  --forget   a control that must fail: after each kill the outbox loses what was on its way, or the
             log its last kilobytes, as if nobody had written or synced them
"""
import argparse
import collections
import contextlib
import glob
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time

from support import picture
from support.loop import ROOT, Checks, Loop, work_directory

KILLS = 50
OF_THE_COLLECTOR = 0.25        # share of the kills; some more of the rest hit the second lap
OF_THE_FIRST_LAP = 0.5
HITS_MIN = 0.3                 # of the kills of runs, inside a sync or the enrichment
OUTSIDE = {"enrichment:work_email", "sync:hubspot_winback", "sync:welcome_new_customers"}
OUTSIDE_SHARE = 0.7            # how often the next of these is the target, else any step
WAIT_MAX = 0.6                 # seconds, from the begin of a step outside to the kill …
FORGOTTEN_BYTES = 4096
SHORT_WAIT_MAX = 0.1           # … and of any other
PEOPLE_AT_ONCE = 8             # questions under way at one moment
PRICES = {"prospeo": 0.039, "hunter": 0.05}
CAP = 10.0
SLOW = {"hubspot": "120ms", "webhook": "120ms", "prospeo": "300ms", "hunter": "300ms"}
BOUND = 120                    # seconds that one start may take

checks = Checks()


class Story(Loop):
    """The demo with more to deliver: lower thresholds, small batches, slow tools."""

    def prepare(self):
        self.copy_project()
        self.edit("audiences/lapsed_big_spenders.sql", ">= 200", ">= 60")
        self.edit("audiences/best_lapsed.sql", ">= 500", ">= 120")
        self.edit("audiences/new_customers.sql", "1997-03-11", "1997-01-01")
        os.makedirs(self.path("connectors"), exist_ok=True)
        for name, change in (("hubspot", ("rows: 100", "rows: 5")),
                             ("webhook", ("rows: 100", "rows: 10")),
                             ("prospeo", ("rate: 5/1s", "rate: 200/1s")),
                             ("hunter", ("rate: 15/1s", "rate: 200/1s"))):
            shutil.copy(os.path.join(ROOT, f"connectors/{name}/connector.yaml"),
                        self.path(f"connectors/{name}.yaml"))
            self.edit(f"connectors/{name}.yaml", *change)
            with open(self.path(f"tools/stand_ins/{name}.yaml"), "w") as file:
                file.write(
                    "properties: [work_email, lifetime_value, last_order_at]\n"
                    f"faults:\n  - {{ every: 1, answer: slow, wait: {SLOW[name]} }}\n")
        self.start_stand_ins()
        self.make_crm()

    def edit(self, name, old, new):
        with open(self.path(name)) as file:
            text = file.read()
        if old not in text:
            sys.exit(f"{name} does not hold `{old}` any more; this test must learn what does")
        with open(self.path(name), "w") as file:
            file.write(text.replace(old, new))

    def send_messages(self, key, messages):
        """Every bounce is a hard one: few are enough to show that nobody is written to again."""
        for message in messages:
            if message["event"] == "Email Bounced":
                message["properties"]["kind"] = "hard"
        super().send_messages(key, messages)

    def lap(self, name):
        code, _, progress = self.rondo_once("run", timeout=BOUND)
        if code != 0:
            sys.exit(f"FAIL {name} ended with {code}:\n{progress}")
        return re.findall(r"^ok +(\S+)", progress, re.M)

    def tell(self):
        self.prepare()
        self.send_history()
        order = self.lap("lap 1")
        self.world_reacts()
        self.lap("lap 2")
        self.last_lap()
        return order

    def last_lap(self):
        self.lap("lap 3")
        status = json.loads(self.rondo_once("status", "--json")[1])["assets"]
        sent = {one["asset"]: one["summary"]["counts"]["sent"] for one in status
                if one["asset"].startswith("sync:")}
        checks.equal("the third lap sends nothing", sent, dict.fromkeys(sent, 0))


class Collector:
    """Kills the collector while something is sent, and starts it again at the same port."""

    def __init__(self, story, chance, forgets):
        self.story, self.chance, self.done, self.forgets = story, chance, 0, forgets
        self.port = int(story.collector.rsplit(":", 1)[1])
        self.child = story.children[-1]
        self.starts = 0

    def during(self, send, kills, gap):
        """Sends on a thread while this one kills; what the sending answered."""
        answer = {}

        def body():
            try:
                answer["value"] = send()
            except SystemExit as error:
                answer["error"] = error
        sending = threading.Thread(target=body)
        sending.start()
        for _ in range(kills):
            sending.join(self.chance.uniform(0.02, gap))
            if not sending.is_alive():
                break
            self.kill()
        sending.join(BOUND)
        if "error" in answer or sending.is_alive():
            return None
        return answer.get("value", True)

    def kill(self):
        self.child.send_signal(signal.SIGKILL)
        self.child.wait()
        self.story.children.remove(self.child)
        self.done += 1
        self.starts += 1
        if self.forgets:
            segment = max(glob.glob(self.story.path(".rondo/log/*")), key=os.path.getmtime)
            os.truncate(segment, max(0, os.path.getsize(segment) - FORGOTTEN_BYTES))
        self.story.start(f"collector{self.starts}", [
            self.story.rondo, "serve", "--collect-only", "--port", str(self.port),
            "--project", self.story.work])
        self.child = self.story.children[-1]


class Runs:
    """Starts `rondo run` and kills it at moments that the journal names afterwards."""

    def __init__(self, story, chance, order, forgets):
        self.story, self.chance, self.order, self.forgets = story, chance, order, forgets
        self.hits, self.in_flight = collections.Counter(), 0

    def kill_one(self, done):
        """One start, one kill. `done`: steps that this lap has behind it. False: it ended first."""
        open_steps = [step for step in self.order if step not in done] or self.order
        outside = [step for step in open_steps if step in OUTSIDE]
        target = self.chance.choice(open_steps)
        if outside and self.chance.random() < OUTSIDE_SHARE:
            target = outside[0]
        child = subprocess.Popen([self.story.rondo, "run", "--project", self.story.work],
                                 cwd=self.story.work, env=self.story.environment,
                                 stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.PIPE, text=True, start_new_session=True)
        bound = threading.Timer(BOUND, child.kill)
        bound.start()
        self.wait_for(child, open_steps, target)
        time.sleep(self.chance.uniform(0, WAIT_MAX if target in OUTSIDE else SHORT_WAIT_MAX))
        killed = child.poll() is None
        child.kill()
        child.stderr.read()
        child.stderr.close()
        child.wait()
        bound.cancel()
        if killed:
            self.look(done)
        if killed and self.forgets:
            state = sqlite3.connect(self.story.path(".rondo/state.sqlite"))
            with contextlib.suppress(sqlite3.OperationalError):  # no outbox yet
                state.execute("delete from outbox where state in ('planned', 'sending')")
                state.commit()
            state.close()
        return killed

    def wait_for(self, child, open_steps, target):
        """Until the step before the target has ended, or the run has."""
        before = open_steps[:open_steps.index(target)]
        for line in child.stderr:
            ended = re.match(r"(?:ok|failed|skipped) +(\S+)", line)
            if not before:
                return  # `resuming run …`, or the end of the first step
            if ended and ended[1] == before[-1]:
                return

    def look(self, done):
        """What the journal says of the killed run; read from a copy, so that nothing is touched."""
        copy = self.story.path("..", "journal")
        for end in ("", "-wal"):
            if os.path.exists(copy + end):
                os.remove(copy + end)
            if os.path.exists(self.story.path(".rondo/state.sqlite" + end)):
                shutil.copy(self.story.path(".rondo/state.sqlite" + end), copy + end)
        journal = sqlite3.connect(copy)
        try:
            run = journal.execute("select run_id from runs where state = 'running'").fetchone()
            if run is None:
                self.hits["between two runs"] += 1
                done.clear()
                return
            states = dict(journal.execute("select asset, state from steps where run_id = ?", run))
            done.clear()
            done.update(step for step, state in states.items() if state == "succeeded")
            running = [step for step, state in states.items() if state == "running"]
            self.hits[running[0] if running else "between two steps"] += 1
            tables = {row[0] for row in journal.execute("select name from sqlite_master")}
            if "outbox" in tables and journal.execute(
                    "select 1 from outbox where state = 'sending'").fetchone():
                self.in_flight += 1
            if "spend" in tables and journal.execute(
                    "select 1 from spend where state = 'reserved'").fetchone():
                self.in_flight += 1
        finally:
            journal.close()

    def lap(self, kills, name):
        """A lap that is killed so many times; when it ends before, one more begins."""
        done, landed, starts = set(), 0, 0
        while landed < kills and starts < 3 * kills:
            starts += 1
            if self.kill_one(done):
                landed += 1
            else:
                done.clear()
        self.story.lap(name)
        return landed


def same_picture(calm, killed):
    one, other = picture.tables(calm), picture.tables(killed)
    for name, lines in one.items():
        extra = collections.Counter(other[name]) - collections.Counter(lines)
        missing = collections.Counter(lines) - collections.Counter(other[name])
        checks.ok(f"the same {len(lines)} rows of {name}", not extra and not missing,
                  f"too many {list(extra.elements())[:2]}, missing {list(missing.elements())[:2]}")
    one, other = picture.stand_ins(calm), picture.stand_ins(killed)
    for name, held in one.items():
        checks.equal(f"the same at the outside: {name}", other[name], held)


def nothing_twice(killed):
    contacts = killed.stand_in("hubspot", "/_standin/state")["objects"]["contacts"]
    twice = {key: one["creates"] for key, one in contacts["keys"].items() if one["creates"] > 1}
    checks.equal("no contact was made twice", twice, {})
    webhook = killed.stand_in("webhook", "/_standin/state")
    checks.equal("nothing took effect twice at the webhook",
                 (webhook["duplicate_effects"], webhook["conflicts"]), ([], 0))
    doubled = killed.rows("select message_id, count(*) as times from raw.events group by 1 "
                          "having count(*) > 1")
    checks.equal("no event twice", doubled, [])
    unknown = killed.rows("select count(*) from rondo.deliveries d where state = 'unknown' and not "
                          "exists (select 1 from rondo.deliveries l where l.sync = d.sync and "
                          "l.key = d.key and l.receipt_id > d.receipt_id)")
    checks.equal("no delivery is left in doubt", unknown, [(0,)])


def money(calm, killed, runs):
    receipts = picture.bought(killed)
    asked = collections.Counter((row[0], row[1]) for row in receipts)
    checks.equal("nobody was asked about twice at one seller",
                 {key: times for key, times in asked.items() if times > 1}, {})
    spent = collections.Counter()
    for _, _, _, _, cost, run in receipts:
        spent[run] += cost / 1e6
    checks.ok(f"no run spent more than {CAP} EUR", all(one <= CAP for one in spent.values()), spent)
    charged = 0.0
    for name, price in PRICES.items():
        state = killed.stand_in(name, "/_standin/state")
        questions = collections.Counter(one["question"] for one in state["charges"])
        checks.equal(f"{name} charged no question twice",
                     {q: n for q, n in questions.items() if n > 1}, {})
        receipts_here = sum(row[1] == name for row in receipts)
        checks.ok(f"{name} was asked {state['requests']} questions, each with a receipt",
                  state["requests"] <= receipts_here, receipts_here)
        charged += price * state["credits_spent"]
    checks.ok(f"charged {charged:.2f} EUR, not more than the receipts say",
              charged <= sum(spent.values()) + 1e-6, sum(spent.values()))
    unseen = {row[0] for row in receipts if row[2] == "unknown"}
    hits = runs.hits["enrichment:work_email"]
    checks.ok(f"{len(unseen)} answers were unseen after {hits} kills of the enrichment",
              len(unseen) <= PEOPLE_AT_ONCE * hits)

    def settled(rows):
        return sorted(row[:5] for row in rows if row[0] not in unseen)
    checks.ok("all other answers are those of the undisturbed run",
              settled(receipts) == settled(picture.bought(calm)))


def tell_killed(story, options, order):
    chance, kills = random.Random(options.seed), options.kills
    story.prepare()
    collector = Collector(story, chance, options.forget == "log")
    while_sending = round(kills * OF_THE_COLLECTOR)
    sent = collector.during(story.send_history, while_sending - 2, 0.5)
    if sent is None:  # the SDK gave up; the shop sends again, which must change nothing
        print("the SDK gave up on some events; everything is sent again", flush=True)
        sent = story.send_history()
    checks.equal("every event was acknowledged in the end", sent["failed"], 0)
    runs = Runs(story, chance, order, options.forget == "outbox")
    left = kills - collector.done
    first = runs.lap(round(left * OF_THE_FIRST_LAP), "lap 1")
    collector.during(story.world_reacts, 2, 0.3)
    second = runs.lap(kills - collector.done - first, "lap 2")
    story.last_lap()
    total = collector.done + first + second
    hits = sum(n for step, n in runs.hits.items() if step.startswith(("sync:", "enrichment:")))
    print(f"{collector.done} kills of the collector, {first + second} of runs: "
          + ", ".join(f"{n} in {step}" for step, n in runs.hits.most_common()), flush=True)
    checks.ok(f"{total} kills landed", total >= kills, kills)
    checks.ok(f"{hits} of them inside a sync or the enrichment, {runs.in_flight} with something "
              "on its way", hits >= HITS_MIN * (first + second) and runs.in_flight > 0)
    return runs


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=int(os.environ.get("RONDO_SEED") or
                                                        random.SystemRandom().randrange(10**6)))
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--forget", choices=["outbox", "log"])
    options = parser.parse_args()
    print(f"seed {options.seed} (again: tests/system/kill9.py --seed {options.seed})", flush=True)
    with work_directory() as work:
        calm = Story(os.path.join(work, "calm", "acme"), True)
        killed = Story(os.path.join(work, "killed", "acme"), True)
        try:
            order = calm.tell()
            runs = tell_killed(killed, options, order)
            same_picture(calm, killed)
            nothing_twice(killed)
            money(calm, killed, runs)
        finally:
            calm.stop()
            killed.stop()
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
