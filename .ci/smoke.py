"""Start the site as a stranger would, ask for the pages everything else leads from, stop it."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.parse import unquote
from urllib.request import urlopen

PATIENCE = 180


def main(folder: str, port: str) -> None:
    # A shell's background job ignores Ctrl-C, and so would all that is started from here.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    environment = {**os.environ, "VAR_DIR": folder, "PORT": port}
    log = Path(folder).with_suffix(".log")
    with log.open("wb") as output:
        site = subprocess.Popen(
            ["make", "run"], env=environment, stdout=output, stderr=output, start_new_session=True
        )
        try:
            wait_until_it_answers(site, f"http://127.0.0.1:{port}")
            visit(f"http://127.0.0.1:{port}")
        except BaseException:
            print(log.read_text())
            raise
        finally:
            stop(site)
    printed = log.read_text()
    assert "administrator" in printed, printed
    assert "raceback" not in printed, printed


def stop(site: subprocess.Popen) -> None:
    """Press Ctrl-C: the whole group is told."""
    os.killpg(site.pid, signal.SIGINT)
    try:
        site.wait(timeout=30)
    except subprocess.TimeoutExpired:
        os.killpg(site.pid, signal.SIGKILL)
        raise


def wait_until_it_answers(site: subprocess.Popen, base: str) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        assert site.poll() is None, "make run ended by itself"
        try:
            get(base, "/healthz")
        except URLError:
            time.sleep(0.2)
        else:
            return
    raise TimeoutError(f"{base} did not answer in {PATIENCE} s")


def visit(base: str) -> None:
    assert '"database": "ok"' in get(base, "/readyz")
    for language, direction in (("ar", "rtl"), ("en", "ltr"), ("fr", "ltr")):
        front = get(base, f"/{language}/")
        assert re.search(rf'<html[^>]* lang="{language}"[^>]* dir="{direction}"', front), language
        story = re.search(rf'href="(/{language}/[^"/]+/\d+/[^"/]+/)"', front)
        assert story, f"no story on the front page in {language}"
        page = get(base, story[1])
        assert "<article" in page, unquote(story[1])
        for style in re.findall(r'<link rel="stylesheet" href="([^"]+)"', page):
            assert re.search(r"\.[0-9a-f]{12}\.css$", style), f"{style} has no hashed name"
            get(base, style)
    assert 'name="username"' in get(base, "/admin/login/")
    print("Front page, story, styles and sign-in answer in every language.")


def get(base: str, path: str) -> str:
    with urlopen(base + path, timeout=20) as answer:
        return answer.read().decode("utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
