"""A new release under load, and a restart: whoever asks meanwhile is answered."""

import os
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.deploy.running import HOST, is_running, unit_command, wait_for

pytestmark = pytest.mark.slow
POSTS = {"Origin": f"https://{HOST}", "Content-Type": "application/x-www-form-urlencoded"}


class Load:
    """Readers and commenters who ask through nginx without a pause while the block lasts."""

    def __init__(self, site, nginx):
        self.site, self.nginx, self.stopped = site, nginx, threading.Event()
        self.statuses, self.slowest, self.errors = Counter(), 0.0, []
        self.threads = [threading.Thread(target=self.read, args=(n,)) for n in range(6)]
        self.threads += [threading.Thread(target=self.comment, args=(n,)) for n in range(2)]

    def read(self, number):
        # What is kept would not notice: a question of its own each time.
        self.ask_on(lambda count: ("GET", f"/en/search/?q=boat{number}+{count}", None, {}))

    def comment(self, number):
        def words(count):
            text = f"Boat {number} came home for the {count}th time at {time.time_ns()}."
            fields = {"author": "Rex", "email": "rex@example.org", "comment": text}
            return ("POST", f"{self.site.story}comments/", urlencode(fields), POSTS)

        self.ask_on(words)

    def ask_on(self, question):
        connection, count = None, 0
        while not self.stopped.is_set():
            count, started = count + 1, time.monotonic()
            method, path, body, headers = question(count)
            try:
                connection = connection or self.nginx.connect()
                connection.request(method, path, body, headers)
                answer = connection.getresponse()
                answer.read()
                self.statuses[f"{method} {answer.status}"] += 1
                if answer.will_close:
                    connection = None
            except OSError as error:
                self.errors.append(repr(error))
                connection = None
            self.slowest = max(self.slowest, time.monotonic() - started)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        wait_for(lambda: {"GET 200", "POST 303"} <= set(self.statuses))
        return self

    def __exit__(self, *error):
        before = self.statuses.copy()
        if not any(error):
            wait_for(lambda: all(self.statuses[kind] > before[kind] for kind in before))
        self.stopped.set()
        for thread in self.threads:
            thread.join()
        sys.stdout.write(f"{dict(self.statuses)}, slowest {self.slowest:.2f} s\n")


def comments(site):
    code = "from comments.models import Comment; print(Comment.objects.count())"
    return int(site.run("manage.py", "shell", "-v0", "-c", code).split()[-1])


def reload(site, seconds=60):
    """Reload by the command of the unit; return what it printed and how it ended."""
    command = unit_command("newsroom-web.service", "ExecReload")
    command = [str(site.master) if word == "$MAINPID" else word for word in command]
    environment = os.environ | {"RELOAD_SECONDS": str(seconds)}
    return subprocess.run(command, env=environment, capture_output=True, text=True)


def masters(site):
    """The process ids that have said that they listen, oldest first."""
    lines = [line for line in site.log.read_text().splitlines() if "Listening at" in line]
    return [int(line.rpartition("(")[2].partition(")")[0]) for line in lines]


def test_reload_loses_no_request_and_no_comment(site, nginx):
    had = comments(site)
    with Load(site, nginx) as load:
        for _ in range(2):
            done = reload(site)
            assert (done.returncode, done.stderr) == (0, "")
            assert not is_running(site.master)
            site.master = masters(site)[-1]
            assert is_running(site.master)
    assert load.errors == []
    assert set(load.statuses) == {"GET 200", "POST 303"}
    assert comments(site) - had == load.statuses["POST 303"]


def test_restart_keeps_everybody_waiting_and_loses_nobody(site, nginx):
    had = comments(site)
    with Load(site, nginx) as load:
        site.stop()
        site.start()
    assert load.errors == []
    assert set(load.statuses) == {"GET 200", "POST 303"}
    assert comments(site) - had == load.statuses["POST 303"]


def test_release_that_cannot_load_leaves_the_old_one_serving(site, nginx, tmp_path):
    """As after a typing error in `.env`: here in what the new process is started with."""
    broken = site.folder / "broken"
    broken.symlink_to(site.var)
    kept = site.environment
    # One worker, so that all of the old ones have loaded once it answers.
    site.environment = kept | {"VAR_DIR": str(broken), "WEB_WORKERS": "1"}
    site.stop()
    try:
        site.start()
        # The folder is now one that nobody can make.
        broken.unlink()
        broken.write_text("")
        done = reload(site, seconds=5)
        assert done.returncode == 1
        assert "the old one serves on" in done.stderr
        assert is_running(site.master)
    finally:
        broken.unlink(missing_ok=True)
        site.environment = kept
        site.stop()
        site.start()


def test_reload_reads_settings_and_code_anew(site):
    """Another interpreter: nothing of the old process is in the new one."""
    before = masters(site)[-1]
    assert reload(site).returncode == 0
    site.master = masters(site)[-1]
    assert site.master != before
    environ = Path(f"/proc/{site.master}/environ").read_bytes()
    names = {entry.split(b"=")[0] for entry in environ.split(b"\0")}
    assert b"GUNICORN_PID" in names  # started by the one before it
    assert site.answers()
