"""A real server under a test: gunicorn with several processes, on a database of its own."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

from django.conf import settings

BEGIN = """
from tests.factories import make_story
print("STORY", make_story(language="ar").get_absolute_url())
"""


class Server:
    """`gunicorn newsroom.wsgi` with three processes, on a database of its own with one story, or
    on one without even tables (`is_empty`)."""

    def __init__(
        self, folder: Path, database: str, *, is_empty: bool = False, **environment: str
    ) -> None:
        self.port = self.free_port()
        self.environment = {
            **{name: value for name, value in os.environ.items() if "PYTEST" not in name},
            "VAR_DIR": str(folder),
            "PORT": str(self.port),
            "DATABASE_URL": database,
            "CACHE_URL": "",
            "NEWSROOM_DEMO": "0",
            "WEB_WORKERS": "3",
            "TRUSTED_PROXIES": "127.0.0.1",
            "COMMENT_TRUST_AFTER": "0",
            "COMMENT_FLOOD_SECONDS": "0",
            "COMMENT_RATES": "none",
            "LOG_LEVEL": "ERROR",
            **environment,
        }
        self.log = folder / "server.log"
        if not is_empty:
            self.run("migrate", "--verbosity", "0")
            self.address = self.tell(BEGIN, "STORY")

    @staticmethod
    def free_port() -> int:
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            return probe.getsockname()[1]

    def run(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command,
            cwd=settings.BASE_DIR,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def tell(self, code: str, word: str) -> str:
        lines = self.run("shell", "--no-imports", "--command", code).splitlines()
        return next(line for line in lines if line.startswith(word)).removeprefix(f"{word} ")

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [str(Path(sys.executable).parent / "gunicorn"), "newsroom.wsgi"],
                cwd=settings.BASE_DIR,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        until = time.monotonic() + 120
        while time.monotonic() < until:
            with suppress(OSError):
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                connection.request("GET", "/healthz")
                if connection.getresponse().status == 200:
                    return
            time.sleep(0.1)
        raise TimeoutError(self.log.read_text())

    def kill(self) -> None:
        """Every process at once, as when the machine loses power."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=10)

    def post(self, client: int, **fields: str) -> int:
        """Post a comment as one client of many; return the status that was answered."""
        form = {"author": f"Reader {client}", "email": f"reader{client}@mail.example", **fields}
        headers = {
            "Host": f"127.0.0.1:{self.port}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Sec-Fetch-Site": "same-origin",
            "X-Forwarded-For": f"198.51.100.{client + 1}",
        }
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        with closing(connection):
            path = f"{quote(urlsplit(self.address).path, safe='/%')}comments/"
            connection.request("POST", path, urlencode(form), headers)
            return connection.getresponse().status


@contextmanager
def own_database() -> Iterator[str]:
    """The URL of an empty database: "" for a file, or one made on the PostgreSQL of the run."""
    given = os.environ.get("DATABASE_URL", "")
    if not given.startswith("postgres"):
        yield ""
        return
    import psycopg

    name = f"crash_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(given, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        yield urlsplit(given)._replace(path=f"/{name}").geturl()
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
