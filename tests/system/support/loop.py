"""What the system tests share: checks that print `ok …` or `FAIL …`, and the loop of the demo."""
import contextlib
import importlib.machinery
import importlib.util
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import types

ROOT = str(pathlib.Path(__file__).resolve().parents[3])
RONDO = os.path.abspath(os.environ.get("RONDO", os.path.join(ROOT, "build/dev/rondo")))
SHOWN_MAX = 400  # characters of what was found


class Checks:
    def __init__(self):
        self.failed = 0

    def ok(self, what, good, found=""):
        if not good:
            self.failed += 1
        why = "" if good or found == "" else f": {str(found)[:SHOWN_MAX]}"
        print(("ok   " if good else "FAIL ") + what + why, flush=True)
        return good

    def equal(self, what, found, expected):
        if found == expected:
            return self.ok(what, True)
        return self.ok(what, False, difference(found, expected))


def difference(found, expected):
    """The first few places where two values differ, for a person."""
    if isinstance(found, dict) and isinstance(expected, dict):
        keys = sorted(set(found) | set(expected), key=str)
        places = [f"{key}: {found.get(key)!r} instead of {expected.get(key)!r}"
                  for key in keys if found.get(key) != expected.get(key)]
        return f"{len(places)} differ: " + "; ".join(places[:4])
    if isinstance(found, (set, frozenset)) and isinstance(expected, (set, frozenset)):
        return f"too many {sorted(found - expected)[:4]}, missing {sorted(expected - found)[:4]}"
    return f"{found!r} instead of {expected!r}"


def demo_module():
    path = os.path.join(ROOT, "examples/acme/run")
    loader = importlib.machinery.SourceFileLoader("acme_run", path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("acme_run", loader))
    writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    loader.exec_module(module)
    sys.dont_write_bytecode = writes
    module.say = lambda *_, **__: None
    return module


ACME = demo_module()


class Loop(ACME.Demo):
    """The demo's loop with its stand-ins; nothing is printed, what was sent is remembered."""

    def __init__(self, work, quick):
        os.environ["RONDO"] = RONDO
        super().__init__(types.SimpleNamespace(quick=quick, work=work))
        self.environment["NO_COLOR"] = "1"
        self.sent = []  # every message of the world's reactions

    def send_messages(self, key, messages):
        self.sent += messages
        super().send_messages(key, messages)

    def make_crm(self):
        some = [self.customers] if self.customers != "0" else []
        self.call([sys.executable, self.path("tools/make_crm.py"), self.cdnow,
                   self.path("data/crm_contacts.csv"), self.path("data/truth.json")] + some)

    def rondo_once(self, *words, environment=None, timeout=600):
        """One command of the program: (exit code, standard output, standard error)."""
        done = subprocess.run([self.rondo, *words, "--project", self.work], cwd=self.work,
                              env=dict(self.environment, **(environment or {})), text=True,
                              timeout=timeout, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        return done.returncode, done.stdout, done.stderr

    def rows(self, sql):
        """The answer to a query, a tuple per row."""
        code, out, err = self.rondo_once("query", sql, "--json")
        if code != 0:
            sys.exit(f"`rondo query` ended with {code}: {err}\n{sql}")
        return [tuple(row.values()) for row in json.loads(out)["rows"]]


@contextlib.contextmanager
def work_directory():
    """A folder for one test; gone afterwards, also when the test is told to stop.

    RONDO_KEEP=FOLDER keeps it, for whoever looks for the cause of a failure.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    kept = os.environ.get("RONDO_KEEP")
    path = kept or tempfile.mkdtemp(prefix="rondo-system-")
    try:
        yield path
    finally:
        if not kept:
            shutil.rmtree(path, ignore_errors=True)

