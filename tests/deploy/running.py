"""Real servers for the tests of deploy/: gunicorn as the unit starts it, nginx with our files."""

import http.client
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from newsroom.checks import assigned_names
from newsroom.keys import fresh

ROOT = Path(__file__).resolve().parent.parent.parent
DEPLOY = ROOT / "deploy"
HOST = "news.example"
# Where Debian keeps what is not for everybody's path.
PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"


def tool(name: str) -> str:
    """Return the path of a program; without it skip the test by name, in CI fail."""
    found = shutil.which(name, path=PATH)
    if found is None and os.environ.get("CI") == "true":
        pytest.fail(f"{name} is missing: install it.")
    if found is None:
        pytest.skip(f"no {name} on this machine")
    return found


def environment(folder: Path, **values: str) -> dict[str, str]:
    """Return what a production machine sets, and nothing of this one's own settings."""
    unset = dict.fromkeys(assigned_names(ROOT / ".env.example"), "")
    ours = {
        "VAR_DIR": str(folder / "var"),
        "SITE_URL": f"https://{HOST}",
        "TRUSTED_PROXIES": "unix",
        "NEWSROOM_DEMO": "0",
        "COMMENT_RATES": "none",
        "COMMENT_FLOOD_SECONDS": "0",
        "COMMENT_TRUST_AFTER": "0",
        "DJANGO_SETTINGS_MODULE": "newsroom.settings",
        "PATH": PATH,
    }
    return unset | ours | fresh() | values


def wait_for(what: Callable[[], object], seconds: float = 30) -> None:
    """Wait until something is so; fail when it does not become so."""
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, f"waited {seconds} s"
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Site:
    """A newsroom's files and settings, and the gunicorn that serves it on a socket we hold.

    Holding the socket is what systemd does with `newsroom-web.socket`.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.var = folder, folder / "var"
        self.environment = environment(folder)
        self.path = folder / "web.sock"
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.path))
        self.listener.listen(2048)
        self.master = 0
        self.log = folder / "gunicorn.log"

    def run(self, *command: str) -> str:
        """Run python with this newsroom's settings; return what it printed."""
        done = subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self) -> None:
        """Start gunicorn by the command of its unit, with the socket at the number systemd uses."""
        command = unit_command("newsroom-web.service", "ExecStart")
        script = 'exec 3<&"$1"; shift; LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"'
        number = self.listener.fileno()
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                ["/bin/bash", "-c", script, "bash", str(number), *command],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                pass_fds=[number],
            )
        # As init does: who has ended is told of at once, and is gone.
        threading.Thread(target=process.wait, daemon=True).start()
        self.master = process.pid
        wait_for(self.answers)

    def answers(self) -> bool:
        """Whether a worker is there that takes requests."""
        return b"200 OK" in self.ask("/healthz", seconds=1)

    def ask(self, path: str, seconds: float = 20) -> bytes:
        """Return the raw answer to a GET on the socket itself."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(seconds)
            connection.connect(str(self.path))
            head = f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nX-Forwarded-Proto: https\r\n"
            connection.sendall(
                f"{head}X-Forwarded-For: 203.0.113.9\r\nConnection: close\r\n\r\n".encode()
            )
            parts = []
            try:
                while part := connection.recv(65536):
                    parts.append(part)
            except TimeoutError:
                return b""
            return b"".join(parts)

    def stop(self) -> None:
        """Stop gunicorn as systemd does, and wait for its end."""
        os.kill(self.master, signal.SIGTERM)
        wait_for(lambda: not is_running(self.master))

    def close(self) -> None:
        if self.master and is_running(self.master):
            self.stop()
        self.listener.close()


def is_running(pid: int) -> bool:
    """Whether a process lives; one that only waits to be told of does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def unit_lines(name: str) -> list[tuple[str, str]]:
    """Return a unit's settings, with those of the drop-in that all services share."""
    files = [DEPLOY / "systemd" / name]
    if name.endswith(".service"):
        files += sorted((DEPLOY / "systemd" / "newsroom-.service.d").glob("*.conf"))
    lines = [line for file in files for line in file.read_text().splitlines()]
    return [tuple(line.split("=", 1)) for line in lines if "=" in line and line[0] not in "#;"]


def unit_command(name: str, kind: str) -> list[str]:
    """Return a unit's command for this checkout instead of /srv/newsroom."""
    command = dict(unit_lines(name))[kind]
    python = f"{Path(sys.executable).parent}/"
    words = command.replace("/srv/newsroom/.venv/bin/", python).replace("/srv/newsroom", str(ROOT))
    return words.split()


class Nginx:
    """nginx with the files of deploy/nginx, which are changed in places and ports alone."""

    def __init__(self, binary: str, folder: Path, site: Site) -> None:
        self.folder, self.port, self.plain_port = folder, free_port(), free_port()
        self.watch_port = free_port()
        self.places = {
            "/run/newsroom-pages": str(folder / "pages-kept"),
            "/run/newsroom/web.sock": str(site.path),
            "/var/lib/newsroom": str(site.var),
            "/var/log/nginx": str(folder),
            "/etc/nginx/newsroom": str(folder / "newsroom"),
            f"/etc/letsencrypt/live/{HOST}": str(folder),
            "/var/www/html": str(folder / "html"),
            "listen 80 default_server": f"listen 127.0.0.1:{self.plain_port} default_server",
            "listen [::]:80 default_server": f"listen [::1]:{self.plain_port} default_server",
            "listen 127.0.0.1:8000": f"listen 127.0.0.1:{self.watch_port}",
            "listen 443 ": f"listen 127.0.0.1:{self.port} ",
            "listen [::]:443 ": f"listen [::1]:{self.port} ",
            # The test's own machine stands for a CDN.
            "# set_real_ip_from 203.0.113.0/24": "set_real_ip_from 127.0.0.2",
        }
        self.write()
        self.command = [binary, "-p", str(folder), "-c", str(folder / "nginx.conf")]
        self.process: subprocess.Popen | None = None

    def write(self) -> None:
        """Write our files as an operator puts them, under a main file like Debian's."""
        used: set[str] = set()
        (self.folder / "newsroom").mkdir()
        shutil.copytree(DEPLOY / "nginx" / "pages", self.folder / "newsroom" / "pages")
        for name in ("http.conf", "site.conf", "tls.conf", "newsroom.conf"):
            text = (DEPLOY / "nginx" / name).read_text()
            for place, ours in self.places.items():
                used |= {place} if place in text else set()
                text = text.replace(place, ours)
            at = self.folder if name == "newsroom.conf" else self.folder / "newsroom"
            (at / name).write_text(text)
        assert used == set(self.places), set(self.places) - used
        make_certificate(self.folder)
        (self.folder / "nginx.conf").write_text(self.main_file())

    def main_file(self) -> str:
        """Debian's own, with what it says of TLS, tcp_nopush and gzip, in this folder."""
        user = "user root;" if os.geteuid() == 0 else ""
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        kept = " ".join(f"{kind}_temp_path {self.folder}/{kind};" for kind in kinds)
        return f"""
            {user} worker_processes auto; pid {self.folder}/nginx.pid; daemon off;
            error_log {self.folder}/main.log; events {{ worker_connections 4096; }}
            http {{
                sendfile on; tcp_nopush on; gzip on; access_log off; {kept}
                ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3; ssl_prefer_server_ciphers on;
                include /etc/nginx/mime.types; default_type application/octet-stream;
                include newsroom.conf;
                server {{ listen 127.0.0.1:{self.plain_port}; server_name plain.example;
                    tcp_nopush off; gzip off; access_log {self.folder}/plain.log newsroom;
                    root {self.folder}/html; }}
            }}"""

    def start(self) -> None:
        with (self.folder / "nginx.log").open("ab") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log)
        wait_for(self.listens)

    def listens(self) -> bool:
        """Whether a connection is taken; fails, with its words, when nginx ended."""
        assert self.process.poll() is None, (self.folder / "nginx.log").read_text()
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait(timeout=20)

    def connect(self, source: str = "127.0.0.1", name: str = HOST) -> http.client.HTTPConnection:
        """Return a connection over TLS, from one of this machine's own addresses."""
        raw = socket.create_connection(("127.0.0.1", self.port), 30, (source, 0))
        connection = http.client.HTTPConnection(HOST)
        connection.sock = trusting().wrap_socket(raw, server_hostname=name)
        return connection

    def ask(
        self,
        path: str,
        method: str = "GET",
        body: str | None = None,
        source: str = "127.0.0.1",
        **headers: str,
    ) -> http.client.HTTPResponse:
        """Return the answer, read, its body in `text`."""
        connection = self.connect(source)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, named)
        answer = connection.getresponse()
        answer.text = answer.read()
        connection.close()
        return answer

    def ask_plain(self, path: str, port: int) -> bytes:
        """Return the raw answer at a port without TLS."""
        with socket.create_connection(("127.0.0.1", port), 30) as plain:
            head = f"GET {path} HTTP/1.1\r\nHost: any.example\r\nConnection: close\r\n\r\n"
            plain.sendall(head.encode())
            return plain.makefile("rb").read()


def trusting() -> ssl.SSLContext:
    """Return what takes a certificate that nobody else has signed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def make_certificate(folder: Path) -> None:
    """Sign a certificate by itself, for the name of the site."""
    command = [tool("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    command += ["-subj", f"/CN={HOST}", "-out", "fullchain.pem", "-keyout", "privkey.pem"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
