"""`make bench`: the demo paper on SQLite under gunicorn, each page in turn, three rounds.

Client and server share this machine, so the numbers compare pages and changes on one machine; they
do not say what a server of its own would do.
"""

import json
import os
import platform
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from urllib.request import urlopen

from bench.client import Measure, measure

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "4"))
CONNECTIONS = int(os.environ.get("BENCH_CONNECTIONS", "8"))


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "VAR_DIR": folder, "LOG_LEVEL": "WARNING"}
        for name in ("DATABASE_URL", "CACHE_URL", "SITE_URL", "FORWARDED_ALLOW_IPS"):
            environment[name] = ""
        environment["PORT"] = str(free_port())
        run([sys.executable, "manage.py", "prepare"], environment)
        with serving("newsroom.wsgi", environment) as base:
            pages = find_pages(base)
            environment["FLOOR_BYTES"] = str(len(read(pages["front"])))
            environment["PORT"] = str(free_port())
            with serving("bench.floor", environment) as floor:
                rounds = measure_in_turn({"floor": floor + "/"} | pages)
    report(rounds)


def measure_in_turn(pages: dict[str, str]) -> dict[str, list[Measure]]:
    """Measure each page once a round, so that a slow minute of the machine hits all alike."""
    rounds: dict[str, list[Measure]] = {name: [] for name in pages}
    for _ in range(ROUNDS):
        for name, url in pages.items():
            rounds[name].append(measure(url, connections=CONNECTIONS, seconds=SECONDS))
    return rounds


def find_pages(base: str) -> dict[str, str]:
    """Return a front page, and the first section and story it leads to."""
    front = read(f"{base}/ar/").decode()
    story = re.search(r'href="((/ar/[^"/]+/)\d+/[^"/]+/)"', front)
    return {"front": f"{base}/ar/", "section": base + story[2], "story": base + story[1]}


def report(rounds: dict[str, list[Measure]]) -> None:
    """Print medians over the rounds and their share of the floor; write every number as JSON."""
    floor = statistics.median(each.per_second for each in rounds["floor"])
    print(f"\n{'page':<10}{'per second':>12}{'of floor':>10}{'median ms':>12}{'95% ms':>10}")
    for name, measures in rounds.items():
        rate, middle, slow = (
            statistics.median(getattr(each, field) for each in measures)
            for field in ("per_second", "median_ms", "p95_ms")
        )
        print(f"{name:<10}{rate:>12.0f}{rate / floor:>10.2f}{middle:>12.1f}{slow:>10.1f}")
    now = datetime.now(UTC)
    result = {
        "time": now.isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "connections": CONNECTIONS,
        "seconds": SECONDS,
        "database": "SQLite",
        "rounds": {name: [asdict(each) for each in measures] for name, measures in rounds.items()},
    }
    path = ROOT / "bench" / "results" / f"{now:%Y%m%d-%H%M%S}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(f"\nWritten to {path.relative_to(ROOT)}. Left out: PostgreSQL, Redis, nginx.")


class serving:
    """A gunicorn of its own for as long as the block lasts; gives its address."""

    def __init__(self, application: str, environment: dict[str, str]) -> None:
        self.base = f"http://127.0.0.1:{environment['PORT']}"
        command = [sys.executable, "-m", "gunicorn", application]
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment)

    def __enter__(self) -> str:
        port = int(self.base.rsplit(":", 1)[1])
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return self.base
            time.sleep(0.1)
        raise RuntimeError(f"{self.base} did not come up")

    def __exit__(self, *error: object) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)


def read(url: str) -> bytes:
    with urlopen(url, timeout=20) as answer:
        return answer.read()


def run(command: list[str], environment: dict[str, str]) -> None:
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


if __name__ == "__main__":
    main()
