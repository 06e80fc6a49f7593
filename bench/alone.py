"""What pages cost in one process that nothing else disturbs: `python -m bench.alone story front`.

Prints processor milliseconds, the least of five tries, and with --profile where they went.
"""

import argparse
import cProfile
import json
import logging
import os
import pstats
import subprocess
import sys
import tempfile
from pathlib import Path
from time import process_time

from bench.__main__ import STORIES, environment_of, python
from bench.servers import ROOT

TRIES, TIMES = 5, 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", nargs="+", help="names of bench.content.addresses")
    parser.add_argument("--profile", action="store_true")
    asked = parser.parse_args()
    if content := os.environ.get("BENCH_CONTENT"):
        measure(json.loads(content)["paths"], asked.pages, profiles=asked.profile)
        return
    with tempfile.TemporaryDirectory() as folder:
        environment = environment_of(Path(folder))
        python("manage.py", "prepare", environment=environment)
        made = python("-m", "bench.content", str(STORIES), environment=environment)
        environment["BENCH_CONTENT"] = made.splitlines()[-1]
        command = [sys.executable, "-m", "bench.alone", *sys.argv[1:]]
        subprocess.run(command, cwd=ROOT, env=environment, check=True)


def measure(paths: dict[str, str], pages: list[str], *, profiles: bool) -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
    django.setup()
    from django.test import Client

    logging.disable(logging.CRITICAL)
    client = Client(headers={"host": "127.0.0.1"})
    for name in pages:
        took = [_seconds(client, paths[name]) for _ in range(TRIES)]
        print(f"{name}: {1000 * min(took):.1f} ms")
        if profiles:
            with cProfile.Profile() as profile:
                _seconds(client, paths[name])
            pstats.Stats(profile).sort_stats("cumtime").print_stats(60)


def _seconds(client, path: str) -> float:
    before = process_time()
    for _ in range(TIMES):
        answer = client.get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: {answer.status_code}")
    return (process_time() - before) / TIMES


if __name__ == "__main__":
    main()
