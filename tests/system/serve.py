#!/usr/bin/env python3
# timeout: 300
"""`rondo serve` as a company would run it: one port for events, API and metrics, and the loop.

The demo project on 500 customers. Runs are asked for by the API, by the clock and by events that
come in; requests that are malformed get a 4xx and harm nobody; the token guards what it must; a
second process is kept out; SIGTERM ends it all in time.
"""
import contextlib
import fcntl
import gzip
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from base64 import b64encode

from support.loop import Checks, Loop, work_directory

TOKEN = "a-token-of-the-test"
WAIT_MAX = 90         # seconds for a run to come about
STOP_MAX = 10
BODY_MAX = 4 << 20

checks = Checks()


class Served(Loop):
    """The demo's loop, with the whole control plane in place of the collector alone."""

    def start(self, name, command):
        if name == "collector":
            self.environment["RONDO_API_TOKEN"] = TOKEN
            command = [word for word in command if word != "--collect-only"]
            with open(self.path(".rondo/control.lock"), "w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)  # as a `rondo run` under way would hold it
                return super().start(name, command)
        return super().start(name, command)

    def ask(self, path, body=None, headers=None, method=None, token=TOKEN):
        """(status, text) of one request."""
        given = {"Content-Type": "application/json", **(headers or {})}
        if token:
            given.setdefault("Authorization", f"Bearer {token}")
        request = urllib.request.Request(self.collector + path, data=body, headers=given,
                                         method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except (urllib.error.URLError, ConnectionError) as error:
            return 0, str(error)

    def track(self, body, path="/v1/batch", **headers):
        key = b64encode(b"demo-web-key:").decode()
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.ask(path, data, {"Authorization": f"Basic {key}", **headers})

    def raw(self, data):
        """Bytes on a connection of their own; the first line of the answer."""
        host, port = self.collector[len("http://"):].split(":")
        with contextlib.suppress(ConnectionError), \
                socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall(data)
            return connection.recv(4096).decode("latin-1").split("\r\n")[0]
        return ""

    def runs(self):
        return json.loads(self.ask("/api/runs")[1])

    def wait_for_run(self, good):
        """The first run for which `good` holds, once it has ended."""
        deadline = time.monotonic() + WAIT_MAX
        while time.monotonic() < deadline:
            for run in reversed(self.runs()):
                if run["state"] != "running" and good(run):
                    return run
            time.sleep(0.2)
        return None


def comes_in_later(served):
    deadline = time.monotonic() + WAIT_MAX
    while time.monotonic() < deadline and "assets" not in served.ask("/api/status")[1]:
        time.sleep(0.1)
    checks.ok("a server that met a run under way runs things once that has ended",
              "assets" in served.ask("/api/status")[1])


def guards(served):
    checks.equal("/health answers", served.ask("/health", token=None)[0], 200)
    for path in ("/api/status", "/api/runs", "/metrics"):
        checks.equal(f"{path} without the token", served.ask(path, token=None)[0], 401)
        checks.equal(f"{path} with another token", served.ask(path, token=TOKEN + "x")[0], 401)
        checks.equal(f"{path} with the token", served.ask(path)[0], 200)
    code, out, err = served.rondo_once("serve", "--address", "0.0.0.0", "--port", "0",
                                       environment={"RONDO_API_TOKEN": ""}, timeout=30)
    checks.ok("beyond this machine without a token: R0808", code == 1 and "R0808" in err, out + err)
    code, out, err = served.rondo_once("run", timeout=30)
    checks.ok("a second process is kept out: R0804", code == 1 and "R0804" in err, out + err)
    code, out, err = served.rondo_once("serve", "--port", "0", timeout=30)
    checks.ok("a second server is kept out", code == 1 and "R0" in err, out + err)


def runs_by_api(served):
    status, text = served.ask("/api/runs", b"{}")
    checks.ok("a run asked for by the API is accepted",
              status == 202 and json.loads(text)["accepted"], text)
    run = served.wait_for_run(lambda run: run["trigger"] == "api" and run["selection"] == "")
    states = {step["asset"]: step["state"] for step in run["steps"]} if run else {}
    checks.ok(f"and succeeds, {len(states)} steps",
              run and run["state"] == "succeeded" and set(states.values()) == {"succeeded"}, run)
    assets = {one["asset"]: one["state"]
              for one in json.loads(served.ask("/api/status")[1])["assets"]}
    checks.equal("/api/status says the same", assets, states)
    contacts = served.stand_in("hubspot", "/_standin/state")["objects"]["contacts"]["live"]
    checks.ok(f"the CRM holds {contacts} contacts", contacts > 0)
    for what, body, expected in (("no JSON", b"{", 400), ("a list", b"[]", 400),
                                 ("a number to select", b'{"select": 5}', 400),
                                 ("an asset that is not there", b'{"select": "sync:no"}', 400)):
        checks.equal(f"/api/runs with {what}", served.ask("/api/runs", body)[0], expected)
    checks.equal("/api/runs from another site's page",
                 served.ask("/api/runs", b"{}", {"Origin": "http://elsewhere.example"})[0], 403)
    checks.equal("/api/runs by DELETE", served.ask("/api/runs", method="DELETE")[0], 405)
    checks.equal("an address that is not there", served.ask("/api/nothing")[0], 404)


def metrics_are_well_formed(served):
    _, text = served.ask("/metrics")
    label = r'[a-zA-Z_]\w*="([^"\\\n]|\\["\\n])*"'
    sample = re.compile(rf"[a-zA-Z_:][\w:]*(\{{{label}(,{label})*,?\}})?"
                        r" [-+]?(\d+(\.\d+)?([eE][-+]?\d+)?|Inf|NaN)( \d+)?")
    comment = re.compile(r"# (HELP [a-zA-Z_:][\w:]* .*|TYPE [a-zA-Z_:][\w:]* "
                         r"(counter|gauge|histogram|summary|untyped))")
    lines = text.split("\n")
    wrong = [line for line in lines[:-1] if not sample.fullmatch(line) and
             not comment.fullmatch(line)]
    checks.ok(f"/metrics: {len(lines) - 1} lines in the text format",
              not wrong and len(lines) > 1 and lines[-1] == "", wrong)
    accepted = re.search(r'^rondo_collect_events_total\{source="web",result="accepted"\} (\d+)$',
                         text, re.M)
    checks.ok("it counts the events of the shop", accepted and int(accepted[1]) >= 3266, text)


def malformed_requests(served):
    """What nobody should send; (name, the answer's status, the statuses that are right)."""
    good = {"type": "track", "userId": "00001", "event": "Product Viewed",
            "properties": {"product_id": "CD-1"}}
    answers = [
        ("a body that is no JSON", served.track(b'{"batch": [')[0], {400}),
        ("a batch that is no list", served.track({"batch": 5})[0], {400}),
        ("a body that is not gzip", served.track(b"no", **{"Content-Encoding": "gzip"})[0], {400}),
        ("a gzip cut short", served.track(gzip.compress(b'{"batch": []}')[:-6],
                                          **{"Content-Encoding": "gzip"})[0], {400}),
        ("an unknown write key", served.ask("/v1/batch", b'{"batch": []}')[0], {401}),
        ("an unknown path", served.track({}, "/v1/nothing")[0], {404}),
        ("a body over the limit", served.track(b" " * (BODY_MAX + 1))[0], {413})]
    for what, status, right in answers:
        checks.ok(f"{what} gets {status}", status in right, status)
    for what, data in (("no HTTP at all", b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n"),
                       ("a line of nonsense", b"HELLO\r\n\r\n"),
                       ("a length that is no number",
                        b"POST /v1/t HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n"),
                       ("a header of 64 KiB",
                        b"GET /health HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 65536 + b"\r\n\r\n")):
        line = served.raw(data)
        checks.ok(f"{what}: {line or 'the connection is closed'}",
                  line == "" or line.startswith("HTTP/1.1 4"), line)
    batch = [dict(good, messageId="before"), {"type": "track", "messageId": "nameless"},
             dict(good, messageId="broken", properties={"product_id": 5}), "no event at all",
             dict(good, messageId="after")]
    checks.equal("malformed events among good ones are acknowledged",
                 served.track({"batch": batch})[0], 200)
    checks.equal("and the next request works as ever",
                 served.track({"batch": [dict(good, messageId="next")]})[0], 200)


def runs_by_itself(served):
    run = served.wait_for_run(lambda run: run["trigger"] == "schedule")
    checks.ok("a sync with `every` runs by the clock", run and run["state"] == "succeeded", run)
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    batch = [{"type": "identify", "userId": "99999", "messageId": "new-1",
              "traits": {"customer_id": "99999"}, "timestamp": now},
             {"type": "track", "userId": "99999", "event": "Order Completed", "messageId": "new-2",
              "timestamp": "1997-03-20T12:00:00Z", "properties": {
                  "order_id": "new", "total": 12.5, "quantity": 1, "currency": "USD"}}]
    checks.equal("somebody buys for the first time", served.track({"batch": batch})[0], 200)
    deadline = time.monotonic() + WAIT_MAX
    welcomed = set()
    while "99999" not in welcomed and time.monotonic() < deadline:
        state = served.stand_in("webhook", "/_standin/state")
        welcomed = {record["customer_id"] for record in state["records"].values()}
        time.sleep(0.2)
    checks.ok("a sync `after: upstream` welcomes them by itself", "99999" in welcomed, welcomed)
    run = served.wait_for_run(lambda run: run["trigger"] == "events" and
                              "sync:welcome_new_customers" in run["selection"])
    checks.ok("the run says that events were its reason", run is not None)


def stops(served):
    server = served.children[-1]
    started = time.monotonic()
    server.send_signal(signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        server.wait(timeout=STOP_MAX)
    checks.ok(f"SIGTERM ends it within {STOP_MAX} s", server.poll() == 0,
              f"{server.poll()} after {time.monotonic() - started:.1f} s")
    if server.poll() is None:
        server.kill()
        server.wait()
    code, out, err = served.rondo_once("run", "source:web")
    checks.ok("the project is free for others", code == 0, out + err)
    kept = {row[0] for row in served.rows("select message_id from raw.events where message_id in "
                                          "('before', 'after', 'next', 'nameless', 'broken')")}
    checks.equal("the neighbours of malformed events are in the warehouse", kept,
                 {"before", "after", "next"})
    (held,), = served.rows("select count(*) from rondo.quarantine where state = 'held'")
    checks.equal("the malformed ones are held, each with its reason", held, 3)


def main():
    with work_directory() as work:
        served = Served(os.path.join(work, "acme"), True)
        try:
            served.copy_project()
            path = served.path("syncs/finance_lapsed.yaml")
            with open(path) as file:
                text = file.read()
            with open(path, "w") as file:
                file.write(text.replace("{ after: upstream }", "{ every: 4s }"))
            served.make_crm()
            served.start_stand_ins()
            comes_in_later(served)
            guards(served)
            checks.equal("the shop's events are acknowledged", served.send_history()["failed"], 0)
            runs_by_api(served)
            metrics_are_well_formed(served)
            malformed_requests(served)
            runs_by_itself(served)
            stops(served)
        finally:
            served.stop()
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
