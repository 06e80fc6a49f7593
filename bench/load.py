"""Ask a server for one thing for some seconds: with wrk, else with a client of ours."""

import shutil
import subprocess
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from bench import client

WRK = shutil.which("wrk")
SCRIPT = Path(__file__).with_name("wrk.lua")
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_seeds = count(1)


@dataclass(frozen=True)
class Ask:
    """What is sent: a GET of `url`; with `posts` new comments, to each of these paths in turn."""

    url: str
    headers: dict[str, str] = field(default_factory=dict)
    posts: tuple[str, ...] = ()


@dataclass
class Measure:
    """What came of it. `refused` are answers of 400 and more, and connections that broke."""

    requests: int
    seconds: float
    refused: int
    median_ms: float
    p95_ms: float

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds


def measure(ask: Ask, *, connections: int, seconds: float) -> Measure:
    """Send again as soon as it is answered, over so many connections. Raises RuntimeError when
    answers are refusals."""
    seed = str(next(_seeds)) if ask.posts else ""
    if WRK:
        found = _wrk(ask, seed, connections, seconds)
    else:
        found = Measure(*client.load(ask, seed, connections, seconds))
    if found.refused > found.requests / 100 or not found.requests:
        raise RuntimeError(f"{ask.url}: {found.refused} of {found.requests} were refused")
    return found


def _wrk(ask: Ask, seed: str, connections: int, seconds: float) -> Measure:
    headers = ask.headers | (FORM if ask.posts else {})
    told = [word for name, value in headers.items() for word in ("-H", f"{name}: {value}")]
    command = [WRK, "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--timeout", "20s"]
    command += ["-s", str(SCRIPT), *told, ask.url]
    command += ["--", seed, *ask.posts] if ask.posts else []
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    line = next(line for line in said.splitlines() if line.startswith("RESULT "))
    requests, micros, refused, median, slow = map(int, line.split()[1:])
    return Measure(requests, micros / 1e6, refused, median / 1000, slow / 1000)
