#!/usr/bin/env python3
# timeout: 300
"""A project with four different mistakes: all are shown at once, and nothing is touched.

The demo project has run a lap on 500 customers. Then a key is misspelt, a value has the wrong
type, a reference leads nowhere and SQL is broken, each in a file of its own. `rondo check` and
`rondo run` must show file, line, column, caret and hint of all four, end with 1, and leave every
byte of the warehouse, the log and the state as it was; no outside tool may hear of it.
"""
import hashlib
import json
import os
import re
import sys

from support.loop import Checks, Loop, work_directory

# file, what stands there, what is written instead, the word under the caret, what the hint names
MISTAKES = [
    ("syncs/hubspot_winback.yaml", "purpose: marketing", "purpse: marketing", "purpse", "purpose"),
    ("rondo.yaml", "attempts: 5", "attempts: many", "many", None),
    ("audiences/best_lapsed.sql", "ref('lapsed_big_spenders')", "ref('lapsed_big_spendrs')",
     "lapsed_big_spendrs", "lapsed_big_spenders"),
    ("traits/lifetime_value.sql", "group by profile_id", "group bye profile_id", "bye", None)]
STAND_INS = ("hubspot", "webhook", "prospeo", "hunter")

checks = Checks()


def fingerprint(folder):
    """Every file below the folder, with the hash of its bytes."""
    found = {}
    for path, _, names in os.walk(folder):
        for name in names:
            full = os.path.join(path, name)
            with open(full, "rb") as file:
                digest = hashlib.sha256(file.read()).hexdigest()
            found[os.path.relpath(full, folder)] = (digest, os.stat(full).st_mtime_ns)
    return found


def place_of(text, word):
    """Line and column, from 1, of the word."""
    before = text[:text.index(word)]
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


def spoil(loop):
    """Writes the mistakes; where each is: [(file, line, column, word, hint)]."""
    places = []
    for name, right, wrong, word, hint in MISTAKES:
        with open(loop.path(name)) as file:
            text = file.read().replace(right, wrong)
        with open(loop.path(name), "w") as file:
            file.write(text)
        places.append((name, *place_of(text, word), word, hint))
    return places


def shown(command, output, places):
    blocks = re.split(r"\n(?=(?:error|warning)\[)", output)
    for name, line, column, word, hint in places:
        what = f"`rondo {command}` shows {name}:{line}:{column}"
        found = [block for block in blocks if f"--> {name}:{line}:{column}\n" in block]
        if not checks.ok(what, len(found) == 1, output):
            continue
        lines = found[0].split("\n")
        marks = [at for at, one in enumerate(lines) if re.match(r"\s*\|\s+\^+ \w", one)]
        caret = lines[marks[0]].index("^") if marks else 0
        length = lines[marks[0]].count("^") if marks else 0
        checks.equal("  the carets stand under it",
                     marks and lines[marks[0] - 1][caret:caret + length], word)
        hints = [one for one in lines if one.strip().startswith("= ")]
        checks.ok("  and a hint says what to do", hints and (hint or "explain") in hints[0], lines)


def requests(loop):
    return {name: loop.stand_in(name, "/_standin/state")["requests"] for name in STAND_INS}


def main():
    with work_directory() as work:
        loop = Loop(os.path.join(work, "acme"), True)
        try:
            loop.copy_project()
            loop.start_stand_ins()
            loop.make_crm()
            loop.send_history()
            code, _, progress = loop.rondo_once("run")
            checks.ok("a lap before", code == 0, progress)
            checks.ok("`rondo check` finds nothing", loop.rondo_once("check")[0] == 0)
            before, heard = fingerprint(loop.path(".rondo")), requests(loop)
            places = spoil(loop)
            for command in ("check", "run", "status"):
                code, out, err = loop.rondo_once(command)
                checks.equal(f"`rondo {command}` ends with 1", code, 1)
                shown(command, out + err, places)
            code, out, _ = loop.rondo_once("check", "--json")
            files = {one["file"] for one in json.loads(out)["diagnostics"]
                     if one["severity"] == "error"}
            checks.equal("`rondo check --json` names the same files", files,
                         {place[0] for place in places})
            checks.equal("warehouse, log and state: the same bytes and times",
                         fingerprint(loop.path(".rondo")), before)
            checks.equal("no outside tool was asked anything", requests(loop), heard)
        finally:
            loop.stop()
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
