"""`make bench`: a paper of a thousand stories, each page beside a Django view that does nothing.

Floor and product are measured in turn, BENCH_ROUNDS times (3) for BENCH_SECONDS (2) each, by
BENCH_CONNECTIONS (16). Client and servers share this machine, so the shares compare pages and
changes; they do not say what a server of its own would do. BENCH_ONLY=story,front measures the rows
whose names begin so.
"""

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from bench import databases, report
from bench.load import WRK, Ask, Measure, measure
from bench.report import Line
from bench.rows import ACCEPTED_BY_POSTGRESQL, KEPT, MADE, ROWS, Row
from bench.rows import NGINX as BY_NGINX
from bench.servers import NGINX, ROOT, Nginx, Server, gunicorn, read
from newsroom.keys import fresh

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "2"))
CONNECTIONS = int(os.environ.get("BENCH_CONNECTIONS", "16"))
STORIES = int(os.environ.get("BENCH_STORIES", "1000"))
ONLY = tuple(filter(None, os.environ.get("BENCH_ONLY", "").split(",")))
# What a POST is compared with, whose answer is empty.
LEAST = 1000
# Asked for before anything is measured, so that every thread of every worker has begun.
WARM = 16


def main() -> None:
    left_out = [] if NGINX else ["nginx"]
    left_out += [] if WRK else ["wrk (a client of ours asks, which is slower)"]
    lines, memory = run("SQLite", {})
    with databases.servers() as (settings, missing):
        left_out += missing
        if settings:
            name = "PostgreSQL" if "Redis" in missing else "PostgreSQL, Redis"
            more, more_memory = run(name, settings)
            lines, memory = lines + more, memory | more_memory
    report.finish(
        lines,
        memory,
        left_out,
        {"rounds": ROUNDS, "seconds": SECONDS, "connections": CONNECTIONS, "stories": STORIES},
    )


def run(database: str, settings: dict[str, str]) -> tuple[list[Line], dict[str, float]]:
    """Measure every row on one database; return the lines, and the memory of workers by server."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        var = Path(folder) / "var"
        environment = environment_of(var) | settings
        python("manage.py", "prepare", environment=environment)
        made = python("-m", "bench.content", str(STORIES), environment=environment)
        content = json.loads(made.splitlines()[-1])
        floor = stack.enter_context(gunicorn("bench.floor", environment))
        servers = {
            KEPT: stack.enter_context(gunicorn("newsroom.wsgi", environment)),
            MADE: stack.enter_context(
                gunicorn("newsroom.wsgi", environment, PAGE_STORE_SECONDS="0")
            ),
        }
        # Behind SQLite alone: nginx does not ask which database made a page.
        if NGINX and not settings:
            nginx = Nginx(Path(folder) / "nginx", servers[KEPT], var, environment)
            servers[BY_NGINX] = stack.enter_context(nginx)
        rows = [row for row in ROWS if row.server in servers and row.name.startswith(ONLY or "")]
        print(f"\n{database}")
        benches = [Bench(row, servers[row.server], floor, content, database) for row in rows]
        in_turn(benches)
        count_queries(benches, content, environment)
        memory = {f"{database}: {name}": server.megabytes() for name, server in servers.items()}
        return [bench.line() for bench in benches], memory | {
            f"{database}: floor": floor.megabytes()
        }


class Bench:
    """A row on a database: what it asks, what it is compared with, what came of it."""

    def __init__(
        self, row: Row, server: Server, floor: Server, content: dict, database: str
    ) -> None:
        if row.page == "post" and database != "SQLite":
            row = replace(row, target=ACCEPTED_BY_POSTGRESQL)
        self.row, self.server, self.floor, self.database = row, server, floor, database
        self.path = content["paths"].get(row.page, "")
        self.cookie = {"Cookie": f"sessionid={content['session']}"} if row.is_time else {}
        self.bytes, self.queries = 0, None
        # Processor seconds of the workers stand beside each measure.
        self.own: list[tuple[Measure, float]] = []
        self.others: list[tuple[Measure, float]] = []
        self.ask = self._ask(content)
        if isinstance(server, Nginx):
            self.compared = Ask(server.file_like(self.path, {}))
            self.floor = server
        else:
            self.compared = Ask(f"{floor.base}/{self.bytes or LEAST}/")

    def _ask(self, content: dict) -> Ask:
        if self.row.page == "post":
            return Ask(self.server.base, {"Origin": self.server.base}, tuple(content["posts"]))
        body, told = read(self.server.base + self.path, self.cookie)
        self.bytes = len(body)
        known = {"If-None-Match": told["etag"]} if self.row.known else {}
        return Ask(self.server.base + self.path, self.cookie | known)

    def measure(self) -> None:
        """Measure once: first what it is compared with, then itself."""
        for ask, server, found in (
            (self.compared, self.floor, self.others),
            (self.ask, self.server, self.own),
        ):
            before = server.cpu_seconds()
            connections = self.row.connections or CONNECTIONS
            measured = measure(ask, connections=connections, seconds=SECONDS)
            found.append((measured, server.cpu_seconds() - before))

    def line(self) -> Line:
        pairs = [
            (mine.per_second / theirs.per_second)
            for (mine, _), (theirs, _) in zip(self.own, self.others, strict=True)
        ]
        return Line(
            row=self.row.name,
            database=self.database,
            target=self.row.target,
            is_time=self.row.is_time,
            per_second=_median([one.per_second for one, _cpu in self.own]),
            share=_median(pairs),
            cpu_ms=_median([1000 * cpu / one.requests for one, cpu in self.own]),
            compared_cpu_ms=_median([1000 * cpu / one.requests for one, cpu in self.others]),
            median_ms=_median([one.median_ms for one, _cpu in self.own]),
            p95_ms=_median([one.p95_ms for one, _cpu in self.own]),
            bytes=self.bytes,
            queries=self.queries,
        )


def in_turn(benches: list[Bench]) -> None:
    """Measure each row once a round, so that a slow minute of the machine hits all alike."""
    for bench in benches:
        for _ in range(WARM if bench.path else 0):
            read(bench.ask.url, bench.cookie)
    for number in range(ROUNDS):
        print(f"  round {number + 1} of {ROUNDS} …", flush=True)
        for bench in benches:
            bench.measure()


def count_queries(benches: list[Bench], content: dict, environment: dict[str, str]) -> None:
    """Write down how many queries Django asks for the pages that it makes itself."""
    made = {
        bench.path or content["posts"][0]: bench for bench in benches if bench.row.server == MADE
    }
    if made:
        said = python("-m", "bench.queries", content["session"], *made, environment=environment)
        counts = json.loads(said.splitlines()[-1])
        for path, bench in made.items():
            bench.queries = counts[path]


def environment_of(var: Path) -> dict[str, str]:
    """Return the settings of a fresh paper, with nothing of this machine's own, on SQLite; what
    guards against floods of comments is off, and comments of strangers are published."""
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    unset = dict.fromkeys(re.findall(r"^(?:# )?([A-Z_]+)=", example, re.MULTILINE), "")
    ours = {
        "VAR_DIR": str(var),
        "TRUSTED_PROXIES": "127.0.0.1",
        "NEWSROOM_DEMO": "0",
        "COMMENT_RATES": "none",
        "COMMENT_FLOOD_SECONDS": "0",
        "COMMENT_TRUST_AFTER": "0",
        "ALLOWED_HOSTS": "127.0.0.1",
    }
    return {**os.environ, **unset, **ours, **fresh()}


def python(*command: str, environment: dict[str, str]) -> str:
    """Run python in the checkout and return what it printed."""
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}")
    return done.stdout


def _median(numbers: list[float]) -> float:
    return statistics.median(numbers)


if __name__ == "__main__":
    main()
